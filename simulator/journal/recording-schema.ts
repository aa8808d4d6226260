/**
 * The tables of a recording, format 1; docs/recording.md explains them to users. Base tables are
 * compact and end in `_row`; the views are what people query.
 *
 * S1: a log's rows name their table by its code and give its columns in this order, so neither
 *     may change within a format.
 */

export const FORMAT_VERSION = 1;
/** Offset 68 of an SQLite file: the ASCII text `bkst`. */
export const APPLICATION_ID = 0x626b7374;

/** Rows of one execution (or attempt) are numbered inside this many ids. */
export const IDS_PER_EXECUTION = 2 ** 32;
/** Names are numbered from 1; with IDS_PER_EXECUTION it keeps ids below 2^53. */
export const NAMES_MAX = 2 ** 21 - 1;
/** In `due_at`: the effect is pending and only an inbox can end it. */
export const NO_DUE_TIME = -1;

export type ColumnKind = 'integer' | 'text' | 'blob';

export interface TableSpec {
  readonly code: number;
  readonly name: string;
  /**
   * `latest`: a row replaces the one with the same integer in its first column. `first`: a row
   * whose key is taken is dropped. `append`: rows are numbered in order by `ordinal`.
   */
  readonly keep: 'latest' | 'first' | 'append';
  readonly columns: readonly (readonly [name: string, kind: ColumnKind])[];
}

const ENTRY_COLUMNS: TableSpec['columns'] = [
  ['operation', 'integer'],
  ['attempt', 'integer'],
  ['args_hash', 'integer'],
  ['started_at', 'integer'],
  ['ended_at', 'integer'],
  ['delivered_at', 'integer'],
  ['due_at', 'integer'],
  ['key', 'text'],
  ['args', 'text'],
  ['args_body', 'blob'],
  ['result', 'text'],
  ['result_body', 'blob'],
];

export const TABLES = {
  name: {
    code: 1,
    name: 'name',
    keep: 'latest',
    columns: [
      ['number', 'integer'],
      ['text', 'text'],
    ],
  },
  blob: {
    code: 3,
    name: 'blob',
    keep: 'first',
    columns: [
      ['hash', 'text'],
      ['label', 'text'],
      ['bytes', 'blob'],
    ],
  },
  execution: {
    code: 4,
    name: 'execution_row',
    keep: 'latest',
    columns: [
      ['number', 'integer'],
      ['workflow', 'text'],
      ['module', 'text'],
      ['level', 'text'],
      ['status', 'text'],
      ['exit_code', 'integer'],
      ['reason', 'text'],
      ['started_at', 'integer'],
      ['ended_at', 'integer'],
    ],
  },
  attempt: {
    code: 5,
    name: 'attempt_row',
    keep: 'latest',
    columns: [
      ['id', 'integer'],
      ['node', 'integer'],
      ['epoch', 'integer'],
      ['replayed', 'integer'],
      ['started_at', 'integer'],
      ['ended_at', 'integer'],
      ['outcome', 'text'],
      ['detail', 'text'],
    ],
  },
  entry: {
    code: 6,
    name: 'entry_row',
    keep: 'latest',
    columns: [['id', 'integer'], ...ENTRY_COLUMNS],
  },
  lostEntry: {
    code: 7,
    name: 'lost_entry_row',
    keep: 'append',
    columns: [['id', 'integer'], ['lost_attempt', 'integer'], ...ENTRY_COLUMNS],
  },
  ledger: {
    code: 8,
    name: 'ledger_row',
    keep: 'append',
    columns: [
      ['service', 'integer'],
      ['number', 'integer'],
      ['at', 'integer'],
      ['execution', 'integer'],
      ['seq', 'integer'],
      ['key', 'text'],
      ['method', 'text'],
      ['url', 'text'],
      ['headers', 'text'],
      ['body', 'blob'],
      ['status', 'integer'],
      ['response_headers', 'text'],
      ['response_body', 'blob'],
      ['duplicate_of', 'integer'],
      ['duplicate_by', 'text'],
      ['note', 'text'],
    ],
  },
  trace: {
    code: 9,
    name: 'trace_row',
    keep: 'append',
    columns: [
      ['at', 'integer'],
      ['kind', 'integer'],
      ['node', 'integer'],
      ['service', 'integer'],
      ['execution', 'integer'],
      ['seq', 'integer'],
      ['data', 'text'],
    ],
  },
  fault: {
    code: 10,
    name: 'fault_row',
    keep: 'latest',
    columns: [
      ['number', 'integer'],
      ['plan', 'text'],
      ['injected', 'integer'],
      ['fired', 'integer'],
    ],
  },
  input: {
    code: 11,
    name: 'input_row',
    keep: 'append',
    columns: [
      ['number', 'integer'],
      ['step', 'integer'],
      ['kind', 'text'],
      ['data', 'text'],
      ['body', 'blob'],
    ],
  },
  choice: {
    code: 12,
    name: 'choice_row',
    keep: 'append',
    columns: [
      ['stream', 'integer'],
      ['value', 'integer'],
    ],
  },
} as const satisfies Record<string, TableSpec>;

export const TABLE_LIST: readonly TableSpec[] = Object.values(TABLES);

/** Codes in a log that are not rows of a table. */
export const LOG_CODES = {
  /** key text, value text: replaces the value of that key. */
  meta: 2,
  /** id, then MUTABLE_ENTRY_COLUMNS: what changed in an entry of an earlier batch. */
  entryUpdate: 13,
  /** number of an execution: its entries are forgotten. */
  restart: 14,
} as const;

/** What an entry's later versions change. */
export const MUTABLE_ENTRY_COLUMNS = [
  'attempt',
  'ended_at',
  'delivered_at',
  'due_at',
  'result',
  'result_body',
] as const;

/** Keys of `meta` that belong to the format. */
export const RESERVED_META = { format: 'format_version', foldedLog: 'folded_log' } as const;

/** A key of `meta`: milliseconds from 1970 to the start of the simulation. */
export const START_WALL_META = 'start_wall_ms';

/** Begins the keys of `meta` that name the services whose hosts are real. */
export const REAL_SERVICE_META = 'real-service';

function createTable(table: TableSpec): string {
  const rows: TableSpec['columns'] =
    table.keep === 'append' ? [['ordinal', 'integer'], ...table.columns] : table.columns;
  const columns = rows.map(([name, kind], index) => {
    if (index > 0) return `${name} ${kind}`;
    return `${name} ${kind} PRIMARY KEY${kind === 'text' ? ' NOT NULL' : ''}`;
  });
  return `CREATE TABLE ${table.name} (${columns.join(', ')});`;
}

/** Makes an empty database into an empty recording. */
export function schemaSql(views: string): string {
  return [
    'CREATE TABLE meta (key text PRIMARY KEY NOT NULL, value text NOT NULL) WITHOUT ROWID;',
    ...TABLE_LIST.map(createTable),
    views,
    `INSERT INTO meta VALUES ('${RESERVED_META.format}', '${FORMAT_VERSION}');`,
    `PRAGMA application_id = ${APPLICATION_ID};`,
    `PRAGMA user_version = ${FORMAT_VERSION};`,
  ].join('\n');
}
