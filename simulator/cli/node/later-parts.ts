import { existsSync, rmSync } from 'node:fs';
import { partPath } from '../../host/recording-part.ts';
import { RecordingLock } from './recording-lock.ts';

/**
 * Removes the parts that followed the first of a recording, which is about to be recorded over.
 * Throws RecordingError `locked` when one of them is being written.
 */
export function removeLaterParts(recording: string): void {
  for (let number = 2; ; number++) {
    const part = partPath(recording, number);
    const files = ['', '-log', '-resumed', '-resumed-log'].map((suffix) => part + suffix);
    if (!files.some((file) => existsSync(file))) return;
    const lock = new RecordingLock(part, part);
    for (const file of files) rmSync(file, { force: true });
    lock.release();
  }
}
