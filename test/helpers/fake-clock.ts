/** A real clock that a test moves by hand. */
import type { RealClock } from '../../simulator/host/real-pace.ts';

interface Alarm {
  readonly atMs: number;
  readonly ring: () => void;
}

export class FakeClock implements RealClock {
  private nowMs = 1000;
  private readonly alarms = new Set<Alarm>();

  now(): number {
    return this.nowMs;
  }

  alarm(milliseconds: number, ring: () => void): () => void {
    const alarm = { atMs: this.nowMs + milliseconds, ring };
    this.alarms.add(alarm);
    return () => this.alarms.delete(alarm);
  }

  /** In how many milliseconds each alarm is to ring. */
  get armed(): readonly number[] {
    return [...this.alarms].map(({ atMs }) => atMs - this.nowMs);
  }

  /** Lets time pass, and rings what is due, at its instant. */
  pass(milliseconds: number): void {
    const end = this.nowMs + milliseconds;
    for (;;) {
      const [next] = [...this.alarms].toSorted((one, other) => one.atMs - other.atMs);
      if (next === undefined || next.atMs > end) break;
      this.alarms.delete(next);
      this.nowMs = next.atMs;
      next.ring();
    }
    this.nowMs = end;
  }
}
