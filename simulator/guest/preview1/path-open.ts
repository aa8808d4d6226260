import type { FileType, InodeId, OpenHow } from '../../world/files/file-store.ts';
import { openPath } from '../files/file-calls.ts';
import type { Descriptor, DirectoryDescriptor } from './descriptor-table.ts';
import { FD_FLAG, FD_FLAGS_ALL } from './fd-flags.ts';
import { GuestError } from './guest-error.ts';
import type { Host } from './host.ts';
import { ALL_RIGHTS, RIGHT, RIGHTS_OF, rightNames, rightsOf } from './rights.ts';

/** oflags of the ABI. */
const OPEN_FLAG = { create: 1, directory: 2, exclusive: 4, truncate: 8 } as const;
const OPEN_FLAGS_ALL = 15;

/** lookupflags of the ABI. */
export const LOOKUP_FOLLOW = 1;

export function pathOpenCalls({ memory, descriptors }: Host) {
  return {
    path_open: (
      fd: number,
      lookupFlags: number,
      path: number,
      pathLength: number,
      openFlags: number,
      base: bigint,
      inheriting: bigint,
      flags: number,
      out: number,
    ) => {
      mustBeKnown(openFlags, flags);
      const needed = neededRights(openFlags, flags);
      const directory = descriptors.directory(fd, needed);
      const name = memory.text(path, pathLength);
      memory.check(out, 4);
      const wanted = { base: rightsOf(base), inheriting: rightsOf(inheriting) };
      mustBeInheritable(directory, wanted.base | wanted.inheriting);
      // Before anything is created: failing later would leave a file behind.
      descriptors.mustHaveRoom();
      const isWriting = (wanted.base & RIGHT.fd_write) !== 0;
      const how = openHow(lookupFlags, openFlags);
      const opened = openPath(directory, name, how, isWriting);
      memory.setU32(out, descriptors.add(descriptorOf(directory, opened, wanted, flags)));
    },
  };
}

function mustBeKnown(openFlags: number, flags: number): void {
  if ((openFlags & ~OPEN_FLAGS_ALL) !== 0) {
    throw new GuestError('inval', `unknown oflags ${openFlags}`);
  }
  if ((flags & ~FD_FLAGS_ALL) !== 0) throw new GuestError('inval', `unknown fdflags ${flags}`);
}

function neededRights(openFlags: number, flags: number): number {
  let rights = RIGHT.path_open;
  if ((openFlags & OPEN_FLAG.create) !== 0) rights |= RIGHT.path_create_file;
  if ((openFlags & OPEN_FLAG.truncate) !== 0) rights |= RIGHT.path_filestat_set_size;
  if ((flags & FD_FLAG.dsync) !== 0) rights |= RIGHT.fd_datasync;
  if ((flags & (FD_FLAG.rsync | FD_FLAG.sync)) !== 0) rights |= RIGHT.fd_sync;
  return rights;
}

/** A new descriptor gets nothing that its directory does not pass on. */
function mustBeInheritable(directory: DirectoryDescriptor, wanted: number): void {
  const missing = wanted & ~directory.rightsInheriting & INHERITED;
  if (missing !== 0) {
    throw new GuestError('notcapable', `the directory does not pass on ${rightNames(missing)}`);
  }
}

/** What files and directories can have; a program that asks for all there is means these. */
const INHERITED = (RIGHTS_OF.file | RIGHTS_OF.directory) & ALL_RIGHTS;

function openHow(lookupFlags: number, openFlags: number): OpenHow {
  return {
    followLast: (lookupFlags & LOOKUP_FOLLOW) !== 0,
    create: (openFlags & OPEN_FLAG.create) !== 0,
    exclusive: (openFlags & OPEN_FLAG.exclusive) !== 0,
    directory: (openFlags & OPEN_FLAG.directory) !== 0,
    truncate: (openFlags & OPEN_FLAG.truncate) !== 0,
  };
}

function descriptorOf(
  from: DirectoryDescriptor,
  opened: { readonly inode: InodeId; readonly type: FileType },
  wanted: { readonly base: number; readonly inheriting: number },
  flags: number,
): Descriptor {
  const { store } = from;
  const { inode } = opened;
  if (opened.type === 'directory') {
    return {
      kind: 'directory',
      store,
      inode,
      preopenPath: undefined,
      listing: undefined,
      rightsBase: wanted.base & RIGHTS_OF.directory,
      rightsInheriting: wanted.inheriting & INHERITED,
      flags,
    };
  }
  const rightsBase = wanted.base & RIGHTS_OF.file;
  return { kind: 'file', store, inode, offset: 0n, rightsBase, rightsInheriting: 0, flags };
}
