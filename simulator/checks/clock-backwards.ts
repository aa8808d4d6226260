import { type ClockArgs, type ClockResult, clockRead } from '../effects/clock.ts';
import type { ExecutionId } from '../journal/entry.ts';
import { formatDuration } from '../kernel/time.ts';
import type { Check, Violation } from './check.ts';
import type { Observed } from './observed.ts';

const NAME = 'clock-backwards';

/** A program sees its wall clock run forwards; a warning, since wall clocks do run backwards. */
export const CLOCK_BACKWARDS: Check = {
  name: NAME,
  says: 'no program sees its wall clock run backwards',
  judge: ({ run }) =>
    run.history.executions().flatMap(({ id }) => {
      const warning = firstStepBack(run, id);
      return warning === undefined ? [] : [warning];
    }),
};

function firstStepBack({ history }: Observed, execution: ExecutionId): Violation | undefined {
  let last: { readonly nanos: bigint; readonly seq: number } | undefined;
  for (const { operation, args, result, seq } of history.entries(execution)) {
    if (operation.name !== clockRead.name || result === undefined) continue;
    if ((args as ClockArgs).clock !== 'wall') continue;
    const nanos = BigInt((result as ClockResult).nanos);
    if (last !== undefined && nanos < last.nanos) {
      const back = formatDuration(last.nanos - nanos);
      return {
        check: NAME,
        message: `${execution} reads at #${seq} a time ${back} before that of #${last.seq}. Measure with the monotonic clock, or set "clock": "clamped" for the workflow`,
        execution,
        seq,
        severity: 'warning',
      };
    }
    last = { nanos, seq };
  }
  return undefined;
}
