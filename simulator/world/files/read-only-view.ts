import {
  type DirectoryEntry,
  FileError,
  type FileStat,
  type FileStore,
  type FileType,
  type InodeId,
  type OpenHow,
} from './file-store.ts';

/** A store mounted read-only: it looks through to the files and refuses changes as `rofs`. */
export class ReadOnlyView implements FileStore {
  readonly root: InodeId;
  readonly readOnly = true;

  constructor(private readonly files: FileStore) {
    this.root = files.root;
  }

  open(directory: InodeId, path: string, how: OpenHow): { inode: InodeId; type: FileType } {
    const opened = this.openExisting(directory, path, how);
    const refusal = how.create && how.exclusive ? 'exist' : how.truncate ? 'rofs' : undefined;
    if (refusal === undefined) return opened;
    this.files.close(opened.inode);
    throw new FileError(refusal, `${path} exists and is read-only`);
  }

  close(inode: InodeId): void {
    this.files.close(inode);
  }

  read(inode: InodeId, offset: bigint, length: number): Uint8Array {
    return this.files.read(inode, offset, length);
  }

  stat(inode: InodeId): FileStat {
    return this.files.stat(inode);
  }

  statPath(directory: InodeId, path: string, followLast: boolean): FileStat {
    return this.files.statPath(directory, path, followLast);
  }

  readDirectory(directory: InodeId): readonly DirectoryEntry[] {
    return this.files.readDirectory(directory);
  }

  parent(directory: InodeId): InodeId {
    return this.files.parent(directory);
  }

  readLink(directory: InodeId, path: string): string {
    return this.files.readLink(directory, path);
  }

  sync(inode: InodeId): void {
    this.files.sync(inode);
  }

  write(): bigint {
    throw readOnly();
  }

  setSize(): void {
    throw readOnly();
  }

  allocate(): void {
    throw readOnly();
  }

  setTimes(): void {
    throw readOnly();
  }

  setTimesPath(): void {
    throw readOnly();
  }

  createDirectory(): void {
    throw readOnly();
  }

  removeDirectory(): void {
    throw readOnly();
  }

  unlink(): void {
    throw readOnly();
  }

  rename(): void {
    throw readOnly();
  }

  link(): void {
    throw readOnly();
  }

  symlink(): void {
    throw readOnly();
  }

  private openExisting(directory: InodeId, path: string, how: OpenHow) {
    try {
      const existing = { ...how, create: false, exclusive: false, truncate: false };
      return this.files.open(directory, path, existing);
    } catch (error) {
      if (how.create && error instanceof FileError && error.code === 'noent') throw readOnly();
      throw error;
    }
  }
}

function readOnly(): FileError {
  return new FileError('rofs', 'the files are mounted read-only');
}
