/**
 * A recording on a real disk: `<file>`, and while it is written `<file>-log` and `<file>-lock`.
 *
 * D1: bytes that appendLog returned from are in the kernel's page cache, so they survive the death
 *     of the process, however it dies. With `fsync` they also survive the death of the machine.
 * D2: replaceFile never leaves a half-written file under the recording's own name.
 * D3: at most one writer holds the lock.
 */

import { randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { recordingErrors } from '../../journal/recording-error.ts';
import type { RecordingFiles, RecordingSource } from '../../journal/recording-files.ts';
import { RecordingLock } from './recording-lock.ts';

const LOG_SUFFIX = '-log';
const TEMPORARY_SUFFIX = '-new';

/** For reading only: takes no lock, and may look at a recording that is being written. */
export class RecordingOnDisk implements RecordingSource {
  readonly name: string;
  protected readonly path: string;
  protected readonly logPath: string;

  constructor(path: string) {
    this.name = path;
    // A link stays a link: its target is replaced.
    this.path = existsSync(path) ? realpathSync(path) : path;
    this.logPath = this.path + LOG_SUFFIX;
  }

  readFile(): Uint8Array | undefined {
    return readIfThere(this.path);
  }

  readLog(): Uint8Array | undefined {
    return readIfThere(this.logPath);
  }
}

export interface WritableOptions {
  /**
   * Also wait for the disk at every flush, so that even a power cut loses nothing that was
   * shared; costs milliseconds each time.
   */
  readonly fsync?: boolean;
}

/** For writing: holds the lock from its creation to `release`. Throws RecordingError `locked`. */
export class WritableRecordingOnDisk extends RecordingOnDisk implements RecordingFiles {
  private readonly lock: RecordingLock;
  private readonly fsync: boolean;
  private log: number | undefined;

  constructor(path: string, options: WritableOptions = {}) {
    super(path);
    this.fsync = options.fsync ?? false;
    this.lock = new RecordingLock(this.name, this.path);
  }

  newLogId(): string {
    return randomBytes(16).toString('hex');
  }

  appendLog(bytes: Uint8Array): void {
    const isNew = this.log === undefined;
    this.log ??= openSync(this.logPath, 'a');
    writeAll(this.log, bytes);
    if (!this.fsync) return;
    fsyncSync(this.log);
    if (isNew) syncFolder(this.path);
  }

  truncateLog(length: number): void {
    if (this.log === undefined) return;
    ftruncateSync(this.log, length);
    if (this.fsync) fsyncSync(this.log);
  }

  replaceFile(bytes: Uint8Array): void {
    const temporary = this.path + TEMPORARY_SUFFIX;
    try {
      const file = openSync(temporary, 'w', modeOf(this.path));
      try {
        writeAll(file, bytes);
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
      renameSync(temporary, this.path);
    } catch (thrown) {
      rmSync(temporary, { force: true });
      throw thrown;
    }
    syncFolder(this.path);
  }

  removeLog(): void {
    this.closeLog();
    rmSync(this.logPath, { force: true });
  }

  release(): void {
    this.closeLog();
    this.lock.release();
  }

  private closeLog(): void {
    if (this.log === undefined) return;
    closeSync(this.log);
    this.log = undefined;
  }
}

function readIfThere(path: string): Uint8Array | undefined {
  try {
    const found = statSync(path);
    // A device or pipe has no end, or blocks; reading a directory fails by itself.
    if (!found.isFile() && !found.isDirectory()) throw recordingErrors.notAFile(path);
    return readFileSync(path);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw thrown;
  }
}

/** One write may take fewer bytes than it was given, for example just before the disk is full. */
function writeAll(file: number, bytes: Uint8Array): void {
  let written = 0;
  while (written < bytes.length) written += writeSync(file, bytes, written);
}

function modeOf(path: string): number {
  return existsSync(path) ? statSync(path).mode & 0o777 : 0o666;
}

/** Makes a rename durable. Windows opens no folders, and needs none of this. */
function syncFolder(path: string): void {
  let folder: number;
  try {
    folder = openSync(dirname(path), 'r');
  } catch {
    return;
  }
  try {
    fsyncSync(folder);
  } catch {
    // Some file systems cannot sync a folder; the rename is still atomic there.
  } finally {
    closeSync(folder);
  }
}
