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

/** An attempt whose calls were lost, and the first of them. */
export interface LostAttempt {
  readonly attempt: number;
  readonly from: Seq;
}

/** The attempts that lost calls, in order; each call was called again later, or never. */
export function lostAttempts(history: History, execution: ExecutionId): LostAttempt[] {
  const losers = new Set(history.lostEntries(execution).map(({ attempt }) => attempt));
  return history.attempts(execution).flatMap(({ number, outcome }) => {
    if (outcome !== 'crashed' && !losers.has(number)) return [];
    const from = firstLostCall(history, execution, number);
    return from === undefined ? [] : [{ attempt: number, from }];
  });
}

/** The entries as an attempt had them before its crash, or as the journal has them. */
export function entriesOf(
  history: History,
  execution: ExecutionId,
  attempt: number | undefined,
): readonly Entry[] {
  const kept = history.entries(execution);
  if (attempt === undefined) return asSeenBy(history, kept, history.attempts(execution).at(-1));
  const gone = lostEntriesOf(history, execution, attempt);
  const from = gone[0]?.seq ?? firstLostCall(history, execution, attempt);
  const row = history.attempts(execution).find(({ number }) => number === attempt);
  return asSeenBy(history, [...kept.slice(0, from), ...gone], row);
}

/** A crash at the last effect came before the program was given its result. */
function asSeenBy(
  history: History,
  entries: readonly Entry[],
  attempt: AttemptRow | undefined,
): readonly Entry[] {
  const last = entries.at(-1);
  if (last?.result === undefined || attempt?.outcome !== 'crashed') return entries;
  const cause = crashCause(history, crashOf(history, attempt));
  if (cause?.execution !== attempt.execution || cause.seq !== last.seq) return entries;
  const unseen = { ...last, result: undefined, endedAt: undefined, deliveredAt: undefined };
  return [...entries.slice(0, -1), unseen];
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
export function callNotBegun(
  history: History,
  execution: ExecutionId,
  attempt: number,
): Seq | undefined {
  const row = history.attempts(execution).find(({ number }) => number === attempt);
  if (row === undefined) return undefined;
  const index = crashOf(history, row);
  const cause = crashCause(history, index);
  if (cause?.execution !== execution || cause.seq === undefined) return undefined;
  const begun = history.entries(execution)[cause.seq]?.startedAt;
  return begun === undefined || begun > cause.at ? cause.seq : undefined;
}

/** The row that tells of the crash of an attempt; -1 for none. */
function crashOf(history: History, attempt: AttemptRow): number {
  const traces = history.traces();
  const { endedAt } = attempt;
  if (endedAt === undefined) return -1;
  let [low, high] = [0, traces.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((traces[middle] as TraceRow).at < endedAt) low = middle + 1;
    else high = middle;
  }
  for (let index = low; traces[index]?.at === endedAt; index++) {
    if (crashedWith(attempt, traces[index] as TraceRow)) return index;
  }
  return -1;
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
