/** The calls that crashes took away, as effects that are shown and stopped at. */
import type { ExecutionId } from '../../simulator/journal/entry.ts';
import type { History } from '../../simulator/journal/history.ts';
import { VIRTUAL_START } from '../../simulator/kernel/time.ts';
import { callNotBegun, entriesOf, lostAttempts, lostEntriesOf } from './lost-calls.ts';
import { type SeenEffect, seenLost } from './seen-effect.ts';
import type { StackBook } from './stack-book.ts';

/** The lost calls of an execution, attempt by attempt; each was called again later, or never. */
export function lostEffects(
  history: History,
  book: StackBook,
  execution: ExecutionId,
): readonly SeenEffect[] {
  const kept = history.entries(execution);
  return lostAttempts(history, execution).flatMap(({ attempt }) => {
    const calls = lostEntriesOf(history, execution, attempt)
      // Of others only the result was lost.
      .filter(({ seq, startedAt }) => kept[seq]?.startedAt !== startedAt)
      .map((entry) => seenLost(execution, attempt, entry));
    const last = notBegun(history, book, execution, attempt);
    return last === undefined ? calls : [...calls, last];
  });
}

/** The call at which an attempt crashed, where it was never begun. */
export function notBegun(
  history: History,
  book: StackBook,
  execution: ExecutionId,
  attempt: number,
): SeenEffect | undefined {
  const seq = callNotBegun(history, execution, attempt);
  const entries = entriesOf(history, execution, attempt);
  if (seq === undefined || entries.length !== seq) return undefined;
  const asked = book.askedLast(execution, attempt);
  if (asked === undefined) return undefined;
  const before = entries.at(-1);
  const began = history.attempts(execution).find(({ number }) => number === attempt)?.startedAt;
  const startedAt = before?.deliveredAt ?? before?.endedAt ?? before?.startedAt ?? began;
  return {
    ...{ execution, seq, ...asked, attempt, lostWith: attempt },
    ...{ state: 'lost', result: undefined, key: undefined },
    ...{ startedAt: startedAt ?? VIRTUAL_START, endedAt: undefined, deliveredAt: undefined },
  };
}
