/**
 * What the recording needs of sql.js: the value of `initSqlJs()` is a SqlEngine. It is loaded only
 * when a recording is folded or read, so that a run starts fast.
 */

export type SqlCell = number | string | Uint8Array | null;

export interface SqlStatement {
  /** Binds 64-bit integers only as text; INTEGER columns turn such text into integers. */
  bind(values: SqlCell[]): boolean;
  step(): boolean;
  /** The current row. Integers are doubles, exact below 2^53, unless `useBigInt`. */
  get(values?: null, config?: { useBigInt: boolean }): (SqlCell | bigint)[];
  getColumnNames(): string[];
  /** Binds, steps once and resets. */
  run(values: SqlCell[]): void;
  reset(): void;
  free(): boolean;
}

/** Prepares one statement of a text after the other. */
export interface SqlStatementIterator {
  next(): { readonly done?: boolean; readonly value: SqlStatement };
  getRemainingSQL(): string;
}

export interface SqlDatabase {
  run(sql: string): unknown;
  prepare(sql: string): SqlStatement;
  iterateStatements(sql: string): SqlStatementIterator;
  /** The database as the bytes of a file. */
  export(): Uint8Array;
  close(): void;
}

export interface SqlEngine {
  readonly Database: new (file?: Uint8Array | null) => SqlDatabase;
}

/** @param bytes how much there is to read, for a loader that has one engine for little and much */
export type SqlLoader = (bytes: number) => Promise<SqlEngine>;

/**
 * Every row of a query. Integers that a double cannot hold exactly come as bigint. The statement
 * is freed when the iteration ends, early or not.
 */
export function* sqlRows(
  database: SqlDatabase,
  sql: string,
  values: SqlCell[] = [],
): Generator<(SqlCell | bigint)[]> {
  const statement = database.prepare(sql);
  try {
    statement.bind(values);
    while (statement.step()) yield exactRow(statement);
  } finally {
    statement.free();
  }
}

export function exactRow(statement: SqlStatement): (SqlCell | bigint)[] {
  const row = statement.get();
  for (let index = 0; index < row.length; index++) {
    const cell = row[index];
    if (typeof cell === 'number' && Number.isInteger(cell) && !Number.isSafeInteger(cell)) {
      // Only integers change; a cell that is really a float stays a number in the second reading.
      return statement.get(null, { useBigInt: true }).map(narrow);
    }
  }
  return row;
}

function narrow(cell: SqlCell | bigint): SqlCell | bigint {
  if (typeof cell !== 'bigint') return cell;
  const number = Number(cell);
  return Number.isSafeInteger(number) ? number : cell;
}
