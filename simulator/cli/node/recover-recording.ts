import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ProblemReport } from '../../host/protocol.ts';
import { foldRecording } from '../../journal/recording-load.ts';
import type { SqlLoader } from '../../journal/sql-engine.ts';
import { describeError } from './describe-error.ts';
import { loadSql } from './load-sql.ts';
import { WritableRecordingOnDisk } from './recording-files.ts';
import { breakLockOfThisProcess } from './recording-lock.ts';

/**
 * Folds the log of a recording whose host was ended in the middle. Returns what went wrong; the log
 * is then still there, and whoever opens the recording next tries again.
 */
export async function recoverRecording(
  recording: string,
  distFolder: string,
): Promise<ProblemReport | undefined> {
  breakLockOfThisProcess(recording);
  if (!existsSync(`${recording}-log`)) return undefined;
  try {
    await foldOnDisk(recording, loadSql(join(distFolder, 'sql-wasm.wasm'), true));
    return undefined;
  } catch (error) {
    return { ...describeError(error), severity: 'warning' };
  }
}

/** Folds the log of a recording that nobody writes. Throws RecordingError. */
export async function foldOnDisk(recording: string, sql: SqlLoader): Promise<void> {
  const files = new WritableRecordingOnDisk(recording);
  try {
    await foldRecording(files, sql);
  } finally {
    files.release();
  }
}
