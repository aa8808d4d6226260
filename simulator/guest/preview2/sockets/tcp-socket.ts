import { type ConnectionFailure, connectionOpen } from '../../../effects/connection.ts';
import { InputStream, OutputStream } from '../streams.ts';
import {
  addressText,
  checkRemote,
  failNetwork,
  isLoopback,
  isUnspecified,
  type Network,
  type NetworkErrorCode,
  type SocketAddress,
} from './network.ts';
import { positive, Socket } from './socket.ts';
import { TcpConnection } from './tcp-connection.ts';

const NANOS_PER_SECOND = 1_000_000_000n;
/** The defaults of RFC 1122, section 4.2.3.6, and of common systems. */
const KEEP_ALIVE_IDLE = 7200n * NANOS_PER_SECOND;
const KEEP_ALIVE_INTERVAL = 75n * NANOS_PER_SECOND;
const KEEP_ALIVE_COUNT = 9;

/** Where a program is that has connected to another machine: wherever it runs, it does not see it. */
const OWN_ADDRESS = [10, 255, 255, 254] as const;

const CODES: Readonly<Record<ConnectionFailure, NetworkErrorCode>> = {
  refused: 'connection-refused',
  unreachable: 'remote-unreachable',
  timeout: 'timeout',
  reset: 'connection-reset',
};

export type ShutdownType = 'receive' | 'send' | 'both';

type State =
  | { readonly kind: 'new' }
  | { readonly kind: 'connecting'; readonly remote: SocketAddress }
  | {
      readonly kind: 'connected';
      readonly remote: SocketAddress;
      readonly connection: TcpConnection;
    }
  | { readonly kind: 'closed' };

/**
 * A TCP socket: it can be bound, and connect to a service. Nobody could connect to it, so that
 * listening is denied.
 *
 * T1: after an attempt to connect that failed, a socket is closed for good.
 * T2: connecting is one effect, performed when the program asks for its outcome; virtual time passes
 *     in it, so that a socket which is connecting never has to be waited for.
 */
export class TcpSocket extends Socket {
  private state: State = { kind: 'new' };
  private keepsAlive = false;
  private idleNanos = KEEP_ALIVE_IDLE;
  private intervalNanos = KEEP_ALIVE_INTERVAL;
  private probes = KEEP_ALIVE_COUNT;

  startConnect(_network: Network, remote: SocketAddress): void {
    checkRemote(this.addressFamily(), remote);
    const { kind } = this.state;
    if (kind === 'connecting' || this.isBinding) failNetwork('concurrency-conflict');
    if (kind !== 'new') failNetwork('invalid-state');
    this.state = { kind: 'connecting', remote };
  }

  finishConnect(): [InputStream, OutputStream] {
    const { state, port } = this;
    if (state.kind !== 'connecting') failNetwork('not-in-progress');
    const { remote } = state;
    const args = { host: addressText(remote), port: remote.val.port };
    const opened = port.effect(connectionOpen, args);
    if ('failure' in opened) {
      this.state = { kind: 'closed' };
      this.unbind();
      failNetwork(CODES[opened.failure]);
    }
    this.bindSilently({ tag: 'ipv4', val: { port: 0, address: [0, 0, 0, 0] } });
    const connection = new TcpConnection(port, opened.connection);
    this.state = { kind: 'connected', remote, connection };
    return [new InputStream(port, connection.input), new OutputStream(port, connection.output)];
  }

  startListen(): never {
    const { kind } = this.state;
    if (kind === 'connecting' || this.isBinding) failNetwork('concurrency-conflict');
    failNetwork(kind === 'new' && this.isBound ? 'access-denied' : 'invalid-state');
  }

  finishListen(): never {
    failNetwork('not-in-progress');
  }

  accept(): never {
    failNetwork('invalid-state');
  }

  override localAddress(): SocketAddress {
    const local = super.localAddress();
    if (this.state.kind !== 'connected' || !isUnspecified(local)) return local;
    const address = isLoopback(this.state.remote) ? [127, 0, 0, 1] : OWN_ADDRESS;
    return { tag: local.tag, val: { ...local.val, address } };
  }

  remoteAddress(): SocketAddress {
    return this.state.kind === 'connected' ? this.state.remote : failNetwork('invalid-state');
  }

  isListening(): boolean {
    return false;
  }

  setListenBacklogSize(value: bigint): void {
    positive(value);
    if (this.state.kind !== 'new') failNetwork('invalid-state');
  }

  keepAliveEnabled(): boolean {
    return this.keepsAlive;
  }

  setKeepAliveEnabled(value: boolean): void {
    this.keepsAlive = value;
  }

  keepAliveIdleTime(): bigint {
    return this.idleNanos;
  }

  setKeepAliveIdleTime(value: bigint): void {
    this.idleNanos = positive(value);
  }

  keepAliveInterval(): bigint {
    return this.intervalNanos;
  }

  setKeepAliveInterval(value: bigint): void {
    this.intervalNanos = positive(value);
  }

  keepAliveCount(): number {
    return this.probes;
  }

  setKeepAliveCount(value: number): void {
    this.probes = positive(value);
  }

  hopLimit(): number {
    return this.hopCount;
  }

  setHopLimit(value: number): void {
    this.hopCount = value;
  }

  shutdown(what: ShutdownType): void {
    if (this.state.kind !== 'connected') failNetwork('invalid-state');
    const { input, output } = this.state.connection;
    if (what !== 'send') input.shut();
    if (what !== 'receive') output.shut();
  }

  override [Symbol.dispose](): void {
    if (this.state.kind === 'connected') this.state.connection.close();
    super[Symbol.dispose]();
  }

  protected override isBindable(): boolean {
    return this.state.kind === 'new';
  }
}
