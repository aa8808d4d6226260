import initSqlJs from 'sql.js';
import type { SqlEngine } from '../../simulator/journal/sql-engine.ts';

let engine: Promise<SqlEngine> | undefined;

/** One sql.js for all tests of a file: loading it takes 20 ms. */
export function loadSql(): Promise<SqlEngine> {
  engine ??= initSqlJs();
  return engine;
}
