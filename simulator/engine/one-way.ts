import { VIRTUAL_START } from '../kernel/time.ts';
import type { Engine } from './engine.ts';
import { Lane, type Sender } from './traffic.ts';

export interface Way {
  readonly from: string;
  readonly to: string;
  readonly sender: Sender | undefined;
  /** Bytes were repeated in vain: nothing more arrives. */
  onLoss(): void;
}

/** One direction of a connection: in order, and stopped for good by the first loss. */
export class OneWay {
  private readonly lane = new Lane();
  private lastAt = VIRTUAL_START;
  isStalled = false;

  constructor(
    private readonly engine: Engine,
    private readonly way: Way,
  ) {}

  /** @param lateNanos how much longer these bytes take, and with them all that follow */
  send(arrive: () => void, bytes = 0, lateNanos = 0n): void {
    if (!this.isStalled) this.sendAnyway(arrive, bytes, lateNanos);
  }

  /** Also after a loss: for what ends the connection. */
  sendAnyway(arrive: () => void, bytes = 0, lateNanos = 0n): void {
    const { lane, way } = this;
    const { from, to, sender } = way;
    const { traffic, agenda } = this.engine;
    // Nothing overtakes what was sent before (N1).
    this.lastAt = traffic.arrival({ from, to, bytes, lateNanos, earliest: this.lastAt });
    traffic.carry(this.lastAt, {
      ...{ from, to, sender, lane, arrive },
      ...{ sentAt: agenda.now, care: 'stream', isCounted: true },
      onLoss: () => {
        this.isStalled = true;
        way.onLoss();
      },
    });
  }
}
