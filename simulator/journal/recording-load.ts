/**
 * Brings a recording's file and log together in a database in memory.
 *
 * R1: the log is applied exactly once: only to the file that it was begun on, and never to the
 *     file that it was folded into.
 * R2: whatever is not as it was written is an error or a warning.
 */
import { MalformedCellError } from './byte-reader.ts';
import { emptyDatabase, inspectFileHeader } from './database-header.ts';
import { LogFold } from './log-fold.ts';
import { fingerprint, mismatchedPages, PAGE_BYTES, stampPages } from './page-checksum.ts';
import {
  RecordingError,
  type RecordingWarning,
  recordingErrors,
  thrownText,
} from './recording-error.ts';
import type { RecordingFiles, RecordingSource } from './recording-files.ts';
import { type LogHeader, NO_BASE, type RecordingLog, readLog } from './recording-log.ts';
import { MIGRATIONS, migrate } from './recording-migrations.ts';
import { FORMAT_VERSION, RESERVED_META, schemaSql } from './recording-schema.ts';
import { VIEWS_SQL } from './recording-views.ts';
import { type SqlDatabase, type SqlEngine, type SqlLoader, sqlRows } from './sql-engine.ts';

/** As many damaged pages as a message names. */
const PAGES_NAMED_MAX = 16;

export interface LoadedRecording {
  readonly database: SqlDatabase;
  /** Of the log that is beside the file, applied or not. */
  readonly log: LogHeader | undefined;
  readonly warnings: readonly RecordingWarning[];
}

/** Throws RecordingError: missing, unreadable, not-a-recording, newer-version, damaged. */
export async function loadRecording(
  source: RecordingSource,
  loadSql: SqlLoader,
): Promise<LoadedRecording> {
  const { name } = source;
  const { file, log, bytes } = readSource(source);
  if (file !== undefined) checkFile(name, file);
  else if (log?.header === undefined && log?.warning?.kind === 'damaged-log') {
    throw recordingErrors.damaged(`${name}-log`, 'its beginning does not match its checksum');
  } else if (log?.header === undefined) throw recordingErrors.missing(name);
  if (log?.header !== undefined && log.header.format > FORMAT_VERSION) {
    throw recordingErrors.newer(`${name}-log`, log.header.format, FORMAT_VERSION);
  }
  const engine = await loadSql(bytes);
  const replaces = log?.header?.kind === 'replace' && logBelongs(log.header, file);
  const { database, warnings } =
    file === undefined || replaces
      ? { database: newDatabase(engine), warnings: [] }
      : openFile(name, engine, file);
  try {
    const logWarnings = log === undefined ? [] : applyLog(name, database, file, log);
    return { database, log: log?.header, warnings: [...warnings, ...logWarnings] };
  } catch (thrown) {
    database.close();
    throw thrown;
  }
}

/**
 * Folds the log into the file and removes it, so that the recording is one SQLite file at rest.
 * When it throws RecordingError, the log is still there. Returns the file.
 */
export async function foldRecording(
  files: RecordingFiles,
  loadSql: SqlLoader,
): Promise<{ readonly file: Uint8Array; readonly warnings: readonly RecordingWarning[] }> {
  const { database, log, warnings } = await loadRecording(files, loadSql);
  let file: Uint8Array;
  try {
    refuseToLose(files.name, warnings);
    if (log !== undefined) {
      database.run(
        `INSERT OR REPLACE INTO meta VALUES ('${RESERVED_META.foldedLog}', '${log.id}')`,
      );
    }
    file = database.export();
    stampPages(file);
  } catch (thrown) {
    if (thrown instanceof RecordingError) throw thrown;
    throw recordingErrors.foldFailed(files.name, thrown);
  } finally {
    database.close();
  }
  try {
    files.replaceFile(file);
  } catch (thrown) {
    throw recordingErrors.writeFailed(files.name, thrown);
  }
  try {
    files.removeLog();
  } catch {
    // Harmless: `folded_log` keeps it from being applied again, as if the process had died here.
  }
  return { file, warnings };
}

/** The names of a recording and their numbers. */
export function readNames(database: SqlDatabase): Map<string, number> {
  const names = new Map<string, number>();
  for (const [number, text] of sqlRows(database, 'SELECT number, text FROM name')) {
    if (typeof number === 'number' && typeof text === 'string') names.set(text, number);
  }
  return names;
}

/** Folding would write over a file or a log that holds more than was read of it. */
function refuseToLose(name: string, warnings: readonly RecordingWarning[]): void {
  for (const warning of warnings) {
    if (warning.kind === 'foreign-log') throw recordingErrors.foreignLog(name);
    if (warning.kind === 'damaged-log') {
      const where = `its log is damaged at byte ${warning.offset}`;
      throw recordingErrors.damaged(name, `${where}; nothing was written`);
    }
    if (warning.kind === 'changed-pages') {
      throw recordingErrors.damaged(name, `${warning.where}; nothing was written`);
    }
  }
}

interface SourceBytes {
  readonly file: Uint8Array | undefined;
  readonly log: RecordingLog | undefined;
  /** Of both together. */
  readonly bytes: number;
}

function readSource(source: RecordingSource): SourceBytes {
  try {
    // The log first: if its writer folds it meanwhile, the newer file says that it has.
    const log = source.readLog();
    const file = source.readFile();
    const bytes = (file?.length ?? 0) + (log?.length ?? 0);
    return { file, log: log === undefined ? undefined : readLog(source.name, log), bytes };
  } catch (thrown) {
    if (thrown instanceof RecordingError) throw thrown;
    throw recordingErrors.unreadable(source.name, thrown);
  }
}

function logBelongs(header: LogHeader, file: Uint8Array | undefined): boolean {
  // A log that replaces needs nothing of the file; it may be gone.
  if (file === undefined) return header.kind === 'replace' || header.base === NO_BASE;
  return header.base === fingerprint(file);
}

/** Everything that can be told of a file from its first hundred bytes and its length. */
function checkFile(name: string, file: Uint8Array): void {
  const header = inspectFileHeader(file);
  if (header.kind === 'other') throw recordingErrors.notARecording(name, header.found);
  if (header.version > FORMAT_VERSION) {
    throw recordingErrors.newer(name, header.version, FORMAT_VERSION);
  }
  if (header.pages * header.pageBytes > file.length) {
    const missing = header.pages * header.pageBytes - file.length;
    throw recordingErrors.damaged(name, `${missing} bytes are missing at its end`);
  }
}

function openFile(
  name: string,
  engine: SqlEngine,
  file: Uint8Array,
): { readonly database: SqlDatabase; readonly warnings: readonly RecordingWarning[] } {
  const warning = verifyPages(name, file);
  let database: SqlDatabase | undefined;
  try {
    database = new engine.Database(file);
    database.run('PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON');
    // Checksums that match need no further check; it would cost a second for a million entries.
    if (warning !== undefined) checkStructure(name, database, warning);
    migrate(database, MIGRATIONS, FORMAT_VERSION);
    return { database, warnings: warning === undefined ? [] : [warning] };
  } catch (thrown) {
    database?.close();
    if (thrown instanceof RecordingError) throw thrown;
    const where = warning === undefined ? '' : `; ${warning.where}`;
    throw recordingErrors.damaged(name, `SQLite says: ${thrownText(thrown)}${where}`, thrown);
  }
}

type FileWarning = Extract<RecordingWarning, { readonly where: string }>;

function verifyPages(name: string, file: Uint8Array): FileWarning | undefined {
  const header = inspectFileHeader(file);
  if (header.kind === 'other' || !header.hasChecksums) {
    const where = 'it has no checksums, because another program rewrote it';
    const message = `${name}: ${where}; changes to its content cannot be noticed.`;
    return { kind: 'no-checksums', where, message };
  }
  const pages = mismatchedPages(file, PAGES_NAMED_MAX);
  const [first] = pages;
  // Bytes after the last page are nobody's; they cannot be checked and so must not be there.
  const excess = file.length - header.pages * PAGE_BYTES;
  if (first === undefined && excess === 0) return undefined;
  const where =
    first === undefined
      ? `${excess} bytes follow its end`
      : `page ${pages.join(', ')} (from byte ${(first - 1) * PAGE_BYTES}) does not match its checksum`;
  const message =
    `${name}: damaged or changed by another program: ${where}. ` +
    'Do not rely on what it shows; restore it from a copy, or record it again.';
  return { kind: 'changed-pages', pages, where, message };
}

function checkStructure(name: string, database: SqlDatabase, warning: FileWarning): void {
  for (const [verdict] of sqlRows(database, 'PRAGMA quick_check(1)')) {
    if (verdict === 'ok') return;
    throw recordingErrors.damaged(name, `SQLite says: ${String(verdict)}; ${warning.where}`);
  }
}

function newDatabase(engine: SqlEngine): SqlDatabase {
  const database = new engine.Database(emptyDatabase());
  // In one transaction and without a journal it takes half the time of a cold start.
  database.run('PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN');
  database.run(schemaSql(VIEWS_SQL));
  database.run('COMMIT');
  return database;
}

/** Applies the log when it belongs to the file; returns what was wrong with it. */
function applyLog(
  name: string,
  database: SqlDatabase,
  file: Uint8Array | undefined,
  log: RecordingLog,
): readonly RecordingWarning[] {
  const warnings = log.warning === undefined ? [] : [log.warning];
  if (log.header === undefined) return warnings;
  if (!logBelongs(log.header, file)) {
    if (file === undefined) throw recordingErrors.foreignLog(name);
    if (foldedLog(database) === log.header.id) return [];
    return [{ kind: 'foreign-log', message: recordingErrors.foreignLog(name).message }];
  }
  const fold = new LogFold(database);
  try {
    for (const frame of log.frames) fold.apply(frame);
    fold.finish();
  } catch (thrown) {
    if (thrown instanceof MalformedCellError) {
      throw recordingErrors.damaged(`${name}-log`, thrown.message, thrown);
    }
    throw recordingErrors.foldFailed(name, thrown);
  }
  return warnings;
}

function foldedLog(database: SqlDatabase): string | undefined {
  const sql = `SELECT value FROM meta WHERE key = '${RESERVED_META.foldedLog}'`;
  for (const [value] of sqlRows(database, sql)) {
    return typeof value === 'string' ? value : undefined;
  }
  return undefined;
}
