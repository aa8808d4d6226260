/**
 * What a volume would lose in a crash of its server: bytes that were written and not synced. Names,
 * and cutting a file, last at once, as over NFS (RFC 1813, sections 3.3.7 and 4.8).
 *
 * U1  Of each file that has changed since its last sync, the pages that were there then are kept as
 *     they were, once each.
 * U2  Beyond UNSYNCED_FILES_MAX files or UNSYNCED_BYTES_MAX bytes of pages, the file that has waited
 *     longest is written back by itself.
 */
import type { ByteChange } from './byte-change.ts';
import { FileError, type FileStore, type InodeId } from './file-store.ts';

export const UNSYNCED_FILES_MAX = 10_000;
export const UNSYNCED_BYTES_MAX = 16 * 1024 * 1024;

const PAGE_BYTES = 4096;

/** A file as it would be after a crash. */
interface Durable {
  size: number;
  /** By their number in the file; what is not here is as the file has it. */
  readonly pages: Map<number, Uint8Array>;
}

export class UnsyncedWrites {
  private readonly files = new Map<InodeId, Durable>();
  private pageBytes = 0;

  /** A change is about to be made. */
  note(store: FileStore, change: ByteChange): void {
    const { inode, sizeBefore, from, to, resizedTo } = change;
    const file = this.files.get(inode) ?? { size: sizeBefore, pages: new Map() };
    this.files.set(inode, file);
    if (resizedTo === undefined) this.keepPages(store, inode, file, from, to);
    else this.cut(file, resizedTo);
    this.writeBack();
  }

  synced(inode: InodeId): void {
    for (const { length } of this.files.get(inode)?.pages.values() ?? []) this.pageBytes -= length;
    this.files.delete(inode);
  }

  /** The server crashes: files are as they were synced. Gives how many have changed. */
  lose(store: FileStore): number {
    let changed = 0;
    for (const [inode, { size, pages }] of this.files) {
      try {
        for (const [page, bytes] of pages) store.write(inode, BigInt(page * PAGE_BYTES), bytes);
        store.setSize(inode, BigInt(size));
        changed++;
      } catch (error) {
        // A file that was removed since has nothing left to lose.
        if (!(error instanceof FileError)) throw error;
      }
    }
    this.files.clear();
    this.pageBytes = 0;
    return changed;
  }

  private keepPages(
    store: FileStore,
    inode: InodeId,
    { size, pages }: Durable,
    from: number,
    to: number,
  ): void {
    const end = Math.min(to, size);
    for (let page = Math.floor(from / PAGE_BYTES); page * PAGE_BYTES < end; page++) {
      if (pages.has(page)) continue;
      const start = page * PAGE_BYTES;
      const bytes = store.read(inode, BigInt(start), Math.min(PAGE_BYTES, size - start));
      pages.set(page, bytes);
      this.pageBytes += bytes.length;
    }
  }

  private cut(file: Durable, size: number): void {
    file.size = Math.min(file.size, size);
    for (const [page, bytes] of file.pages) {
      const kept = Math.max(0, file.size - page * PAGE_BYTES);
      if (kept >= bytes.length) continue;
      this.pageBytes -= bytes.length - kept;
      if (kept === 0) file.pages.delete(page);
      else file.pages.set(page, bytes.subarray(0, kept));
    }
  }

  private writeBack(): void {
    for (const inode of this.files.keys()) {
      const isWithin = this.files.size <= UNSYNCED_FILES_MAX;
      if (isWithin && this.pageBytes <= UNSYNCED_BYTES_MAX) return;
      this.synced(inode);
    }
  }
}
