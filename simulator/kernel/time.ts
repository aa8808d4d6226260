/**
 * Virtual time. An instant is a bigint of nanoseconds since the start of the simulation; a
 * duration is a plain bigint of nanoseconds. Nothing in the simulator reads a real clock.
 */

declare const virtualNanosBrand: unique symbol;

/** An instant: nanoseconds since the simulation's start. */
export type VirtualNanos = bigint & { readonly [virtualNanosBrand]: true };

export const NANOS_PER_MICRO = 1_000n;
export const NANOS_PER_MILLI = 1_000_000n;
export const NANOS_PER_SECOND = 1_000_000_000n;
const NANOS_PER_MINUTE = 60n * NANOS_PER_SECOND;
const NANOS_PER_HOUR = 60n * NANOS_PER_MINUTE;
export const NANOS_PER_DAY = 24n * NANOS_PER_HOUR;

export const VIRTUAL_START = 0n as VirtualNanos;

/** The last instant, 146 years after the start: wall times up to then fit into 64 bits. */
export const VIRTUAL_END = (2n ** 62n) as VirtualNanos;

export function virtualNanos(nanos: bigint): VirtualNanos {
  return nanos as VirtualNanos;
}

/** The instant `durationNanos` after `instant`. */
export function after(instant: VirtualNanos, durationNanos: bigint): VirtualNanos {
  return (instant + durationNanos) as VirtualNanos;
}

/** The later of two instants. */
export function later(one: VirtualNanos, other: VirtualNanos): VirtualNanos {
  return one > other ? one : other;
}

const UNITS: readonly (readonly [suffix: string, nanos: bigint])[] = [
  ['d', NANOS_PER_DAY],
  ['h', NANOS_PER_HOUR],
  ['min', NANOS_PER_MINUTE],
  ['s', NANOS_PER_SECOND],
  ['ms', NANOS_PER_MILLI],
  ['us', NANOS_PER_MICRO],
  ['ns', 1n],
];

/** Prints a duration with its two most significant units: `3 d 4 h`, `1.5 ms`, `-20 s`. */
export function formatDuration(nanos: bigint): string {
  if (nanos === 0n) return '0 s';
  if (nanos < 0n) return `-${formatDuration(-nanos)}`;
  for (let index = 0; index < UNITS.length; index++) {
    const [suffix, unit] = UNITS[index] as readonly [string, bigint];
    if (nanos < unit) continue;
    const whole = nanos / unit;
    const rest = nanos % unit;
    if (rest === 0n) return `${whole} ${suffix}`;
    if (unit <= NANOS_PER_SECOND) {
      const thousandths = (rest * 1000n) / unit;
      const fraction = thousandths.toString().padStart(3, '0').replace(/0+$/, '');
      return fraction === '' ? `${whole} ${suffix}` : `${whole}.${fraction} ${suffix}`;
    }
    const [nextSuffix, nextUnit] = UNITS[index + 1] as readonly [string, bigint];
    const next = rest / nextUnit;
    return next === 0n ? `${whole} ${suffix}` : `${whole} ${suffix} ${next} ${nextSuffix}`;
  }
  return '0 s';
}

const DURATION = /^([+-]?)((?:\d+(?:\.\d+)?\s*(?:ns|us|ms|s|min|m|h|d)\s*)+)$/;
const DURATION_PART = /(\d+)(?:\.(\d+))?\s*(ns|us|ms|s|min|m|h|d)/g;

/**
 * Reads a duration such as `250ms`, `1.5h`, `3d 4h` or `-1h` as nanoseconds; undefined when the
 * text is not one.
 */
export function parseDuration(text: string): bigint | undefined {
  const match = DURATION.exec(text.trim());
  if (match === null) return undefined;
  let total = 0n;
  for (const [, whole, fraction = '', suffix] of (match[2] ?? '').matchAll(DURATION_PART)) {
    const unit = UNITS.find(([name]) => name === (suffix === 'm' ? 'min' : suffix));
    if (unit === undefined) return undefined;
    total += BigInt(whole ?? '0') * unit[1];
    if (fraction !== '') total += (BigInt(fraction) * unit[1]) / 10n ** BigInt(fraction.length);
  }
  return match[1] === '-' ? -total : total;
}

/** Prints a wall-clock reading (nanoseconds since 1970) as `2026-01-02 03:04:05.678`. */
export function formatWallTime(unixNanos: bigint): string {
  const millis = Number(unixNanos / NANOS_PER_MILLI);
  if (Math.abs(millis) > 8.64e15) return `${unixNanos} ns`;
  return new Date(millis).toISOString().replace('T', ' ').replace('Z', '');
}
