import { FILESTAT_BYTES, putFileStat, timeChanges } from './file-status.ts';
import type { Host } from './host.ts';
import { LOOKUP_FOLLOW } from './path-open.ts';
import { RIGHT } from './rights.ts';

/** Making, removing and asking about files and directories by path. */
export function pathCalls({ memory, descriptors, devices }: Host) {
  return {
    path_create_directory: (fd: number, path: number, length: number) => {
      const { store, inode } = descriptors.directory(fd, RIGHT.path_create_directory);
      store.createDirectory(inode, memory.text(path, length));
    },
    path_remove_directory: (fd: number, path: number, length: number) => {
      const { store, inode } = descriptors.directory(fd, RIGHT.path_remove_directory);
      store.removeDirectory(inode, memory.text(path, length));
    },
    path_unlink_file: (fd: number, path: number, length: number) => {
      const { store, inode } = descriptors.directory(fd, RIGHT.path_unlink_file);
      store.unlink(inode, memory.text(path, length));
    },
    path_filestat_get: (fd: number, flags: number, path: number, length: number, out: number) => {
      const { store, inode } = descriptors.directory(fd, RIGHT.path_filestat_get);
      const name = memory.text(path, length);
      memory.check(out, FILESTAT_BYTES);
      const stat = store.statPath(inode, name, (flags & LOOKUP_FOLLOW) !== 0);
      putFileStat(memory, out, devices.numberOf(store), stat);
    },
    path_filestat_set_times: (
      fd: number,
      flags: number,
      path: number,
      length: number,
      accessed: bigint,
      modified: bigint,
      timeFlags: number,
    ) => {
      const { store, inode } = descriptors.directory(fd, RIGHT.path_filestat_set_times);
      const name = memory.text(path, length);
      const times = timeChanges(accessed, modified, timeFlags);
      const isFollowing = (flags & LOOKUP_FOLLOW) !== 0;
      store.setTimesPath(inode, name, isFollowing, times.accessed, times.modified);
    },
  };
}
