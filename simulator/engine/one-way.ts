import { after, VIRTUAL_START } from '../kernel/time.ts';
import type { Engine } from './engine.ts';

/** One direction of a connection: in order, and stopped for good by the first loss. */
export class OneWay {
  private lastAt = VIRTUAL_START;
  isStalled = false;

  constructor(
    private readonly engine: Engine,
    private readonly from: string,
    private readonly to: string,
  ) {}

  send(arrive: () => void): void {
    if (!this.isStalled) this.sendAnyway(arrive);
  }

  /** Also after a loss: for what ends the connection. */
  sendAnyway(arrive: () => void): void {
    const { agenda, network } = this.engine;
    const instant = after(agenda.now, network.delayNanos(this.from, this.to));
    // Nothing overtakes what was sent before (N1).
    if (instant > this.lastAt) this.lastAt = instant;
    agenda.at(this.lastAt, arrive);
  }
}
