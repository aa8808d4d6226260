import assert from 'node:assert/strict';
import { test } from 'node:test';
import initSqlJs from 'sql.js';
import { operationByName } from '../../simulator/effects/registry.ts';
import { openRecording, type Recording } from '../../simulator/journal/recording.ts';
import { MemoryRecordingFiles } from '../../simulator/journal/recording-files.ts';
import { createRecording } from '../../simulator/journal/recording-writer.ts';
import { writeSample } from './sample-recording.ts';
import { loadSql } from './sql-engine.ts';

async function sample(): Promise<{ readonly recording: Recording; readonly file: Uint8Array }> {
  const files = new MemoryRecordingFiles('run.backstitch');
  const writer = createRecording({ files, sql: loadSql });
  writeSample(writer);
  await writer.close();
  const file = files.readFile();
  assert.ok(file !== undefined);
  return { recording: await openRecording({ source: files, sql: loadSql, operationByName }), file };
}

test('any SQLite tool reads the journal through the views', async () => {
  const SQL = await initSqlJs();
  const database = new SQL.Database((await sample()).file);
  const [journal] = database.exec(
    `SELECT execution, seq, operation, state, attempt, key, duration, pending, wall
       FROM entry ORDER BY execution, seq`,
  );
  const day = '2026-01-01T00:00:00';
  assert.deepEqual(journal?.values, [
    ['a-1', 0, 'clock.read', 'delivered', 1, null, 0, 0, `${day}.000000000Z`],
    ['a-1', 1, 'stdout.write', 'delivered', 1, null, 0, 0, `${day}.001000000Z`],
    ['a-1', 2, 'http.request', 'delivered', 2, 'a-1/2', 500_000, 0, `${day}.002000000Z`],
    ['a-1', 3, 'wait.poll', 'intent', 1, null, null, 1, `${day}.003000000Z`],
    ['a-1', 4, 'wait.poll', 'intent', 1, null, null, 1, `${day}.004000000Z`],
    ['a-1', 5, 'stdin.read', 'recorded', 1, null, 4_000_000, 0, `${day}.005000000Z`],
  ]);
  const [clock] = database.exec(
    `SELECT json_extract(args, '$.clock'), json_extract(result, '$.nanos'), args_body
       FROM entry WHERE seq = 0`,
  );
  assert.deepEqual(clock?.values, [['wall', '1767225600000000000', null]]);
  const [repeats] = database.exec('SELECT * FROM ledger WHERE duplicate_of IS NOT NULL');
  assert.equal(repeats?.values.length, 1);
  database.close();
});

test('every view can be selected from, and has the rows of its table', async () => {
  const { recording } = await sample();
  const counts: Record<string, number> = {
    execution: 2,
    attempt: 2,
    entry: 6,
    lost_entry: 1,
    ledger: 3,
    trace: 2,
    fault: 1,
    input: 2,
    choice: 2,
  };
  for (const [view, count] of Object.entries(counts)) {
    assert.equal(recording.sql(`SELECT * FROM ${view}`).rows.length, count, view);
  }
  const { rows } = recording.sql("SELECT name FROM sqlite_schema WHERE type = 'view'");
  assert.deepEqual(rows.flat().sort(), Object.keys(counts).sort());
  recording.close();
});

test('wall time is unknown in a recording that does not say when it began', async () => {
  const files = new MemoryRecordingFiles();
  const writer = createRecording({ files, sql: loadSql });
  writer.choice({ stream: 'net', value: 1 });
  writer.trace({ at: 0n as never, kind: 'node.crashed', node: 'north' });
  await writer.close();
  const recording = await openRecording({ source: files, sql: loadSql, operationByName });
  assert.deepEqual(recording.sql('SELECT wall FROM trace').rows, [[null]]);
  assert.equal(recording.startUnixNanos, 0n);
  recording.close();
});

test('a query gives its columns also when there are no rows', async () => {
  const { recording } = await sample();
  assert.deepEqual(recording.sql('SELECT id, status FROM execution WHERE 0'), {
    columns: ['id', 'status'],
    rows: [],
  });
  recording.close();
});

test('integers beyond 2^53 come exact', async () => {
  const { recording } = await sample();
  const [row] = recording.sql('SELECT due_at, 0.5, 9e99 FROM entry WHERE seq = 3').rows;
  assert.deepEqual(row, [2n ** 62n + 1n, 0.5, 9e99]);
  recording.close();
});

const WRITES = [
  'DELETE FROM entry_row',
  '-- select\n/* select */ INSERT INTO meta VALUES (1, 2)',
  'WITH gone AS (SELECT 1) DELETE FROM entry_row',
  'PRAGMA query_only = OFF',
  'SELECT 1; PRAGMA query_only = OFF',
  'EXPLAIN PRAGMA query_only = OFF',
  "ATTACH 'other' AS other",
  'CREATE TEMP TABLE t (a)',
  'DROP VIEW entry',
  'VACUUM',
  'BEGIN',
];

for (const text of WRITES) {
  test(`a query that writes is refused: ${JSON.stringify(text)}`, async () => {
    const { recording } = await sample();
    assert.throws(() => recording.sql(text), { name: 'RecordingError', code: 'query' });
    assert.equal(recording.sql('SELECT count(*) FROM entry').rows[0]?.[0], 6);
    assert.deepEqual(recording.sql('SELECT * FROM pragma_query_only').rows, [[1]]);
    recording.close();
  });
}

test('a query that is no SQL says what SQLite says', async () => {
  const { recording } = await sample();
  assert.throws(() => recording.sql('SELECT nosuch FROM entry'), {
    code: 'query',
    message: 'run.backstitch: the query cannot be run: no such column: nosuch.',
  });
  assert.throws(() => recording.sql('  -- nothing\n'), { message: /the query is empty/ });
  assert.throws(() => recording.sql('SELECT 1; SELECT 2'), { message: /more than one statement/ });
  recording.close();
});

test('a semicolon and a comment may end a query', async () => {
  const { recording } = await sample();
  assert.deepEqual(recording.sql('SELECT 1 AS one; -- done').rows, [[1]]);
  assert.deepEqual(recording.sql('/* first */ WITH t AS (SELECT 2) SELECT * FROM t;\n').rows, [
    [2],
  ]);
  assert.ok(recording.sql('EXPLAIN QUERY PLAN SELECT * FROM entry').rows.length > 0);
  assert.ok(recording.sql('PRAGMA table_info(entry_row)').rows.length > 0);
  recording.close();
});

test('a query that yields too much is told to say LIMIT', async () => {
  const { recording } = await sample();
  const endless =
    'WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n';
  assert.throws(() => recording.sql(endless), { code: 'query', message: /add a LIMIT/ });
  recording.close();
});
