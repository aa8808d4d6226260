/**
 * What the latest changes of files have replaced, so that a read can see a file as it was before
 * them. Nothing is kept of a file but what was overwritten or cut off.
 */
import type { ByteChange } from './byte-change.ts';
import type { FileStore, InodeId } from './file-store.ts';

/** Changes of one volume that are kept, and the bytes that they have replaced together. */
export const RECENT_WRITES_MAX = 64;
export const RECENT_BYTES_MAX = 1024 * 1024;

export interface Replaced {
  readonly inode: InodeId;
  readonly sizeBefore: number;
  readonly from: number;
  readonly bytes: Uint8Array;
}

/** What a change is about to replace; to be asked before it. Undefined when it is too much to keep. */
export function replacedBy(store: FileStore, change: ByteChange): Replaced | undefined {
  const { inode, sizeBefore, from, to } = change;
  const length = Math.max(0, Math.min(to, sizeBefore) - from);
  if (length > RECENT_BYTES_MAX) return undefined;
  const bytes = length === 0 ? new Uint8Array(0) : store.read(inode, BigInt(from), length);
  return { inode, sizeBefore, from, bytes };
}

export class RecentWrites {
  private kept: Replaced[] = [];
  private keptBytes = 0;

  note(replaced: Replaced): void {
    this.kept.push(replaced);
    this.keptBytes += replaced.bytes.length;
    while (this.kept.length > RECENT_WRITES_MAX || this.keptBytes > RECENT_BYTES_MAX) {
      this.keptBytes -= this.kept.shift()?.bytes.length ?? 0;
    }
  }

  /** Nothing more is known of a file but how it is now. */
  forget(inode: InodeId): void {
    this.kept = this.kept.filter((each) => each.inode !== inode);
    this.keptBytes = this.kept.reduce((total, { bytes }) => total + bytes.length, 0);
  }

  /** A file as it was so many changes ago, or as long ago as is known. */
  before(store: FileStore, inode: InodeId, changes: number): Uint8Array {
    let content = store.read(inode, 0n, Number(store.stat(inode).size));
    const own = this.kept.filter((each) => each.inode === inode).slice(-changes);
    for (const { sizeBefore, from, bytes } of own.reverse()) {
      const earlier = new Uint8Array(sizeBefore);
      earlier.set(content.subarray(0, sizeBefore));
      earlier.set(bytes, from);
      content = earlier;
    }
    return content;
  }
}
