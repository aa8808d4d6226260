/**
 * Applies the rows of a log to a database.
 *
 * F1: the outcome is that of applying the rows one by one, in order.
 * F2: versions of one row that come close together cost one insert: they meet in the window.
 */
import { ByteReader, MalformedCellError } from './byte-reader.ts';
import {
  IDS_PER_EXECUTION,
  LOG_CODES,
  MUTABLE_ENTRY_COLUMNS,
  TABLE_LIST,
  TABLES,
  type TableSpec,
} from './recording-schema.ts';
import { RowInserter } from './row-inserter.ts';
import { type SqlCell, type SqlDatabase, type SqlStatement, sqlRows } from './sql-engine.ts';

/** How many rows wait for later versions of themselves before they are inserted. */
const WINDOW_ROWS_MAX = 20_000;

const MUTABLE_INDICES = MUTABLE_ENTRY_COLUMNS.map((column) =>
  TABLES.entry.columns.findIndex(([name]) => name === column),
);

const DELIVERED_INDEX = TABLES.entry.columns.findIndex(([name]) => name === 'delivered_at');

interface TableState {
  readonly spec: TableSpec;
  readonly inserter: RowInserter;
  /** The number of the last row, in a table that is appended to. */
  ordinal: number;
  /** Of a table of latest rows, by their first column. */
  readonly window: Map<number, SqlCell[]>;
}

interface ExecutionState {
  /** The highest seq that was handed to the inserter since the last drain; -1 when none. */
  inserted: number;
  /** Entries that are not delivered yet, by seq. */
  readonly waiting: Map<number, SqlCell[]>;
}

export class LogFold {
  private readonly tables = new Map<number, TableState>();
  private readonly executions = new Map<number, ExecutionState>();
  private readonly scratch: SqlCell[] = [];
  private readonly entryInserter: RowInserter;
  private readonly statements = new Map<string, SqlStatement>();
  private waiting = 0;

  constructor(
    private readonly database: SqlDatabase,
    private readonly windowRowsMax = WINDOW_ROWS_MAX,
  ) {
    this.entryInserter = new RowInserter(database, TABLES.entry);
    database.run('PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN');
  }

  /** Applies one frame; throws MalformedCellError when it is not what a writer writes. */
  apply(payload: Uint8Array): void {
    const reader = new ByteReader(payload);
    while (!reader.atEnd) {
      this.applyRow(reader);
      if (this.waiting >= this.windowRowsMax) this.drain();
    }
  }

  /** Ends the fold: everything is in the database, and no statement is left open. */
  finish(): void {
    this.drain();
    this.database.run('COMMIT');
    this.entryInserter.free();
    for (const { inserter } of this.tables.values()) inserter.free();
    for (const statement of this.statements.values()) statement.free();
  }

  private applyRow(reader: ByteReader): void {
    const code = reader.byte();
    switch (code) {
      case TABLES.entry.code:
        this.keepEntry(reader);
        break;
      case LOG_CODES.entryUpdate:
        this.updateEntry(readCells(reader, 1 + MUTABLE_INDICES.length));
        break;
      case LOG_CODES.meta:
        this.run('INSERT OR REPLACE INTO meta VALUES (CAST(? AS text), CAST(? AS text))', [
          reader.cell(),
          reader.cell(),
        ]);
        break;
      case LOG_CODES.restart:
        this.restart(integerCell(reader.cell()));
        break;
      default:
        this.keepRow(this.table(code), reader);
    }
  }

  private keepRow(table: TableState, reader: ByteReader): void {
    const cells = readCells(reader, table.spec.columns.length);
    switch (table.spec.keep) {
      case 'latest':
        table.window.set(integerCell(cells[0]), cells);
        this.waiting += 1;
        break;
      case 'append':
        table.ordinal += 1;
        table.inserter.insert([table.ordinal, ...cells]);
        break;
      case 'first':
        table.inserter.insert(cells);
        break;
    }
  }

  private table(code: number): TableState {
    const known = this.tables.get(code);
    if (known !== undefined) return known;
    const spec = TABLE_LIST.find((table) => table.code === code);
    if (spec === undefined) throw new MalformedCellError(`unknown kind of row ${code}`);
    const appended = spec.keep === 'append';
    const columns: TableSpec['columns'] = appended
      ? [['ordinal', 'integer'], ...spec.columns]
      : spec.columns;
    const table: TableState = {
      spec,
      inserter: new RowInserter(this.database, { name: spec.name, keep: spec.keep, columns }),
      ordinal: appended ? this.lastOrdinal(spec) : 0,
      window: new Map(),
    };
    this.tables.set(code, table);
    return table;
  }

  private lastOrdinal(spec: TableSpec): number {
    for (const [last] of sqlRows(this.database, `SELECT max(ordinal) FROM ${spec.name}`)) {
      return typeof last === 'number' ? last : 0;
    }
    return 0;
  }

  private keepEntry(reader: ByteReader): void {
    const { scratch } = this;
    readInto(scratch, reader, TABLES.entry.columns.length);
    const id = integerCell(scratch[0]);
    const seq = id % IDS_PER_EXECUTION;
    // Gathered rows are inserted in any order, so two versions must not be gathered together.
    if (seq <= this.executionOf(id).inserted) this.drain();
    const execution = this.executionOf(id);
    if (scratch[DELIVERED_INDEX] === null) {
      execution.waiting.set(seq, scratch.slice());
      this.waiting += 1;
    } else {
      if (execution.waiting.size > 0) execution.waiting.delete(seq);
      execution.inserted = seq;
      this.entryInserter.insert(scratch);
    }
  }

  private executionOf(id: number): ExecutionState {
    const number = Math.floor(id / IDS_PER_EXECUTION);
    let execution = this.executions.get(number);
    if (execution === undefined) {
      execution = { inserted: -1, waiting: new Map() };
      this.executions.set(number, execution);
    }
    return execution;
  }

  private updateEntry(cells: SqlCell[]): void {
    const id = integerCell(cells[0]);
    const seq = id % IDS_PER_EXECUTION;
    const execution = this.executionOf(id);
    const waiting = execution.waiting.get(seq);
    if (waiting !== undefined) {
      MUTABLE_INDICES.forEach((column, index) => {
        waiting[column] = cells[index + 1] as SqlCell;
      });
      return;
    }
    if (seq <= execution.inserted) this.drain();
    const assignments = MUTABLE_INDICES.map((index) => {
      const [name, kind] = TABLES.entry.columns[index] as readonly [string, string];
      return kind === 'text' ? `${name} = CAST(? AS text)` : `${name} = ?`;
    });
    const values = [...cells.slice(1), id];
    this.run(`UPDATE entry_row SET ${assignments.join(', ')} WHERE id = ?`, values);
  }

  private restart(execution: number): void {
    this.drain();
    const first = execution * IDS_PER_EXECUTION;
    this.run('DELETE FROM entry_row WHERE id BETWEEN ? AND ?', [
      first,
      first + IDS_PER_EXECUTION - 1,
    ]);
  }

  /** Inserts everything that waits. */
  private drain(): void {
    for (const execution of this.executions.values()) {
      for (const cells of execution.waiting.values()) this.entryInserter.insert(cells);
    }
    this.executions.clear();
    this.entryInserter.flush();
    for (const { window, inserter } of this.tables.values()) {
      for (const cells of window.values()) inserter.insert(cells);
      window.clear();
      inserter.flush();
    }
    this.waiting = 0;
  }

  private run(sql: string, values: SqlCell[]): void {
    let statement = this.statements.get(sql);
    if (statement === undefined) {
      statement = this.database.prepare(sql);
      this.statements.set(sql, statement);
    }
    statement.run(values);
  }
}

function readCells(reader: ByteReader, count: number): SqlCell[] {
  const cells: SqlCell[] = [];
  readInto(cells, reader, count);
  return cells;
}

function readInto(cells: SqlCell[], reader: ByteReader, count: number): void {
  for (let index = 0; index < count; index++) cells[index] = reader.cell();
}

function integerCell(cell: SqlCell | undefined): number {
  if (typeof cell === 'number') return cell;
  throw new MalformedCellError(`expected a row's number, found ${typeof cell}`);
}
