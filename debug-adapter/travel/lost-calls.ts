/** What crashes took away from executions. */
import type { Entry, ExecutionId, Seq } from '../../simulator/journal/entry.ts';
import type { History } from '../../simulator/journal/history.ts';

/** What a crashed attempt had of its effects and the journal has not, in order. */
export function lostEntriesOf(history: History, execution: ExecutionId, attempt: number): Entry[] {
  return history
    .lostEntries(execution)
    .filter((row) => row.attempt === attempt)
    .map(({ entry }) => entry)
    .sort((one, other) => one.seq - other.seq);
}

/**
 * The first effect whose call itself was lost: it was called again later. Of one whose intent was
 * durable only the result was lost. Undefined when no call was.
 */
export function firstLostCall(
  history: History,
  execution: ExecutionId,
  attempt: number,
): Seq | undefined {
  const kept = history.entries(execution);
  return lostEntriesOf(history, execution, attempt).find(
    ({ seq, startedAt }) => kept[seq]?.startedAt !== startedAt,
  )?.seq;
}
