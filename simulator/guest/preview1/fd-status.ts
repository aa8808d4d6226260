import type { Descriptor, FileDescriptor } from './descriptor-table.ts';
import { FD_FLAG, FD_FLAGS_ALL, FD_FLAGS_SYNC } from './fd-flags.ts';
import { FILE_TYPE_OF, putFileStat, putStreamStat, timeChanges } from './file-status.ts';
import { GuestError } from './guest-error.ts';
import type { Host } from './host.ts';
import { RIGHT, rightsOf } from './rights.ts';

/** Pieces of advice: normal, sequential, random, willneed, dontneed, noreuse. */
const ADVICE_MAX = 5;

/** Asking about descriptors and changing them, without reading or writing. */
export function fdStatusCalls(host: Host) {
  const { memory, descriptors, devices } = host;
  return {
    fd_close: (fd: number) => descriptors.close(fd),
    fd_renumber: (from: number, to: number) => descriptors.renumber(from, to),
    fd_advise: (fd: number, _offset: bigint, _length: bigint, advice: number) => {
      regularFile(host, fd, RIGHT.fd_advise);
      if (advice >>> 0 > ADVICE_MAX) throw new GuestError('inval', `unknown advice ${advice}`);
    },
    fd_allocate: (fd: number, offset: bigint, length: bigint) => {
      const file = regularFile(host, fd, RIGHT.fd_allocate);
      const unsigned = BigInt.asUintN(64, length);
      file.store.allocate(file.inode, BigInt.asUintN(64, offset), unsigned);
    },
    fd_fdstat_get: (fd: number, out: number) => {
      const descriptor = descriptors.get(fd);
      const at = memory.check(out, 24);
      memory.setU64(at, 0n);
      memory.setU8(at, FILE_TYPE_OF[descriptor.kind]);
      memory.setU16(at + 2, descriptor.flags);
      memory.setU64(at + 8, BigInt(descriptor.rightsBase));
      memory.setU64(at + 16, BigInt(descriptor.rightsInheriting));
    },
    fd_fdstat_set_flags: (fd: number, flags: number) => {
      const descriptor = descriptors.get(fd, RIGHT.fd_fdstat_set_flags);
      descriptor.flags = changedFlags(descriptor, flags);
    },
    fd_fdstat_set_rights: (fd: number, base: bigint, inheriting: bigint) => {
      const descriptor = descriptors.get(fd);
      const newBase = fewerRights(base, descriptor.rightsBase);
      descriptor.rightsInheriting = fewerRights(inheriting, descriptor.rightsInheriting);
      descriptor.rightsBase = newBase;
    },
    fd_filestat_get: (fd: number, out: number) => {
      const descriptor = descriptors.get(fd, RIGHT.fd_filestat_get);
      if (descriptor.kind !== 'file' && descriptor.kind !== 'directory') {
        putStreamStat(memory, out, FILE_TYPE_OF[descriptor.kind]);
        return;
      }
      const { store, inode } = descriptor;
      putFileStat(memory, out, devices.numberOf(store), store.stat(inode));
    },
    fd_filestat_set_size: (fd: number, size: bigint) => {
      const file = regularFile(host, fd, RIGHT.fd_filestat_set_size);
      file.store.setSize(file.inode, BigInt.asUintN(64, size));
    },
    fd_filestat_set_times: (fd: number, accessed: bigint, modified: bigint, flags: number) => {
      const descriptor = descriptors.get(fd);
      const times = timeChanges(accessed, modified, flags);
      if (descriptor.kind !== 'file' && descriptor.kind !== 'directory') {
        throw new GuestError('inval', `descriptor ${fd} is a stream, which has no times`);
      }
      descriptors.get(fd, RIGHT.fd_filestat_set_times);
      descriptor.store.setTimes(descriptor.inode, times.accessed, times.modified);
    },
  };
}

function regularFile(host: Host, fd: number, right: number): FileDescriptor {
  const descriptor = host.descriptors.get(fd);
  if (descriptor.kind === 'directory') {
    throw new GuestError('isdir', `descriptor ${fd} is a directory`);
  }
  if (descriptor.kind !== 'file') {
    throw new GuestError('spipe', `descriptor ${fd} is a stream, not a file`);
  }
  host.descriptors.get(fd, right);
  return descriptor;
}

/** Appending and waiting can be switched; how writes are synchronised is fixed when opening. */
function changedFlags(descriptor: Descriptor, flags: number): number {
  if ((flags & ~FD_FLAGS_ALL) !== 0) throw new GuestError('inval', `unknown fdflags ${flags}`);
  if (((flags ^ descriptor.flags) & FD_FLAGS_SYNC) !== 0) {
    throw new GuestError('notsup', 'dsync, rsync and sync can be set only when opening');
  }
  return flags & (FD_FLAG.append | FD_FLAG.nonblock | FD_FLAGS_SYNC);
}

/** Rights can only be given up; asking for one that is not there is `notcapable`. */
function fewerRights(wanted: bigint, held: number): number {
  const bits = BigInt.asUintN(64, wanted);
  if ((bits & ~BigInt(held)) !== 0n) {
    throw new GuestError('notcapable', 'rights can be given up, not gained');
  }
  return rightsOf(bits);
}
