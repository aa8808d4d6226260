/** Readings of clocks as they are shown, and as people write them. */
import { formatDuration, formatWallTime, parseDuration } from '../../simulator/kernel/time.ts';
import { debugErrors } from '../debug-error.ts';

export type ClockName = 'wall' | 'monotonic';

const DATE = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?)?\s*Z?$/i;
const RELATIVE = /^[+-]/;
/** What fits into the 64 bits that programs are told it in. */
const NANOS_MAX = 2n ** 63n - 1n;

const FORMS: Record<ClockName, string> = {
  wall: 'a time in UTC such as "2030-01-01 12:00:00.5", or how far it jumps, such as "+1h" or "-90s"',
  monotonic: 'how long the node has been up, such as "5min", or how far it jumps, such as "+1h"',
};

export function clockText(clock: ClockName, nanos: bigint): string {
  return clock === 'wall' ? formatWallTime(nanos) : formatDuration(nanos);
}

/**
 * What a clock is to show, in nanoseconds since 1970 or since the node's boot. Throws DebugError
 * `bad-arguments`.
 *
 * @param nanos what it shows now
 */
export function parseClock(clock: ClockName, text: string, nanos: bigint): bigint {
  const given = text.trim().replace(/^(["'])(.*)\1$/, '$2');
  const by = parseDuration(given);
  const isSpan = by !== undefined && (clock === 'monotonic' || RELATIVE.test(given));
  const reading = isSpan
    ? by + (RELATIVE.test(given) ? nanos : 0n)
    : clock === 'wall'
      ? dateNanos(given)
      : undefined;
  if (reading === undefined) throw refused(clock, `${text} is no reading: write ${FORMS[clock]}`);
  if (reading < 0n || reading > NANOS_MAX) {
    throw refused(clock, `${text} is out of its range, which is from 0 to 2^63 nanoseconds`);
  }
  return reading;
}

/** Undefined for what is no day or no time of a day. */
function dateNanos(text: string): bigint | undefined {
  const match = DATE.exec(text);
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second] = match
    .slice(1, 7)
    .map((each) => Number(each ?? 0));
  const millis = Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second);
  const [date = ''] = text.split(/[T ]/i);
  const isDay = new Date(millis).toISOString().startsWith(date.replace(/Z$/i, ''));
  const isTime = (hour ?? 0) < 24 && (minute ?? 0) < 60 && (second ?? 0) < 60;
  if (!isDay || !isTime) return undefined;
  return BigInt(millis) * 1_000_000n + BigInt((match[7] ?? '').padEnd(9, '0'));
}

function refused(clock: ClockName, what: string): Error {
  return debugErrors.badArguments(`the ${clock} clock`, what);
}
