/** What both ABIs do with files in the same way. */
import {
  FileError,
  type FileStore,
  type FileType,
  type InodeId,
  type OpenHow,
} from '../../world/files/file-store.ts';

/** Offsets are signed in POSIX; the ABIs pass them as unsigned. */
const OFFSET_MAX = 2n ** 63n - 1n;

/** A directory of a store. */
export interface DirectoryOfStore {
  readonly store: FileStore;
  readonly inode: InodeId;
}

/** The offset itself; throws `inval` for what is none. */
export function knownOffset(offset: bigint): bigint {
  if (offset < 0n || offset > OFFSET_MAX) {
    throw new FileError('inval', `there is no offset ${offset}`);
  }
  return offset;
}

/**
 * Opens a file or directory to read, or also to write. Writing is refused for directories, as POSIX
 * has it, unless the program asked for a directory by flag: then that is what it gets.
 */
export function openPath(
  { store, inode: directory }: DirectoryOfStore,
  path: string,
  how: OpenHow,
  isWriting: boolean,
): { readonly inode: InodeId; readonly type: FileType } {
  const opened = store.open(directory, path, how);
  const refusal = isWriting ? refusalOf(opened.type, how.directory, store.readOnly) : undefined;
  if (refusal === undefined) return opened;
  store.close(opened.inode);
  throw new FileError(refusal, `${path} cannot be opened for writing`);
}

function refusalOf(type: FileType, asked: boolean, isReadOnly: boolean) {
  if (type === 'directory') return asked ? undefined : 'isdir';
  return isReadOnly ? 'rofs' : undefined;
}

/** Throws `xdev` when the two places are in different mounts. */
export function renamePath(
  source: DirectoryOfStore,
  fromPath: string,
  target: DirectoryOfStore,
  toPath: string,
): void {
  if (source.store !== target.store) throw crossing(fromPath, toPath);
  source.store.rename(source.inode, fromPath, target.inode, toPath);
}

/** Throws `xdev` when the two places are in different mounts. */
export function linkPath(
  source: DirectoryOfStore,
  fromPath: string,
  isFollowing: boolean,
  target: DirectoryOfStore,
  toPath: string,
): void {
  if (source.store !== target.store) throw crossing(fromPath, toPath);
  source.store.link(source.inode, fromPath, isFollowing, target.inode, toPath);
}

function crossing(from: string, to: string): FileError {
  return new FileError('xdev', `${from} and ${to} are in different mounts`);
}
