import {
  MemoryRecordingFiles,
  type RecordingFiles,
} from '../../simulator/journal/recording-files.ts';

type Operation = 'appendLog' | 'truncateLog' | 'replaceFile' | 'removeLog';

/** Files on a disk that can be made to fail. */
export class FailingFiles extends MemoryRecordingFiles implements RecordingFiles {
  /** What fails, until it is set again. */
  failing: ReadonlySet<Operation> = new Set();
  /** The error's code. */
  code = 'ENOSPC';
  /** How many bytes of a failing append reach the disk. */
  bytesBeforeFailing = 0;

  override appendLog(bytes: Uint8Array): void {
    if (!this.failing.has('appendLog')) {
      super.appendLog(bytes);
      return;
    }
    super.appendLog(bytes.subarray(0, this.bytesBeforeFailing));
    this.fail('appendLog');
  }

  override truncateLog(length: number): void {
    this.fail('truncateLog');
    super.truncateLog(length);
  }

  override replaceFile(bytes: Uint8Array): void {
    this.fail('replaceFile');
    super.replaceFile(bytes);
  }

  override removeLog(): void {
    this.fail('removeLog');
    super.removeLog();
  }

  private fail(operation: Operation): void {
    if (!this.failing.has(operation)) return;
    throw Object.assign(new Error(`${this.code}: no ${operation}`), { code: this.code });
  }
}
