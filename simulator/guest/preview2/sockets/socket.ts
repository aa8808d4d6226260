import type { Interest } from '../../waiting.ts';
import { Pollable } from '../pollable.ts';
import type { TimerPort } from '../timer.ts';
import type { LocalPorts } from './local-ports.ts';
import {
  type AddressFamily,
  anyAddress,
  checkLocal,
  failNetwork,
  type Network,
  type SocketAddress,
} from './network.ts';

const HOP_LIMIT = 64;
const BUFFER_BYTES = 65_536n;
const READY: Interest = { kind: 'ready' };

/** How far a socket is with its local address. */
type Binding =
  | { readonly kind: 'unbound' }
  | { readonly kind: 'binding' | 'bound'; readonly address: SocketAddress };

/** Ready at once: what is asked has its answer already. */
export function alwaysReady(port: TimerPort): Pollable {
  return new Pollable(port, { interest: () => READY });
}

/** Throws `invalid-argument` for a size or time of nothing. */
export function positive<N extends number | bigint>(value: N): N {
  if (value <= 0) failNetwork('invalid-argument');
  return value;
}

/** What sockets of both protocols have: a family, a local address and a few numbers. */
export abstract class Socket {
  private binding: Binding = { kind: 'unbound' };
  private hops = HOP_LIMIT;
  private receiveBytes = BUFFER_BYTES;
  private sendBytes = BUFFER_BYTES;

  constructor(
    protected readonly port: TimerPort,
    protected readonly ports: LocalPorts,
    private readonly family: AddressFamily,
  ) {
    ports.addSocket();
  }

  startBind(_network: Network, address: SocketAddress): void {
    checkLocal(this.family, address);
    if (this.binding.kind === 'binding') failNetwork('concurrency-conflict');
    if (this.binding.kind === 'bound' || !this.isBindable()) failNetwork('invalid-state');
    this.binding = { kind: 'binding', address: this.ports.bind(address) };
  }

  finishBind(): void {
    const { binding } = this;
    if (binding.kind !== 'binding') failNetwork('not-in-progress');
    this.binding = { kind: 'bound', address: binding.address };
  }

  localAddress(): SocketAddress {
    const { binding } = this;
    if (binding.kind !== 'bound') failNetwork('invalid-state');
    return binding.address;
  }

  addressFamily(): AddressFamily {
    return this.family;
  }

  receiveBufferSize(): bigint {
    return this.receiveBytes;
  }

  setReceiveBufferSize(value: bigint): void {
    this.receiveBytes = positive(value);
  }

  sendBufferSize(): bigint {
    return this.sendBytes;
  }

  setSendBufferSize(value: bigint): void {
    this.sendBytes = positive(value);
  }

  subscribe(): Pollable {
    return new Pollable(this.port, { interest: () => this.interest() });
  }

  [Symbol.dispose](): void {
    this.unbind();
    this.ports.removeSocket();
  }

  /** What a program waits for that waits for the socket. */
  protected interest(): Interest {
    return READY;
  }

  protected get isBound(): boolean {
    return this.binding.kind === 'bound';
  }

  protected get isBinding(): boolean {
    return this.binding.kind === 'binding';
  }

  protected get hopCount(): number {
    return this.hops;
  }

  protected set hopCount(value: number) {
    this.hops = positive(value);
  }

  /** Binds it where the program has not, to any address and a free port; gives the port. */
  protected bindSilently(): number {
    if (this.binding.kind === 'unbound') {
      this.binding = { kind: 'bound', address: this.ports.bind(anyAddress(this.family)) };
    }
    return this.binding.address.val.port;
  }

  /** It has the address of a socket that listens, and takes it from nobody. */
  protected shareAddress(address: SocketAddress): void {
    this.binding = { kind: 'bound', address };
  }

  /** Takes over what a socket has been set to. */
  protected inherit(from: Socket): void {
    this.hops = from.hops;
    this.receiveBytes = from.receiveBytes;
    this.sendBytes = from.sendBytes;
  }

  protected unbind(): void {
    if (this.binding.kind !== 'unbound') this.ports.release(this.binding.address);
    this.binding = { kind: 'unbound' };
  }

  /** Whether a socket that has no local address may still get one. */
  protected abstract isBindable(): boolean;
}
