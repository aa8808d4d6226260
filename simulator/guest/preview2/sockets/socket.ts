import type { Interest } from '../../waiting.ts';
import { Pollable } from '../pollable.ts';
import type { TimerPort } from '../timer.ts';
import type { LocalPorts } from './local-ports.ts';
import {
  type AddressFamily,
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

/** Ready at once: whatever a socket of this network is asked, its answer is known. */
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
    private readonly ports: LocalPorts,
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
    return alwaysReady(this.port);
  }

  [Symbol.dispose](): void {
    this.unbind();
    this.ports.removeSocket();
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

  /** Binds it where the program has not, to `address` and a free port. */
  protected bindSilently(address: SocketAddress): void {
    if (this.binding.kind === 'unbound') {
      this.binding = { kind: 'bound', address: this.ports.bind(address) };
    }
  }

  protected unbind(): void {
    if (this.binding.kind !== 'unbound') this.ports.release(this.binding.address);
    this.binding = { kind: 'unbound' };
  }

  /** Whether a socket that has no local address may still get one. */
  protected abstract isBindable(): boolean;
}
