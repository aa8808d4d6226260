import { linkPath, renamePath } from '../files/file-calls.ts';
import { utf8 } from './guest-memory.ts';
import type { Host } from './host.ts';
import { LOOKUP_FOLLOW } from './path-open.ts';
import { RIGHT } from './rights.ts';

/** Giving files other names, and links to names. */
export function linkCalls({ memory, descriptors }: Host) {
  return {
    path_link: (
      fromFd: number,
      flags: number,
      from: number,
      fromLength: number,
      toFd: number,
      to: number,
      toLength: number,
    ) => {
      const source = descriptors.directory(fromFd, RIGHT.path_link_source);
      const target = descriptors.directory(toFd, RIGHT.path_link_target);
      const fromPath = memory.text(from, fromLength);
      const toPath = memory.text(to, toLength);
      const isFollowing = (flags & LOOKUP_FOLLOW) !== 0;
      linkPath(source, fromPath, isFollowing, target, toPath);
    },
    path_rename: (
      fromFd: number,
      from: number,
      fromLength: number,
      toFd: number,
      to: number,
      toLength: number,
    ) => {
      const source = descriptors.directory(fromFd, RIGHT.path_rename_source);
      const target = descriptors.directory(toFd, RIGHT.path_rename_target);
      const fromPath = memory.text(from, fromLength);
      const toPath = memory.text(to, toLength);
      renamePath(source, fromPath, target, toPath);
    },
    path_symlink: (
      target: number,
      targetLength: number,
      fd: number,
      path: number,
      length: number,
    ) => {
      const { store, inode } = descriptors.directory(fd, RIGHT.path_symlink);
      store.symlink(memory.text(target, targetLength), inode, memory.text(path, length));
    },
    path_readlink: (
      fd: number,
      path: number,
      pathLength: number,
      buffer: number,
      length: number,
      out: number,
    ) => {
      const { store, inode } = descriptors.directory(fd, RIGHT.path_readlink);
      const name = memory.text(path, pathLength);
      const room = memory.range(buffer, length);
      memory.check(out, 4);
      // What does not fit is cut off, as readlink does it.
      const target = utf8(store.readLink(inode, name)).subarray(0, room.length);
      room.set(target);
      memory.setU32(out, target.length);
    },
  };
}
