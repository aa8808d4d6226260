import type { ErrnoName } from './errno.ts';

declare const inodeIdBrand: unique symbol;

/** Names a file, directory or symbolic link inside its store, also after it is unlinked. */
export type InodeId = number & { readonly [inodeIdBrand]: true };

/** The inode of every store's root. */
export const ROOT_INODE = 1 as InodeId;

export type FileType = 'file' | 'directory' | 'symlink';

/** Times are wall-clock nanoseconds since 1970. */
export interface FileStat {
  readonly inode: InodeId;
  readonly type: FileType;
  readonly links: number;
  readonly size: bigint;
  readonly accessedNanos: bigint;
  readonly modifiedNanos: bigint;
  readonly changedNanos: bigint;
}

/** A time to set: a given one, the present, or leave as it is. */
export type TimeChange = bigint | 'now' | 'keep';

export interface OpenHow {
  readonly followLast: boolean;
  readonly create: boolean;
  readonly exclusive: boolean;
  readonly directory: boolean;
  readonly truncate: boolean;
}

export interface DirectoryEntry {
  readonly name: string;
  readonly inode: InodeId;
  readonly type: FileType;
}

/**
 * An operating error of a file operation, as POSIX names it. It is not an Error: programs look for
 * files that are not there thousands of times, and an Error's stack costs twenty such look-ups.
 */
export class FileError {
  readonly name = 'FileError';
  constructor(
    readonly code: ErrnoName,
    readonly message: string,
  ) {}

  toString(): string {
    return `${this.name} ${this.code}: ${this.message}`;
  }
}

export interface WrittenBytes {
  /** The offset after the last byte written. */
  readonly end: bigint;
  readonly length: number;
}

/**
 * A tree of files: a program's private files, or a mounted volume. Paths are relative to a
 * directory, use `/`, and never leave the root. Every method throws FileError.
 */
export interface FileStore {
  readonly root: InodeId;
  readonly readOnly: boolean;
  /** Each open is ended by one `close`; in between, the inode outlives its last name. */
  open(directory: InodeId, path: string, how: OpenHow): { inode: InodeId; type: FileType };
  close(inode: InodeId): void;
  read(inode: InodeId, offset: bigint, length: number): Uint8Array;
  /** Writes at `offset`, or at the end; returns the offset after the last byte written. */
  write(inode: InodeId, offset: bigint | 'append', bytes: Uint8Array): bigint;
  /** Writes what can be written at once, where that may be fewer bytes than are given. */
  writeSome?(inode: InodeId, offset: bigint | 'append', bytes: Uint8Array): WrittenBytes;
  stat(inode: InodeId): FileStat;
  statPath(directory: InodeId, path: string, followLast: boolean): FileStat;
  setSize(inode: InodeId, size: bigint): void;
  allocate(inode: InodeId, offset: bigint, length: bigint): void;
  setTimes(inode: InodeId, accessed: TimeChange, modified: TimeChange): void;
  setTimesPath(
    directory: InodeId,
    path: string,
    followLast: boolean,
    accessed: TimeChange,
    modified: TimeChange,
  ): void;
  /** All entries without `.` and `..`, in an order that stays the same while nothing changes. */
  readDirectory(directory: InodeId): readonly DirectoryEntry[];
  /** The parent of a directory; the root is its own. */
  parent(directory: InodeId): InodeId;
  createDirectory(directory: InodeId, path: string): void;
  removeDirectory(directory: InodeId, path: string): void;
  unlink(directory: InodeId, path: string): void;
  rename(from: InodeId, fromPath: string, to: InodeId, toPath: string): void;
  link(from: InodeId, fromPath: string, followLast: boolean, to: InodeId, toPath: string): void;
  symlink(target: string, directory: InodeId, path: string): void;
  readLink(directory: InodeId, path: string): string;
  /** Makes what was written survive; the difference matters under storage faults. */
  sync(inode: InodeId): void;
}

/** Writes as much as a store writes at once. */
export function writeSome(
  store: FileStore,
  inode: InodeId,
  offset: bigint | 'append',
  bytes: Uint8Array,
): WrittenBytes {
  const written = store.writeSome?.(inode, offset, bytes);
  return written ?? { end: store.write(inode, offset, bytes), length: bytes.length };
}
