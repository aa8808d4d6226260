import assert from 'node:assert/strict';
import { test } from 'node:test';
import { migrate } from '../../simulator/journal/recording-migrations.ts';
import { sqlRows } from '../../simulator/journal/sql-engine.ts';
import { loadSql } from './sql-engine.ts';

async function oldDatabase(version: number) {
  const engine = await loadSql();
  const database = new engine.Database();
  database.run(
    `CREATE TABLE meta (key text PRIMARY KEY, value text);
     INSERT INTO meta VALUES ('format_version', '${version}'), ('seed', '7');
     PRAGMA user_version = ${version};`,
  );
  return database;
}

const STEPS = new Map([
  [4, "UPDATE meta SET value = value || ' four' WHERE key = 'seed'"],
  [5, "UPDATE meta SET value = value || ' five' WHERE key = 'seed'"],
]);

test('an old format is brought up to date one step after the other', async () => {
  const database = await oldDatabase(4);
  migrate(database, STEPS, 6);
  assert.deepEqual(
    [...sqlRows(database, 'SELECT key, value FROM meta ORDER BY key')],
    [
      ['format_version', '6'],
      ['seed', '7 four five'],
    ],
  );
  assert.deepEqual([...sqlRows(database, 'PRAGMA user_version')], [[6]]);
  database.close();
});

test('a current format is left as it is', async () => {
  const database = await oldDatabase(6);
  migrate(database, STEPS, 6);
  assert.deepEqual([...sqlRows(database, "SELECT value FROM meta WHERE key = 'seed'")], [['7']]);
  database.close();
});

test('a format that never was is refused', async () => {
  const database = await oldDatabase(3);
  assert.throws(() => migrate(database, STEPS, 6), /there is no format 3/);
  database.close();
});
