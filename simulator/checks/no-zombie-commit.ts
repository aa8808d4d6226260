import type { Entry } from '../journal/entry.ts';
import type { AttemptRow } from '../journal/records.ts';
import type { Check } from './check.ts';

const NAME = 'no-zombie-commit';

/** The journal takes nothing from an attempt whose execution was given to another. */
export const NO_ZOMBIE_COMMIT: Check = {
  name: NAME,
  says: 'no journal has an entry by an attempt that had been taken over before',
  judge: ({ run: { history } }) =>
    history.executions().flatMap(({ id }) => {
      const attempts = history.attempts(id);
      const entry = history.entries(id).find((each) => isByZombie(each, attempts));
      if (entry === undefined) return [];
      const message = `#${entry.seq} of ${id} was written by attempt ${entry.attempt} after the next one had taken over`;
      return [{ check: NAME, message, execution: id, seq: entry.seq, severity: 'error' as const }];
    }),
};

/** A later attempt had begun, and did not find this entry as it is. */
function isByZombie({ seq, attempt, endedAt }: Entry, attempts: readonly AttemptRow[]): boolean {
  return attempts.some(
    ({ number, replayed, startedAt }) =>
      number > attempt && (seq >= replayed || (endedAt !== undefined && endedAt > startedAt)),
  );
}
