/**
 * A simulated machine: its clocks, and whether it runs. It knows nothing of executions; whoever
 * runs something on it listens for its crash.
 *
 * N1  What is handed to `deliver` runs at once on a running node, in order after resuming on a
 *     paused one, and never on one that has crashed since it was sent.
 * N2  A crash raises `incarnation`; nothing of an earlier incarnation runs again.
 */
import type { VirtualNanos } from '../kernel/time.ts';
import { NodeClock } from './node-clock.ts';

export type NodeState = 'up' | 'paused' | 'down';

export class SimulatedNode {
  readonly wall: NodeClock;
  readonly monotonic: NodeClock;
  state: NodeState = 'up';
  incarnation = 1;
  /** How often it has stood still. */
  pauses = 0;
  private held: (() => void)[] = [];

  /**
   * @param wallNanos the wall clock at the start, nanoseconds since 1970
   * @param upNanos how long it has been up at the start
   */
  constructor(
    readonly name: string,
    start: VirtualNanos,
    wallNanos: bigint,
    upNanos: bigint,
  ) {
    this.wall = new NodeClock(start, wallNanos);
    this.monotonic = new NodeClock(start, upNanos);
  }

  /** Runs `receive` on this node, as it was in `incarnation`. */
  deliver(incarnation: number, receive: () => void): void {
    if (incarnation !== this.incarnation) return;
    if (this.state === 'paused') this.held.push(receive);
    else if (this.state === 'up') receive();
  }

  crash(): void {
    this.state = 'down';
    this.incarnation++;
    this.held = [];
  }

  restart(): void {
    this.state = 'up';
  }

  pause(): void {
    this.state = 'paused';
    this.pauses++;
  }

  /** Runs what was held, in order; stops when it crashes or pauses on the way. */
  resume(): void {
    this.state = 'up';
    const { incarnation } = this;
    while (this.state === 'up' && this.incarnation === incarnation) {
      const receive = this.held.shift();
      if (receive === undefined) return;
      receive();
    }
  }
}
