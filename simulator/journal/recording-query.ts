import { recordingErrors, thrownText } from './recording-error.ts';
import { exactRow, type SqlCell, type SqlDatabase } from './sql-engine.ts';

/** More rows than anyone reads; a query that yields more is asked to say LIMIT. */
export const QUERY_ROWS_MAX = 100_000;

export interface QueryResult {
  readonly columns: readonly string[];
  /** Integers beyond 2^53 are bigint. */
  readonly rows: readonly (readonly (SqlCell | bigint)[])[];
}

const READING_WORDS: ReadonlySet<string> = new Set(['select', 'with', 'values']);
const READING_PRAGMAS: ReadonlySet<string> = new Set([
  'table_list',
  'table_info',
  'table_xinfo',
  'index_list',
  'index_info',
]);

/** Runs one statement that only reads; the database must be in `query_only` mode. */
export function runQuery(name: string, database: SqlDatabase, text: string): QueryResult {
  refuseWriting(name, text);
  try {
    return readAll(name, database, text);
  } catch (thrown) {
    if (thrown instanceof Error && thrown.name === 'RecordingError') throw thrown;
    throw recordingErrors.query(name, `cannot be run: ${thrownText(thrown)}`, thrown);
  }
}

function readAll(name: string, database: SqlDatabase, text: string): QueryResult {
  database.run('PRAGMA query_only = ON');
  const statements = database.iterateStatements(text);
  const first = statements.next();
  if (first.done === true) throw recordingErrors.query(name, 'is empty');
  const statement = first.value;
  try {
    // Looked at before it is prepared: some pragmas act at once.
    if (withoutComments(statements.getRemainingSQL()) !== '') {
      throw recordingErrors.query(name, 'holds more than one statement; run them one by one');
    }
    const columns = statement.getColumnNames();
    const rows: (SqlCell | bigint)[][] = [];
    while (statement.step()) {
      if (rows.length === QUERY_ROWS_MAX) {
        throw recordingErrors.query(name, `yields over ${QUERY_ROWS_MAX} rows; add a LIMIT`);
      }
      rows.push(exactRow(statement));
    }
    return { columns, rows };
  } finally {
    statement.free();
  }
}

/** The text from its first word on. */
function withoutComments(text: string): string {
  return text.replace(/^(?:\s+|;|--[^\n]*(?:\n|$)|\/\*[\s\S]*?(?:\*\/|$))+/, '');
}

/**
 * `query_only` stops INSERT and its like, even inside WITH; the words stop what would lift that
 * (PRAGMA) or leave this database (ATTACH).
 */
function refuseWriting(name: string, text: string): void {
  const bare = withoutComments(text);
  if (bare === '') throw recordingErrors.query(name, 'is empty');
  const [first = '', second = ''] = bare.replace(EXPLAIN, '').toLowerCase().match(WORDS) ?? [];
  if (READING_WORDS.has(first)) return;
  if (first === 'pragma' && READING_PRAGMAS.has(second) && !EXPLAIN.test(bare)) return;
  const beginning = JSON.stringify(bare.slice(0, 20));
  throw recordingErrors.query(
    name,
    `must only read, beginning with SELECT, WITH, VALUES or EXPLAIN, not with ${beginning}`,
  );
}

const EXPLAIN = /^explain\s+(?:query\s+plan\s+)?/i;
const WORDS = /[a-z_]+/g;
