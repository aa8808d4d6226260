import { trap } from '../component-error.ts';
import type { Pollable } from '../pollable.ts';
import type { TimerPort } from '../timer.ts';
import { type AddressFamily, checkRemote, failNetwork, type SocketAddress } from './network.ts';
import { alwaysReady, Socket } from './socket.ts';

/** Datagrams that one `send` is permitted. */
const DATAGRAMS_MAX = 16n;

export interface OutgoingDatagram {
  readonly data: Uint8Array;
  readonly remoteAddress: SocketAddress | undefined;
}

/** A UDP socket of a network that carries no datagrams yet: nobody can be reached with it. */
export class UdpSocket extends Socket {
  private remote: SocketAddress | undefined;

  stream(remote: SocketAddress | undefined): [IncomingDatagramStream, OutgoingDatagramStream] {
    if (remote !== undefined) checkRemote(this.addressFamily(), remote);
    if (!this.isBound) failNetwork('invalid-state');
    this.remote = remote;
    const outgoing = new OutgoingDatagramStream(this.port, this.addressFamily(), remote);
    return [new IncomingDatagramStream(this.port), outgoing];
  }

  remoteAddress(): SocketAddress {
    return this.remote ?? failNetwork('invalid-state');
  }

  unicastHopLimit(): number {
    return this.hopCount;
  }

  setUnicastHopLimit(value: number): void {
    this.hopCount = value;
  }

  protected override isBindable(): boolean {
    return true;
  }
}

/** Nothing ever arrives; saying so at once is better than letting the program wait for ever. */
export class IncomingDatagramStream {
  constructor(private readonly port: TimerPort) {}

  receive(countMax: bigint): readonly never[] {
    if (countMax === 0n) return [];
    failNetwork('remote-unreachable');
  }

  subscribe(): Pollable {
    return alwaysReady(this.port);
  }
}

export class OutgoingDatagramStream {
  private permitted = 0n;

  constructor(
    private readonly port: TimerPort,
    private readonly family: AddressFamily,
    private readonly remote: SocketAddress | undefined,
  ) {}

  checkSend(): bigint {
    this.permitted = DATAGRAMS_MAX;
    return this.permitted;
  }

  /** Traps on more datagrams than check-send permitted. */
  send(datagrams: readonly OutgoingDatagram[]): bigint {
    if (BigInt(datagrams.length) > this.permitted) {
      trap(`sent ${datagrams.length} datagrams where check-send permitted ${this.permitted}`);
    }
    this.permitted = 0n;
    const [first] = datagrams;
    if (first === undefined) return 0n;
    this.checkDestination(first.remoteAddress);
    failNetwork('remote-unreachable');
  }

  subscribe(): Pollable {
    return alwaysReady(this.port);
  }

  private checkDestination(given: SocketAddress | undefined): void {
    if (given === undefined) {
      if (this.remote === undefined) failNetwork('invalid-argument');
      return;
    }
    checkRemote(this.family, given);
    if (this.remote !== undefined && !isSame(given, this.remote)) failNetwork('invalid-argument');
  }
}

function isSame(one: SocketAddress, other: SocketAddress): boolean {
  const { port, address } = one.val;
  return port === other.val.port && address.every((part, at) => part === other.val.address[at]);
}
