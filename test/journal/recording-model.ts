import type { Entry, ExecutionId } from '../../simulator/journal/entry.ts';
import type { Recording } from '../../simulator/journal/recording.ts';
import type { RecordingSink } from '../../simulator/journal/records.ts';

/** What a recording must give back, as plain values that can be compared. */
export type Content = Readonly<Record<string, unknown>>;

/** Keeps in the simplest way what is written to it. */
export class ModelSink implements RecordingSink {
  private readonly metaRows = new Map<string, string>();
  private readonly blobRows = new Map<string, unknown>();
  private readonly latest = { execution: new Map(), attempt: new Map(), fault: new Map() };
  private readonly entryRows = new Map<ExecutionId, Map<number, Entry>>();
  private readonly appended = {
    lost: [] as unknown[],
    ledger: [] as unknown[],
    trace: [] as unknown[],
    input: [] as unknown[],
    choice: [] as unknown[],
  };

  meta: RecordingSink['meta'] = (key, value) => void this.metaRows.set(key, value);
  blob: RecordingSink['blob'] = (hash, label, bytes) => {
    if (!this.blobRows.has(hash)) this.blobRows.set(hash, { hash, label, bytes });
  };
  execution: RecordingSink['execution'] = (row) => void this.latest.execution.set(row.id, row);
  attempt: RecordingSink['attempt'] = (row) =>
    void this.latest.attempt.set(`${row.execution} ${row.number}`, row);
  entry: RecordingSink['entry'] = (execution, entry) => {
    const entries = this.entryRows.get(execution) ?? new Map();
    entries.set(entry.seq, { ...entry });
    this.entryRows.set(execution, entries);
  };
  lost: RecordingSink['lost'] = (execution, attempt, entry) =>
    void this.appended.lost.push({ execution, attempt, entry: { ...entry } });
  restart: RecordingSink['restart'] = (execution) => void this.entryRows.delete(execution);
  ledger: RecordingSink['ledger'] = (row) => void this.appended.ledger.push(row);
  trace: RecordingSink['trace'] = (row) => void this.appended.trace.push(row);
  fault: RecordingSink['fault'] = (row) => void this.latest.fault.set(row.number, row);
  input: RecordingSink['input'] = (row) => void this.appended.input.push(row);
  choice: RecordingSink['choice'] = (row) => void this.appended.choice.push(row);
  flush(): void {}

  content(): Content {
    const entries = [...this.entryRows]
      .filter(([, rows]) => rows.size > 0)
      .map(([id, rows]) => [id, [...rows.values()].sort((a, b) => a.seq - b.seq)] as const);
    return {
      meta: sorted(this.metaRows),
      blobs: sorted(this.blobRows),
      execution: sorted(this.latest.execution),
      attempt: sorted(this.latest.attempt),
      fault: sorted(this.latest.fault),
      entries: sorted(new Map(entries)),
      ...this.appended,
    };
  }
}

const EXECUTIONS = ['a-1', 'a-2', 'b-1'] as readonly string[] as readonly ExecutionId[];

/** All of a recording, in the shape of ModelSink.content. */
export function contentOf(recording: Recording): Content {
  const attempts = EXECUTIONS.flatMap((id) => recording.attempts(id));
  const entries = EXECUTIONS.map((id) => [id, recording.entries(id)] as const);
  return {
    meta: sorted(recording.meta()),
    blobs: sorted(new Map(recording.blobs().map((row) => [row.hash, row]))),
    execution: sorted(new Map(recording.executions().map((row) => [row.id, row]))),
    attempt: sorted(new Map(attempts.map((row) => [`${row.execution} ${row.number}`, row]))),
    fault: sorted(new Map(recording.faults().map((row) => [row.number, row]))),
    entries: sorted(new Map(entries.filter(([, rows]) => rows.length > 0))),
    lost: recording.allLostEntries(),
    ledger: recording.ledger(),
    trace: recording.traces(),
    input: recording.inputs(),
    choice: recording.choices(),
  };
}

function sorted(map: ReadonlyMap<unknown, unknown>): [unknown, unknown][] {
  return [...map].sort(([a], [b]) => (String(a) < String(b) ? -1 : 1));
}
