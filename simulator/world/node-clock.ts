import { assert } from '../kernel/assert.ts';
import type { VirtualNanos } from '../kernel/time.ts';

/** A drift beyond this is a stopped or a racing clock: 90 %. */
export const DRIFT_PPM_MAX = 900_000;

const MILLION = 1_000_000n;

/**
 * A clock of a node: virtual time seen through an offset and a drift. Reading it is pure; only
 * faults change it.
 */
export class NodeClock {
  private anchorAt: VirtualNanos;
  private anchorReading: bigint;
  private driftPpm = 0n;

  /** @param reading what it shows at `at`, in nanoseconds */
  constructor(at: VirtualNanos, reading: bigint) {
    this.anchorAt = at;
    this.anchorReading = reading;
  }

  read(now: VirtualNanos): bigint {
    const elapsed = now - this.anchorAt;
    if (this.driftPpm === 0n) return this.anchorReading + elapsed;
    return this.anchorReading + elapsed + (elapsed * this.driftPpm) / MILLION;
  }

  /** How long in virtual time this clock takes to move on by `nanos`. */
  virtualDuration(nanos: bigint): bigint {
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

  private reanchor(now: VirtualNanos): void {
    this.anchorReading = this.read(now);
    this.anchorAt = now;
  }
}
