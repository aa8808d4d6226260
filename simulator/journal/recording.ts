/**
 * A recording that is looked at: its rows, typed, and SQL over its views. Nothing on disk changes,
 * and it keeps showing what was there when it was opened.
 */
import { NANOS_PER_MILLI } from '../kernel/time.ts';
import type { Entry, ExecutionId } from './entry.ts';
import type { History, LostEntry } from './history.ts';
import { RecordingError, type RecordingWarning, recordingErrors } from './recording-error.ts';
import type { RecordingSource } from './recording-files.ts';
import { loadRecording } from './recording-load.ts';
import { type QueryResult, runQuery } from './recording-query.ts';
import { IDS_PER_EXECUTION, RESERVED_META, START_WALL_META, TABLES } from './recording-schema.ts';
import type {
  AttemptRow,
  ChoiceRow,
  ExecutionRow,
  FaultRow,
  InputRow,
  LedgerRow,
  TraceRow,
} from './records.ts';
import { Cells } from './row-cells.ts';
import { type OperationByName, RowMapper } from './row-mapper.ts';
import { type SqlCell, type SqlDatabase, type SqlLoader, sqlRows } from './sql-engine.ts';

export interface OpenOptions {
  readonly source: RecordingSource;
  readonly sql: SqlLoader;
  readonly operationByName: OperationByName;
}

export interface BlobRow {
  readonly hash: string;
  readonly label: string;
  readonly bytes: Uint8Array;
}

/** Entries that are kept once read, in all journals together; then reading begins anew. */
const ENTRIES_KEPT_MAX = 500_000;

/**
 * Reads a recording with what its log holds. Throws RecordingError: missing, unreadable,
 * not-a-recording, newer-version, damaged.
 */
export async function openRecording(options: OpenOptions): Promise<Recording> {
  const { source, sql, operationByName } = options;
  const { database, warnings } = await loadRecording(source, sql);
  try {
    return new Recording(source.name, database, operationByName, warnings);
  } catch (thrown) {
    database.close();
    throw asDamage(source.name, thrown);
  }
}

/** Every read throws RecordingError `damaged` when what it finds is not what was written. */
export class Recording implements History {
  private readonly numbers = new Map<string, number>();
  private readonly rows: RowMapper;
  private readonly kept = new Map<string, readonly unknown[]>();
  private readonly journals = new Map<ExecutionId, readonly Entry[]>();
  private entriesKept = 0;
  private byId: Map<ExecutionId, ExecutionRow> | undefined;
  readonly startUnixNanos: bigint;

  /** Use openRecording. */
  constructor(
    readonly name: string,
    private readonly database: SqlDatabase,
    operationByName: OperationByName,
    /** What was wrong with it; show these to the user. */
    readonly warnings: readonly RecordingWarning[],
  ) {
    const names = new Map<number, string>();
    for (const row of sqlRows(database, 'SELECT number, text FROM name')) {
      const cells = new Cells(row);
      const number = cells.integer();
      const text = cells.text();
      names.set(number, text);
      this.numbers.set(text, number);
    }
    this.rows = new RowMapper(name, names, operationByName);
    this.startUnixNanos = BigInt(this.meta().get(START_WALL_META) ?? 0) * NANOS_PER_MILLI;
  }

  close(): void {
    this.database.close();
  }

  /** What the simulation noted about itself, by key; without the format's own keys. */
  meta(): ReadonlyMap<string, string> {
    const reserved: readonly string[] = Object.values(RESERVED_META);
    const values = this.list('SELECT key, value FROM meta ORDER BY key', [], (cells) => {
      return [cells.text(), cells.text()] as const;
    });
    return new Map(values.filter(([key]) => !reserved.includes(key)));
  }

  /** In order of their hashes. */
  blobs(): BlobRow[] {
    return this.list('SELECT hash, label, bytes FROM blob ORDER BY hash', [], blobRow);
  }

  blob(hash: string): BlobRow | undefined {
    return this.list('SELECT hash, label, bytes FROM blob WHERE hash = ?', [hash], blobRow)[0];
  }

  /** In order of their appearance. */
  executions(): readonly ExecutionRow[] {
    return this.keep('execution', 'number', (cells) => this.rows.execution(cells));
  }

  execution(id: ExecutionId): ExecutionRow | undefined {
    this.byId ??= new Map(this.executions().map((row) => [row.id, row]));
    return this.byId.get(id);
  }

  attempts(execution: ExecutionId): readonly AttemptRow[] {
    return this.inRange('attempt', execution, (cells) => this.rows.attempt(cells));
  }

  /** The journal of an execution, in order of seq; empty when there is no such execution. */
  entries(execution: ExecutionId): readonly Entry[] {
    const known = this.journals.get(execution);
    if (known !== undefined) return known;
    const entries = this.inRange('entry', execution, (cells) => this.rows.entry(cells));
    if (this.entriesKept + entries.length > ENTRIES_KEPT_MAX) {
      this.journals.clear();
      this.entriesKept = 0;
    }
    this.journals.set(execution, entries);
    this.entriesKept += entries.length;
    return entries;
  }

  /** Without reading them. */
  entryCount(execution: ExecutionId): number {
    const sql = `SELECT count(*) FROM ${TABLES.entry.name} WHERE id BETWEEN ? AND ?`;
    return this.list(sql, this.idRange(execution), (cells) => cells.integer())[0] ?? 0;
  }

  /** In the order in which they were lost. */
  lostEntries(execution: ExecutionId): readonly LostEntry[] {
    return this.allLostEntries().filter((row) => row.execution === execution);
  }

  allLostEntries(): readonly LostEntry[] {
    return this.keep('lostEntry', 'ordinal', (cells) => this.rows.lost(cells));
  }

  /** In the order in which the services saw them. */
  ledger(): readonly LedgerRow[] {
    return this.keep('ledger', 'ordinal', (cells) => this.rows.ledger(cells));
  }

  traces(): readonly TraceRow[] {
    return this.keep('trace', 'ordinal', (cells) => this.rows.trace(cells));
  }

  faults(): readonly FaultRow[] {
    return this.keep('fault', 'number', (cells) => this.rows.fault(cells));
  }

  inputs(): readonly InputRow[] {
    return this.keep('input', 'ordinal', (cells) => this.rows.input(cells));
  }

  choices(): readonly ChoiceRow[] {
    return this.keep('choice', 'ordinal', (cells) => this.rows.choice(cells));
  }

  /** Runs one reading SQL statement; see docs/recording.md. Throws RecordingError `query`. */
  sql(text: string): QueryResult {
    return runQuery(this.name, this.database, text);
  }

  /** A whole table, read once. */
  private keep<Row>(
    table: keyof typeof TABLES,
    order: string,
    read: (cells: Cells) => Row,
  ): readonly Row[] {
    const known = this.kept.get(table);
    // One table is always read by one function, so these are its rows.
    if (known !== undefined) return known as readonly Row[];
    const rows = this.list(`${selectFrom(table)} ORDER BY ${order}`, [], read);
    this.kept.set(table, rows);
    return rows;
  }

  private inRange<Row>(
    table: 'attempt' | 'entry',
    execution: ExecutionId,
    read: (cells: Cells) => Row,
  ): Row[] {
    const sql = `${selectFrom(table)} WHERE id BETWEEN ? AND ? ORDER BY id`;
    return this.list(sql, this.idRange(execution), read);
  }

  private idRange(execution: ExecutionId): SqlCell[] {
    // No row has number 0: an unknown execution has no rows.
    const first = (this.numbers.get(execution) ?? 0) * IDS_PER_EXECUTION;
    return [first, first + IDS_PER_EXECUTION - 1];
  }

  private list<Row>(sql: string, values: SqlCell[], read: (cells: Cells) => Row): Row[] {
    try {
      const rows: Row[] = [];
      for (const row of sqlRows(this.database, sql, values)) rows.push(read(new Cells(row)));
      return rows;
    } catch (thrown) {
      throw asDamage(this.name, thrown);
    }
  }
}

function selectFrom(table: keyof typeof TABLES): string {
  const { name, columns } = TABLES[table];
  return `SELECT ${columns.map(([column]) => column).join(', ')} FROM ${name}`;
}

function blobRow(cells: Cells): BlobRow {
  const hash = cells.text();
  const label = cells.text();
  return { hash, label, bytes: cells.optionalBytes() ?? new Uint8Array() };
}

/** Malformed cells, malformed JSON and SQLite's own complaints all mean that bytes changed. */
function asDamage(name: string, thrown: unknown): RecordingError {
  if (thrown instanceof RecordingError) return thrown;
  const what = thrown instanceof Error ? thrown.message : String(thrown);
  return recordingErrors.damaged(name, what, thrown);
}
