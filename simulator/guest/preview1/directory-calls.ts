import type { DirectoryEntry } from '../../world/files/file-store.ts';
import type { DirectoryDescriptor } from './descriptor-table.ts';
import { FILE_TYPE } from './file-status.ts';
import { GuestError } from './guest-error.ts';
import { utf8 } from './guest-memory.ts';
import type { Host } from './host.ts';
import { RIGHT } from './rights.ts';

/** The structure `dirent`, in bytes; the name follows it. */
const DIRENT_BYTES = 24;

/** Preopened directories, and listing directories. */
export function directoryCalls({ memory, descriptors }: Host) {
  const preopenName = (fd: number): Uint8Array => {
    const descriptor = descriptors.get(fd);
    // `badf` for everything else is how a libc finds the end of the preopened directories.
    if (descriptor.kind !== 'directory' || descriptor.preopenPath === undefined) {
      throw new GuestError('badf', `descriptor ${fd} was not open from the start`);
    }
    return utf8(descriptor.preopenPath);
  };
  return {
    fd_prestat_get: (fd: number, out: number) => {
      const name = preopenName(fd);
      const at = memory.check(out, 8);
      // Tag 0, a directory, and then the length of its name.
      memory.setU32(at, 0);
      memory.setU32(at + 4, name.length);
    },
    fd_prestat_dir_name: (fd: number, buffer: number, length: number) => {
      const name = preopenName(fd);
      if (length >>> 0 < name.length) {
        throw new GuestError('nametoolong', `the name of descriptor ${fd} needs ${name.length}`);
      }
      memory.check(buffer, length >>> 0);
      memory.set(buffer, name);
    },
    fd_readdir: (fd: number, buffer: number, length: number, cookie: bigint, out: number) => {
      const directory = descriptors.directory(fd, RIGHT.fd_readdir);
      const room = memory.range(buffer, length);
      memory.check(out, 4);
      const listing = listingFrom(directory, cookie);
      let used = 0;
      // A cookie is the position of the next entry. An entry that does not fit is cut off, and
      // the full buffer tells the program to ask again from that entry.
      for (let index = Number(cookie); index < listing.length && used < room.length; index++) {
        const entry = listing[index] as DirectoryEntry;
        const bytes = direntBytes(entry, index + 1);
        room.set(bytes.subarray(0, room.length - used), used);
        used += Math.min(bytes.length, room.length - used);
      }
      memory.setU32(out, used);
    },
  };
}

/**
 * The entries as they were when the program last asked for the first one, so that removing files
 * while listing skips none.
 */
function listingFrom(directory: DirectoryDescriptor, cookie: bigint): readonly DirectoryEntry[] {
  if (cookie < 0n || cookie > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw new GuestError('inval', `there is no directory cookie ${cookie}`);
  }
  if (cookie !== 0n && directory.listing !== undefined) return directory.listing;
  const { store, inode } = directory;
  const isTop = directory.preopenPath !== undefined;
  const parent = isTop ? inode : store.parent(inode);
  directory.listing = [
    { name: '.', inode, type: 'directory' },
    { name: '..', inode: parent, type: 'directory' },
    ...store.readDirectory(inode),
  ];
  return directory.listing;
}

function direntBytes(entry: DirectoryEntry, next: number): Uint8Array {
  const name = utf8(entry.name);
  const bytes = new Uint8Array(DIRENT_BYTES + name.length);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(next), true);
  view.setBigUint64(8, BigInt(entry.inode), true);
  view.setUint32(16, name.length, true);
  view.setUint8(20, FILE_TYPE[entry.type]);
  bytes.set(name, DIRENT_BYTES);
  return bytes;
}
