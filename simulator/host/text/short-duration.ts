import { formatDuration, NANOS_PER_DAY, NANOS_PER_SECOND } from '../../kernel/time.ts';

const NANOS_PER_MINUTE = 60n * NANOS_PER_SECOND;
const NANOS_PER_HOUR = 60n * NANOS_PER_MINUTE;
const SMALL_UNITS: readonly (readonly [string, number])[] = [
  ['s', 1e9],
  ['ms', 1e6],
  ['us', 1e3],
  ['ns', 1],
];

/** A duration rounded to what people look at: `3.12 ms`, `41 s`, `2 d 3 h`. */
export function shortDuration(nanos: bigint, digits = 3): string {
  if (nanos === 0n) return '0 s';
  if (nanos < 0n) return `-${shortDuration(-nanos, digits)}`;
  if (nanos < NANOS_PER_MINUTE) {
    const rounded = Number(Number(nanos).toPrecision(digits));
    const [suffix, unit] = SMALL_UNITS.find(([, size]) => rounded >= size) ?? ['ns', 1];
    if (rounded < NANOS_PER_MINUTE)
      return `${Number((rounded / unit).toPrecision(digits))} ${suffix}`;
  }
  // Two units are shown; what is below the second one is rounded.
  const second = nanos >= NANOS_PER_DAY ? NANOS_PER_HOUR : secondUnit(nanos);
  return formatDuration(((nanos + second / 2n) / second) * second);
}

function secondUnit(nanos: bigint): bigint {
  return nanos >= NANOS_PER_HOUR ? NANOS_PER_MINUTE : NANOS_PER_SECOND;
}
