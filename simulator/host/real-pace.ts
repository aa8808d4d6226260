/**
 * Real time for a simulation that follows it. It owns where real and virtual time stand to each
 * other, and the one alarm for what happens next.
 *
 * R1  It never runs backwards, and is never behind the simulation: where the world ran ahead, since
 *     nobody waited, real time goes on from there.
 * R2  No time passes while it stands still.
 */
import type { Pace } from '../engine/agenda.ts';
import { NANOS_PER_MILLI, type VirtualNanos, virtualNanos } from '../kernel/time.ts';

/** The real clock, given by the host's machine. */
export interface RealClock {
  /** Real milliseconds since any instant. */
  now(): number;
  /** Calls `ring` once after so many real milliseconds, unless what it returns is called before. */
  alarm(milliseconds: number, ring: () => void): () => void;
}

/** The longest time that timers of all machines keep; what is later is looked at again. */
const ALARM_MS_MAX = 2 ** 31 - 1;

export class RealPace implements Pace {
  /** Undefined while it stands still. */
  private since: number | undefined;
  private disarm: () => void = () => {};

  /** @param from the instant at which virtual time is when real time begins to count */
  constructor(
    private readonly clock: RealClock,
    private from: VirtualNanos,
  ) {
    this.since = clock.now();
  }

  reached(now: VirtualNanos): VirtualNanos {
    const instant = this.instant();
    if (instant >= now) return instant;
    this.startFrom(now);
    return now;
  }

  startFrom(now: VirtualNanos): void {
    this.from = now;
    if (this.since !== undefined) this.since = this.clock.now();
  }

  stop(): void {
    this.cancel();
    this.from = this.instant();
    this.since = undefined;
  }

  goOn(): void {
    this.since ??= this.clock.now();
  }

  /** Calls `ring` when real time has got there; what was to ring before does not. */
  ringAt(instant: VirtualNanos, ring: () => void): void {
    this.cancel();
    const leftMs = Math.ceil(Number(instant - this.instant()) / Number(NANOS_PER_MILLI));
    this.disarm = this.clock.alarm(Math.min(Math.max(leftMs, 0), ALARM_MS_MAX), ring);
  }

  cancel(): void {
    this.disarm();
    this.disarm = () => {};
  }

  private instant(): VirtualNanos {
    if (this.since === undefined) return this.from;
    const passedMs = this.clock.now() - this.since;
    return virtualNanos(this.from + BigInt(Math.floor(passedMs * Number(NANOS_PER_MILLI))));
  }
}
