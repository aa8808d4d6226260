/** What the rows of ledgers did: which repeat an effect, and which did something again. */
import { isSafeMethod } from '../effects/http.ts';
import type { ExecutionId, Seq } from '../journal/entry.ts';
import type { LedgerRow } from '../journal/records.ts';
import { changedPaths } from './changed-paths.ts';
import { type Observed, type StateChange, workedOut } from './observed.ts';

const decoder = new TextDecoder();

/** A row that repeats an earlier one which it should have been recognised by, and was not. */
export interface DoneAgain {
  readonly first: LedgerRow;
  readonly again: readonly LedgerRow[];
}

/** Rows of unsafe requests that a service did not refuse. */
export function acceptedRows(run: Observed): readonly LedgerRow[] {
  return workedOut(run, accepted);
}

function accepted({ history }: Observed): readonly LedgerRow[] {
  return history.ledger().filter((row) => !isSafeMethod(row.method) && isAccepted(row));
}

function isAccepted({ status }: LedgerRow): boolean {
  return status !== undefined && status < 400;
}

/** Accepted rows that are no recognised repeats: each did something. */
export function deeds(run: Observed): readonly LedgerRow[] {
  return workedOut(run, done);
}

function done(run: Observed): readonly LedgerRow[] {
  const rows = acceptedRows(run);
  const firstOf = firstAccepted(rows);
  return rows.filter((row) => {
    const first = firstOf(row);
    return first === row ? changedSomething(run, row) : didAgain(run, first, row);
  });
}

/** Whether an effect came to its service again, and that took it for what it was. */
export function wasRecognised(run: Observed, execution: ExecutionId, seq: Seq): boolean {
  const rows = run.history
    .ledger()
    .filter(
      (row) => row.execution === execution && row.seq === seq && row.duplicateOf !== undefined,
    );
  if (rows.length === 0) return false;
  const done = new Set(deeds(run));
  return rows.every((row) => !done.has(row));
}

/** Repeats of one effect that the service did again. */
export function deedsDoneAgain(run: Observed): readonly DoneAgain[] {
  const rows = acceptedRows(run);
  const found = new Map<LedgerRow, LedgerRow[]>();
  const firstOf = firstAccepted(rows);
  for (const row of rows) {
    const first = firstOf(row);
    if (first === row || first.seq !== row.seq || first.execution !== row.execution) continue;
    if (didAgain(run, first, row)) found.set(first, [...(found.get(first) ?? []), row]);
  }
  return [...found].map(([first, again]) => ({ first, again }));
}

/** Finds the first row of those that repeat one another; ones before it may have been refused. */
function firstAccepted(rows: readonly LedgerRow[]): (row: LedgerRow) => LedgerRow {
  const groupOf = ({ service, number, duplicateOf }: LedgerRow): string =>
    `${service}/${duplicateOf ?? number}`;
  const firsts = new Map<string, LedgerRow>();
  for (const row of rows) if (!firsts.has(groupOf(row))) firsts.set(groupOf(row), row);
  return (row) => firsts.get(groupOf(row)) ?? row;
}

/** False when the state of the service can be seen, and the request left it as it was. */
function changedSomething({ changes }: Observed, row: LedgerRow): boolean {
  const change = changes.get(row);
  return change === undefined || change.before !== change.after;
}

/**
 * Whether a service did for the second request what it did for the first. Its state says so, where it
 * can be seen: a repeat that was recognised leaves it as it was, or changes less of it, such as a
 * count of requests. Otherwise, what it noted and answered says so.
 */
function didAgain({ changes }: Observed, first: LedgerRow, second: LedgerRow): boolean {
  const before = changes.get(first);
  const after = changes.get(second);
  if (before !== undefined && after !== undefined) return changedAlike(before, after);
  if (first.note !== undefined || second.note !== undefined) {
    return masked(first.note ?? '') === masked(second.note ?? '');
  }
  const texts = [first, second].map(({ responseBody }) => decoder.decode(responseBody));
  const [one = '', other = ''] = texts;
  // The same answer to the same key was kept; one of the same form with another number was made anew.
  return one !== other && masked(one) === masked(other);
}

function changedAlike(first: StateChange, second: StateChange): boolean {
  if (second.before === second.after) return false;
  const again = changedPaths(second);
  return [...changedPaths(first)].every((path) => again.has(path));
}

/** A text without its numbers and other identities. */
export function masked(text: string): string {
  return text.replaceAll(/\b[0-9a-f]{8,}\b|\d+/gi, '#');
}
