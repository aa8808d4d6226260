import { assert } from '../kernel/assert.ts';
import { type SqlDatabase, sqlRows } from './sql-engine.ts';

/** The SQL that turns format `from` into the next one. Once released, it is never changed. */
export type Migrations = ReadonlyMap<number, string>;

/** Format 1 is the first, so there is nothing to migrate yet. */
export const MIGRATIONS: Migrations = new Map();

/** Brings a database in memory up to the format `target`, one format after the other. */
export function migrate(database: SqlDatabase, migrations: Migrations, target: number): void {
  for (let version = userVersion(database); version < target; version++) {
    const sql = migrations.get(version);
    if (sql === undefined) throw new Error(`there is no format ${version}`);
    database.run('BEGIN');
    database.run(sql);
    database.run(`UPDATE meta SET value = '${version + 1}' WHERE key = 'format_version'`);
    database.run(`PRAGMA user_version = ${version + 1}`);
    database.run('COMMIT');
  }
  assert(userVersion(database) === target, `a recording was migrated past format ${target}`);
}

function userVersion(database: SqlDatabase): number {
  for (const [version] of sqlRows(database, 'PRAGMA user_version')) {
    if (typeof version === 'number') return version;
  }
  throw new Error('the database has no version');
}
