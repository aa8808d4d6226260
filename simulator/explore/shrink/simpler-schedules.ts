import type { Schedule } from '../../faults/schedule.ts';
import { NANOS_PER_MILLI, NANOS_PER_SECOND } from '../../kernel/time.ts';

const LAGS: readonly bigint[] = [
  0n,
  NANOS_PER_MILLI,
  10n * NANOS_PER_MILLI,
  100n * NANOS_PER_MILLI,
  NANOS_PER_SECOND,
];

/** The next simpler forms of a schedule, the simplest ones first; undefined is none at all. */
export function simplerSchedules(schedule: Schedule): readonly (Schedule | undefined)[] {
  const { order, changes, lagNanos } = schedule;
  return [
    undefined,
    ...(order.length > 0 ? [{ ...schedule, order: [] }] : []),
    ...(changes.length > 1 ? [{ ...schedule, changes: [] }] : []),
    ...LAGS.filter((lag) => lag < lagNanos).map((lag) => ({ ...schedule, lagNanos: lag })),
    ...changes.map((_, index) => ({ ...schedule, changes: changes.toSpliced(index, 1) })),
    ...order.map((_, index) => ({ ...schedule, order: order.toSpliced(index, 1) })),
    ...changes.flatMap((turn, index) =>
      turn > 1 ? [{ ...schedule, changes: changes.with(index, turn - 1) }] : [],
    ),
  ];
}
