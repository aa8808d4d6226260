import { positive, Socket } from './socket.ts';

const NANOS_PER_SECOND = 1_000_000_000n;
/** The defaults of RFC 1122, section 4.2.3.6, and of common systems. */
const KEEP_ALIVE_IDLE = 7200n * NANOS_PER_SECOND;
const KEEP_ALIVE_INTERVAL = 75n * NANOS_PER_SECOND;
const KEEP_ALIVE_COUNT = 9;

/** The options of a TCP socket. They are kept, and change nothing: this network needs no probes. */
export abstract class TcpOptions extends Socket {
  private keepsAlive = false;
  private idleNanos = KEEP_ALIVE_IDLE;
  private intervalNanos = KEEP_ALIVE_INTERVAL;
  private probes = KEEP_ALIVE_COUNT;

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

  protected inheritOptions(from: TcpOptions): void {
    this.inherit(from);
    this.keepsAlive = from.keepsAlive;
    this.idleNanos = from.idleNanos;
    this.intervalNanos = from.intervalNanos;
    this.probes = from.probes;
  }
}
