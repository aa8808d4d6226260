import { datagramInbox, datagramReceive, datagramSend } from '../../../effects/datagram.ts';
import { trap } from '../component-error.ts';
import { Pollable } from '../pollable.ts';
import type { TimerPort } from '../timer.ts';
import {
  type AddressFamily,
  addressText,
  failNetwork,
  isRemote,
  type SocketAddress,
  socketAddress,
} from './network.ts';
import { alwaysReady } from './socket.ts';

/** Datagrams that one `send` is permitted, and that one `receive` takes. */
const DATAGRAMS_MAX = 16;
/** What fits into a packet of IP (RFC 768, with the head of RFC 791). */
const DATAGRAM_BYTES_MAX = 65_507;

export interface IncomingDatagram {
  readonly data: Uint8Array;
  readonly remoteAddress: SocketAddress;
}

export interface OutgoingDatagram {
  readonly data: Uint8Array;
  readonly remoteAddress: SocketAddress | undefined;
}

export class IncomingDatagramStream {
  constructor(
    private readonly port: TimerPort,
    private readonly socket: number,
  ) {}

  /** What is there, up to so many, without waiting. */
  receive(countMax: bigint): readonly IncomingDatagram[] {
    if (countMax === 0n) return [];
    const count = countMax > DATAGRAMS_MAX ? DATAGRAMS_MAX : Number(countMax);
    const received = this.port.effect(datagramReceive, { socket: this.socket, count });
    if ('failure' in received) failNetwork('connection-refused');
    let start = 0;
    return received.datagrams.map(({ host, port, length }) => {
      const data = received.body.slice(start, start + length);
      start += length;
      return { data, remoteAddress: socketAddress(host, port) };
    });
  }

  subscribe(): Pollable {
    const inbox = datagramInbox(this.socket);
    return new Pollable(this.port, { interest: () => ({ kind: 'inbox', inbox }) });
  }
}

/** Each datagram is an effect of its own; there is always room for more. */
export class OutgoingDatagramStream {
  private permitted = 0;

  constructor(
    private readonly port: TimerPort,
    private readonly socket: number,
    private readonly family: AddressFamily,
    private readonly remote: SocketAddress | undefined,
  ) {}

  checkSend(): bigint {
    this.permitted = DATAGRAMS_MAX;
    return BigInt(this.permitted);
  }

  /**
   * Sends them up to the first that cannot be sent, and says how many; throws what is wrong with the
   * first of all. Traps on more datagrams than check-send permitted.
   */
  send(datagrams: readonly OutgoingDatagram[]): bigint {
    const { permitted } = this;
    if (datagrams.length > permitted) {
      trap(`sent ${datagrams.length} datagrams where check-send permitted ${permitted}`);
    }
    this.permitted = 0;
    let sent = 0n;
    for (const { data, remoteAddress } of datagrams) {
      const to = this.destination(remoteAddress);
      const isTooLarge = data.length > DATAGRAM_BYTES_MAX;
      if (to === undefined || isTooLarge) {
        if (sent > 0n) return sent;
        failNetwork(isTooLarge ? 'datagram-too-large' : 'invalid-argument');
      }
      const address = { host: addressText(to), port: to.val.port };
      this.port.effect(datagramSend, { socket: this.socket, ...address, body: data });
      sent++;
    }
    return sent;
  }

  subscribe(): Pollable {
    return alwaysReady(this.port);
  }

  /** Where a datagram goes that is given this address; undefined when it may not. */
  private destination(given: SocketAddress | undefined): SocketAddress | undefined {
    const { remote } = this;
    if (given === undefined) return remote;
    if (remote !== undefined) return isSame(given, remote) ? remote : undefined;
    return isRemote(this.family, given) ? given : undefined;
  }
}

function isSame(one: SocketAddress, other: SocketAddress): boolean {
  return one.val.port === other.val.port && addressText(one) === addressText(other);
}
