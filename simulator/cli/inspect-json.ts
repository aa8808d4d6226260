/** A recording as JSON lines; docs/command-line.md documents the shapes. */
import { clientReports } from '../host/client-reports.ts';
import type { Entry, ExecutionId } from '../journal/entry.ts';
import type { History } from '../journal/history.ts';
import type { QueryResult } from '../journal/recording-query.ts';
import { jsonLine } from './json-line.ts';

type View = 'timeline' | 'journal' | 'ledger' | undefined;

export function* historyLines(history: History, view: View): Generator<string> {
  if (view === undefined || view === 'timeline') yield* executionLines(history);
  if (view === 'journal' || view === 'timeline') {
    for (const { id } of history.executions()) {
      for (const entry of history.entries(id)) yield entryLine('effect', id, entry);
      for (const { attempt, entry } of history.lostEntries(id)) {
        yield entryLine('lost', id, { ...entry, attempt });
      }
    }
  }
  if (view === 'timeline') {
    for (const row of history.traces()) yield jsonLine({ event: 'trace', ...row });
  }
  if (view !== 'journal') {
    for (const report of clientReports(history)) yield jsonLine({ event: 'client', ...report });
    for (const row of history.ledger()) yield jsonLine({ event: 'request', ...row });
  }
  if (view === undefined || view === 'timeline') {
    for (const row of history.faults()) yield jsonLine({ event: 'fault', ...row });
  }
}

function* executionLines(history: History): Generator<string> {
  for (const row of history.executions()) {
    yield jsonLine({ event: 'execution', ...row });
    for (const attempt of history.attempts(row.id))
      yield jsonLine({ event: 'attempt', ...attempt });
  }
}

function entryLine(event: string, execution: ExecutionId, entry: Entry): string {
  const { operation, args, result, argsHash: _hash, pending: _pending, ...rest } = entry;
  return jsonLine({ event, execution, operation: operation.name, ...rest, args, result });
}

export function* queryLines({ columns, rows }: QueryResult): Generator<string> {
  for (const row of rows) {
    yield jsonLine(
      Object.fromEntries(columns.map((column, index) => [column, row[index] ?? null])),
    );
  }
}
