import { VIRTUAL_START } from '../kernel/time.ts';
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
    const { traffic } = this.engine;
    // Nothing overtakes what was sent before (N1).
    this.lastAt = traffic.arrival(this.from, this.to, this.lastAt);
    traffic.carry(this.lastAt, arrive);
  }
}
