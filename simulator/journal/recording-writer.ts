/**
 * Takes down a simulation: rows go to a batch, batches to the log, and the log into the SQLite
 * file when the recording is closed.
 *
 * W1: a row is durable once a flush after it has returned; a batch is durable whole or not at all.
 * W2: a batch that could not be appended stays, and the next flush tries again.
 * W3: nothing is ever appended after a piece of a batch.
 */
import { assert } from '../kernel/assert.ts';
import { inspectFileHeader } from './database-header.ts';
import type { Entry, ExecutionId } from './entry.ts';
import { fingerprint } from './page-checksum.ts';
import { RecordingError, recordingErrors } from './recording-error.ts';
import type { RecordingFiles } from './recording-files.ts';
import { foldRecording, loadRecording, readNames } from './recording-load.ts';
import {
  encodeLogHeader,
  LOG_HEADER_BYTES,
  type LogHeader,
  type LogKind,
  NO_BASE,
} from './recording-log.ts';
import { FORMAT_VERSION } from './recording-schema.ts';
import type {
  AttemptRow,
  ChoiceRow,
  ExecutionRow,
  FaultRow,
  InputRow,
  LedgerRow,
  RecordingSink,
  TraceRow,
} from './records.ts';
import { RowBatch } from './row-batch.ts';
import type { SqlLoader } from './sql-engine.ts';

export interface WriterOptions {
  readonly files: RecordingFiles;
  /** Called when the recording is closed, continued or read; not before. */
  readonly sql: SqlLoader;
}

/**
 * Begins a new recording. One that is there already is replaced when this one is first closed or
 * recovered. Throws RecordingError when another kind of file is there, and releases the files.
 */
export function createRecording(options: WriterOptions): RecordingWriter {
  const { files } = options;
  try {
    const file = files.readFile();
    if (file !== undefined && file.length > 0) refuseOtherFiles(files.name, file);
    return new RecordingWriter(options, 'replace', file, new Map());
  } catch (thrown) {
    files.release();
    if (thrown instanceof RecordingError) throw thrown;
    throw recordingErrors.unreadable(files.name, thrown);
  }
}

function refuseOtherFiles(name: string, file: Uint8Array): void {
  const header = inspectFileHeader(file);
  if (header.kind === 'other') throw recordingErrors.wouldOverwrite(name, header.found);
}

/**
 * Goes on with a recording, whose log is folded first. Throws RecordingError when it cannot be
 * read whole, and then leaves it as it is and releases the files.
 */
export async function continueRecording(options: WriterOptions): Promise<RecordingWriter> {
  const { files, sql } = options;
  try {
    const { file } = await foldRecording(files, sql);
    const { database } = await loadRecording(files, sql);
    const names = readNames(database);
    database.close();
    return new RecordingWriter(options, 'continue', file, names);
  } catch (thrown) {
    files.release();
    throw thrown;
  }
}

export class RecordingWriter implements RecordingSink {
  private readonly files: RecordingFiles;
  private readonly sql: SqlLoader;
  private readonly header: Omit<LogHeader, 'id'>;
  private readonly batch: RowBatch;
  /** How much of the log is whole frames; 0 before the log is begun. */
  private goodBytes = 0;
  /** A piece of a frame may follow the good bytes. */
  private torn = false;
  private state: 'open' | 'closed' = 'open';

  /** Use createRecording or continueRecording. `names` are those that the file holds. */
  constructor(
    options: WriterOptions,
    kind: LogKind,
    file: Uint8Array | undefined,
    names: Map<string, number>,
  ) {
    this.files = options.files;
    this.sql = options.sql;
    const base = file === undefined ? NO_BASE : fingerprint(file);
    this.header = { format: FORMAT_VERSION, kind, base };
    this.batch = new RowBatch(options.files.name, names);
  }

  get logBytes(): number {
    return this.goodBytes;
  }

  meta(key: string, value: string): void {
    this.batch.meta(key, value);
    this.afterRow();
  }

  blob(hash: string, label: string, bytes: Uint8Array): void {
    this.batch.blob(hash, label, bytes);
    this.afterRow();
  }

  execution(row: ExecutionRow): void {
    this.batch.execution(row);
    this.afterRow();
  }

  attempt(row: AttemptRow): void {
    this.batch.attempt(row);
    this.afterRow();
  }

  entry(execution: ExecutionId, entry: Entry): void {
    this.batch.entry(execution, entry);
    this.afterRow();
  }

  lost(execution: ExecutionId, attempt: number, entry: Entry): void {
    this.batch.lost(execution, attempt, entry);
    this.afterRow();
  }

  restart(execution: ExecutionId): void {
    this.batch.restart(execution);
    this.afterRow();
  }

  ledger(row: LedgerRow): void {
    this.batch.ledger(row);
    this.afterRow();
  }

  trace(row: TraceRow): void {
    this.batch.trace(row);
    this.afterRow();
  }

  fault(row: FaultRow): void {
    this.batch.fault(row);
    this.afterRow();
  }

  input(row: InputRow): void {
    this.batch.input(row);
    this.afterRow();
  }

  choice(row: ChoiceRow): void {
    this.batch.choice(row);
    this.afterRow();
  }

  private afterRow(): void {
    if (this.batch.isFull) this.flush();
  }

  /** Throws RecordingError `disk-full` or `write-failed`; the rows stay for the next flush. */
  flush(): void {
    assert(this.state === 'open', 'the recording is closed');
    const frame = this.batch.seal();
    if (frame === undefined) return;
    this.beginLog();
    this.append(frame);
    this.batch.clear();
  }

  /** Flushes, folds the log into the file and removes it. After a RecordingError, try again. */
  async close(): Promise<void> {
    if (this.state === 'closed') return;
    this.flush();
    this.beginLog();
    await foldRecording(this.files, this.sql);
    this.state = 'closed';
    this.files.release();
  }

  /** Flushes and lets go at once, leaving the log to whoever opens the recording next. */
  leave(): void {
    if (this.state === 'closed') return;
    try {
      this.flush();
    } finally {
      this.state = 'closed';
      this.files.release();
    }
  }

  private beginLog(): void {
    if (this.goodBytes > 0) return;
    try {
      // What is there belongs to a recording that this one replaces, or is our own torn header.
      this.files.removeLog();
      this.torn = false;
    } catch (thrown) {
      throw recordingErrors.writeFailed(this.files.name, thrown);
    }
    this.append(encodeLogHeader({ ...this.header, id: this.files.newLogId() }));
    assert(this.goodBytes === LOG_HEADER_BYTES, 'a log begins with its header');
  }

  private append(bytes: Uint8Array): void {
    try {
      if (this.torn) this.files.truncateLog(this.goodBytes);
      this.torn = true;
      this.files.appendLog(bytes);
      this.torn = false;
    } catch (thrown) {
      this.tryToTrim();
      throw recordingErrors.writeFailed(this.files.name, thrown);
    }
    this.goodBytes += bytes.length;
  }

  /** A torn tail is harmless on disk, so failing here changes nothing: the next append retries. */
  private tryToTrim(): void {
    try {
      this.files.truncateLog(this.goodBytes);
      this.torn = false;
    } catch {
      this.torn = true;
    }
  }
}
