import { checkRemote, failNetwork, type Network, type SocketAddress } from './network.ts';
import { positive, Socket } from './socket.ts';

const NANOS_PER_SECOND = 1_000_000_000n;
/** The defaults of RFC 1122, section 4.2.3.6, and of common systems. */
const KEEP_ALIVE_IDLE = 7200n * NANOS_PER_SECOND;
const KEEP_ALIVE_INTERVAL = 75n * NANOS_PER_SECOND;
const KEEP_ALIVE_COUNT = 9;

/**
 * A TCP socket of a network that carries no raw bytes yet: it can be bound, nothing answers where
 * it connects to, and nobody could connect to it, so that listening is denied.
 *
 * T1: after an attempt to connect that failed, a socket is closed for good.
 */
export class TcpSocket extends Socket {
  private state: 'new' | 'connecting' | 'closed' = 'new';
  private keepsAlive = false;
  private idleNanos = KEEP_ALIVE_IDLE;
  private intervalNanos = KEEP_ALIVE_INTERVAL;
  private probes = KEEP_ALIVE_COUNT;

  startConnect(_network: Network, remote: SocketAddress): void {
    checkRemote(this.addressFamily(), remote);
    if (this.state === 'connecting' || this.isBinding) failNetwork('concurrency-conflict');
    if (this.state === 'closed') failNetwork('invalid-state');
    this.state = 'connecting';
  }

  finishConnect(): never {
    if (this.state !== 'connecting') failNetwork('not-in-progress');
    this.state = 'closed';
    this.unbind();
    failNetwork('connection-refused');
  }

  startListen(): never {
    if (this.state === 'connecting' || this.isBinding) failNetwork('concurrency-conflict');
    failNetwork(this.isBound ? 'access-denied' : 'invalid-state');
  }

  finishListen(): never {
    failNetwork('not-in-progress');
  }

  accept(): never {
    failNetwork('invalid-state');
  }

  remoteAddress(): never {
    failNetwork('invalid-state');
  }

  isListening(): boolean {
    return false;
  }

  setListenBacklogSize(value: bigint): void {
    positive(value);
    if (this.state !== 'new') failNetwork('invalid-state');
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

  shutdown(): never {
    failNetwork('invalid-state');
  }

  protected override isBindable(): boolean {
    return this.state === 'new';
  }
}
