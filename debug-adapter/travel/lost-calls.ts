/** What crashes took away from executions. */
import type { Entry, ExecutionId, Seq } from '../../simulator/journal/entry.ts';
import type { History } from '../../simulator/journal/history.ts';
import type { AttemptRow, TraceRow } from '../../simulator/journal/records.ts';

/** What a crashed attempt had of its effects and the journal has not, in order. */
export function lostEntriesOf(history: History, execution: ExecutionId, attempt: number): Entry[] {
  return history
    .lostEntries(execution)
    .filter((row) => row.attempt === attempt)
    .map(({ entry }) => entry)
    .sort((one, other) => one.seq - other.seq);
}

/**
 * The first effect whose call itself was lost: it was called again later, or never. Of one whose
 * intent was durable only the result was lost. Undefined when no call was.
 */
export function firstLostCall(
  history: History,
  execution: ExecutionId,
  attempt: number,
): Seq | undefined {
  const kept = history.entries(execution);
  const lost = lostEntriesOf(history, execution, attempt).find(
    ({ seq, startedAt }) => kept[seq]?.startedAt !== startedAt,
  );
  return lost?.seq ?? callNotBegun(history, execution, attempt);
}

/** The effect that a program had called when a crash came before it was begun. */
function callNotBegun(history: History, execution: ExecutionId, attempt: number): Seq | undefined {
  const row = history.attempts(execution).find(({ number }) => number === attempt);
  if (row === undefined) return undefined;
  const traces = history.traces();
  const index = traces.findIndex((each) => crashedWith(row, each));
  const cause = crashCause(history, index);
  if (cause?.execution !== execution || cause.seq === undefined) return undefined;
  const begun = history.entries(execution)[cause.seq]?.startedAt;
  return begun === undefined || begun > cause.at ? cause.seq : undefined;
}

/** Whether an attempt was lost with the crash of a node that a row of the trace tells of. */
export function crashedWith({ node, outcome, endedAt }: AttemptRow, row: TraceRow): boolean {
  const isCrash = row.kind === 'node.crashed';
  return isCrash && outcome === 'crashed' && node === row.node && endedAt === row.at;
}

/** The fault that made a node crash: the row just before that of the crash. */
export function crashCause(history: History, crash: number): TraceRow | undefined {
  const before = history.traces()[crash - 1];
  const row = history.traces()[crash];
  const isCause =
    before?.kind === 'fault.fired' && before.at === row?.at && before.node === row.node;
  return isCause ? before : undefined;
}
