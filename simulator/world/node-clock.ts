/**
 * A clock of a node: virtual time seen through an offset and a drift, and through what else is wrong
 * with it. Reading it is pure; only faults change it.
 *
 * K1  Undisturbed, it moves on with virtual time from its first reading.
 * K2  What ends, such as a freeze, ends by itself in its readings; nobody need be told.
 */
import { assert } from '../kernel/assert.ts';
import type { VirtualNanos } from '../kernel/time.ts';

/** A drift beyond this is a stopped or a racing clock: 90 %. */
export const DRIFT_PPM_MAX = 900_000;

const MILLION = 1_000_000n;

/** A span of virtual time; the end does not belong to it. */
interface Span {
  readonly from: VirtualNanos;
  readonly until: VirtualNanos;
}

/** What is added to the readings of a clock at an instant, in nanoseconds. */
type Shift = (now: VirtualNanos) => bigint;

export class NodeClock {
  private anchorAt: VirtualNanos;
  private anchorReading: bigint;
  private driftPpm = 0n;
  /** The latest span in which it stands still. */
  private frozen: Span | undefined;
  private shifts: Shift[] = [];
  /** Counts how often it was set right: what was begun before then is over. */
  generation = 0;

  /** @param startReading what it shows at `start`, in nanoseconds */
  constructor(
    private readonly start: VirtualNanos,
    private readonly startReading: bigint,
  ) {
    this.anchorAt = start;
    this.anchorReading = startReading;
  }

  read(now: VirtualNanos): bigint {
    const reading = this.readUnshifted(now);
    return this.shifts.reduce((sum, shift) => sum + shift(now), reading);
  }

  private readUnshifted(now: VirtualNanos): bigint {
    if (now <= this.anchorAt) return this.anchorReading;
    const elapsed = now - this.anchorAt;
    if (this.driftPpm === 0n) return this.anchorReading + elapsed;
    return this.anchorReading + elapsed + (elapsed * this.driftPpm) / MILLION;
  }

  /** How long in virtual time, from `from`, this clock takes to move on by `nanos`. */
  virtualDuration(nanos: bigint, from: VirtualNanos): bigint {
    const { frozen } = this;
    const still = frozen !== undefined && this.isFrozen(from) ? frozen.until - from : 0n;
    return still + this.pace(nanos);
  }

  /** The same for a clock that does not stand still. */
  pace(nanos: bigint): bigint {
    if (this.driftPpm === 0n) return nanos;
    const rate = MILLION + this.driftPpm;
    // Rounded up, so that the clock shows the full duration when the time has come.
    return (nanos * MILLION + rate - 1n) / rate;
  }

  jump(now: VirtualNanos, byNanos: bigint): void {
    this.reanchor(now);
    this.anchorReading += byNanos;
  }

  /** From now on it gains `ppm` microseconds a second; a negative number loses them. */
  drift(now: VirtualNanos, ppm: number): void {
    assert(Math.abs(ppm) <= DRIFT_PPM_MAX, `drift of ${ppm} ppm`);
    this.reanchor(now);
    this.driftPpm = BigInt(Math.round(ppm));
  }

  /** Stands still until then, and goes on from there. */
  freeze(now: VirtualNanos, until: VirtualNanos): void {
    this.reanchor(now);
    if (until > this.anchorAt) this.anchorAt = until;
    this.frozen = { from: this.stillSince(now) ?? now, until: this.anchorAt };
  }

  isFrozen(now: VirtualNanos): boolean {
    return this.stillSince(now) !== undefined;
  }

  /** Since when it has stood still; undefined while it goes. */
  stillSince(now: VirtualNanos): VirtualNanos | undefined {
    const { frozen } = this;
    const stands = frozen !== undefined && frozen.from <= now && now < frozen.until;
    return stands ? frozen.from : undefined;
  }

  /** Every `everyNanos` it is off by so much, and then right again. */
  strobe({ from, until }: Span, byNanos: bigint, everyNanos: bigint): void {
    this.shifts.push((now) => {
      if (now < from || now >= until) return 0n;
      return ((now - from) / everyNanos) % 2n === 0n ? byNanos : 0n;
    });
  }

  /** Gains so much, evenly, and keeps it. */
  smear({ from, until }: Span, byNanos: bigint): void {
    this.shifts.push((now) => {
      if (now <= from) return 0n;
      return now >= until ? byNanos : (byNanos * (now - from)) / (until - from);
    });
  }

  /** Whether it shows anything else than it would if nothing had befallen it, or is about to. */
  isDisturbed(now: VirtualNanos): boolean {
    const isSteady = this.driftPpm === 0n && this.shifts.length === 0 && !this.isFrozen(now);
    return !isSteady || this.read(now) !== this.startReading + (now - this.start);
  }

  /** Shows from now on what it would if nothing had befallen it. */
  setRight(now: VirtualNanos): void {
    this.anchorAt = now;
    this.anchorReading = this.startReading + (now - this.start);
    this.driftPpm = 0n;
    this.frozen = undefined;
    this.shifts = [];
    this.generation++;
  }

  private reanchor(now: VirtualNanos): void {
    this.anchorReading = this.readUnshifted(now);
    if (now > this.anchorAt) this.anchorAt = now;
  }
}
