import type { ExecutionRow } from '../journal/records.ts';
import type { Check, Judged } from './check.ts';

/** Once the faults have stopped, what ends undisturbed ends. */
export const COMPLETES: Check = {
  name: 'completes',
  says: 'every execution that ends in the undisturbed run ends in this one, too',
  judge: (judged) =>
    judged.run.history
      .executions()
      .filter((row) => row.endedAt === undefined && endsCalmly(judged, row))
      .map(({ id, status }) => ({
        check: 'completes',
        message:
          judged.run.ending === 'unending'
            ? `${id} does not end: it is still ${status} when the run is broken off, long after the last fault`
            : `${id} never ends: it is ${status}, and nothing is left to happen`,
        execution: id,
        severity: 'error' as const,
      })),
};

/** In the undisturbed run itself, only what goes on for ever is wrong. */
function endsCalmly({ run, calm }: Judged, { id }: ExecutionRow): boolean {
  if (calm === undefined) return run.ending === 'unending';
  return calm.history.execution(id)?.endedAt !== undefined;
}
