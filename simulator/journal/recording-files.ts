import { concatBytes } from '../kernel/concat-bytes.ts';

/** Reads a recording at rest or while it is written: the SQLite file and the log beside it. */
export interface RecordingSource {
  /** How the user knows it, for messages. */
  readonly name: string;
  /** Undefined when there is no such file. */
  readFile(): Uint8Array | undefined;
  readLog(): Uint8Array | undefined;
}

/** Where a RecordingWriter writes. Each function throws what the platform throws. */
export interface RecordingFiles extends RecordingSource {
  /** 32 hexadecimal digits that no other log has. */
  newLogId(): string;
  /** On return the bytes survive the death of this process. */
  appendLog(bytes: Uint8Array): void;
  /** Cuts the log off after `length` bytes. */
  truncateLog(length: number): void;
  /** Puts a whole new file in place at once: a reader sees the old or the new one. */
  replaceFile(bytes: Uint8Array): void;
  removeLog(): void;
  /** Lets others write. The writer calls it once, last. */
  release(): void;
}

/** A recording in memory only. */
export class MemoryRecordingFiles implements RecordingFiles {
  private file: Uint8Array | undefined;
  private log: Uint8Array[] | undefined;
  private logs = 0;

  constructor(
    readonly name: string = 'recording',
    file?: Uint8Array,
    log?: Uint8Array,
  ) {
    this.file = file;
    this.log = log === undefined ? undefined : [log];
  }

  readFile(): Uint8Array | undefined {
    return this.file;
  }

  readLog(): Uint8Array | undefined {
    if (this.log === undefined) return undefined;
    const [first] = this.log;
    if (this.log.length === 1 && first !== undefined) return first;
    const whole = concatBytes(this.log);
    this.log = [whole];
    return whole;
  }

  newLogId(): string {
    // Nobody else sees this memory, so counting is enough.
    this.logs += 1;
    return this.logs.toString(16).padStart(32, '0');
  }

  appendLog(bytes: Uint8Array): void {
    this.log ??= [];
    this.log.push(bytes.slice());
  }

  truncateLog(length: number): void {
    const whole = this.readLog();
    if (whole !== undefined) this.log = [whole.slice(0, length)];
  }

  replaceFile(bytes: Uint8Array): void {
    this.file = bytes;
  }

  removeLog(): void {
    this.log = undefined;
  }

  release(): void {}
}
