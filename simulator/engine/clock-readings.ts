import { type ClockArgs, type ClockName, type ClockResult, clockRead } from '../effects/clock.ts';
import type { EffectValue } from '../effects/operation.ts';
import type { Entry } from '../journal/entry.ts';
import type { VirtualNanos } from '../kernel/time.ts';

interface ShownClock {
  /** What is added to the readings of the node's clock. */
  shift: bigint;
  /** The latest reading that the program was shown. */
  last: bigint | undefined;
}

/**
 * Keeps a program's clock from running backwards: over a jump of its node's clock, and when the
 * program moves to another node, whose clock is shifted.
 */
export class ClockReadings {
  private readonly clocks = new Map<ClockName, ShownClock>();

  /** @param view the entries of the attempt */
  constructor(private readonly view: readonly Entry[]) {}

  /** What the program is shown when the node's clock has this reading. */
  read(clock: ClockName, reading: bigint, now: VirtualNanos): bigint {
    const shown = this.clock(clock, reading, now);
    const nanos = reading + shown.shift;
    const { last } = shown;
    if (last !== undefined && nanos < last) {
      // The node's clock itself has been set back under a running attempt.
      shown.shift = last - reading;
      return last;
    }
    shown.last = nanos;
    return nanos;
  }

  /** A reading was changed by hand: the clock goes on from there, as from a jump. */
  noteEdited({ operation, args }: Entry, result: EffectValue): void {
    if (operation.name !== clockRead.name) return;
    const shown = this.clocks.get((args as ClockArgs).clock);
    if (shown?.last === undefined) return;
    const nanos = BigInt((result as ClockResult).nanos);
    shown.shift += nanos - shown.last;
    shown.last = nanos;
  }

  private clock(clock: ClockName, reading: bigint, now: VirtualNanos): ShownClock {
    const known = this.clocks.get(clock);
    if (known !== undefined) return known;
    const before = this.lastBefore(clock);
    const last = before === undefined ? undefined : nanosOf(before);
    const created = { shift: firstShift(clock, reading, now, before), last };
    this.clocks.set(clock, created);
    return created;
  }

  /** The last entry that read this clock; searched once for each attempt. */
  private lastBefore(clock: ClockName): Entry | undefined {
    for (let index = this.view.length - 1; index >= 0; index--) {
      const entry = this.view[index];
      if (entry?.operation.name !== clockRead.name) continue;
      if ((entry.args as ClockArgs).clock === clock && entry.result !== undefined) return entry;
    }
    return undefined;
  }
}

/**
 * How an attempt that goes on after another shifts its node's clock. Nodes have been up for
 * different times, and a program must not notice: its monotonic clock moves on by what has passed
 * since its last reading. Its wall clock is only kept from running backwards.
 */
function firstShift(
  clock: ClockName,
  reading: bigint,
  now: VirtualNanos,
  before: Entry | undefined,
): bigint {
  if (before === undefined) return 0n;
  const last = nanosOf(before);
  if (clock === 'monotonic') return last + (now - endOf(before)) - reading;
  return last > reading ? last - reading : 0n;
}

function nanosOf(entry: Entry): bigint {
  return BigInt((entry.result as ClockResult).nanos);
}

function endOf(entry: Entry): VirtualNanos {
  return entry.endedAt ?? entry.startedAt;
}
