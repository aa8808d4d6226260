import { stdinRead } from '../../effects/stdio.ts';
import { waitPoll } from '../../effects/wait.ts';
import { unreachable } from '../../kernel/assert.ts';
import { writeSome } from '../../world/files/file-store.ts';
import { knownOffset } from '../files/file-calls.ts';
import type { Descriptor, FileDescriptor } from './descriptor-table.ts';
import { FD_FLAG, FD_FLAGS_SYNC } from './fd-flags.ts';
import { GuestError } from './guest-error.ts';
import type { Host } from './host.ts';
import { RIGHT } from './rights.ts';
import { receiveBytes, sendBytes } from './socket-io.ts';

/** Bytes of one stdin.read, stdout.write or stderr.write; the program gets a partial count. */
const STDIO_BYTES_MAX = 64 * 1024;

const NOTHING = new Uint8Array(0);

/** Reading, writing and seeking through descriptors. */
export function fdIoCalls(host: Host) {
  const { memory, descriptors } = host;
  return {
    fd_read: (fd: number, iovecs: number, count: number, out: number) => {
      const descriptor = readable(host, fd);
      const buffers = memory.buffers(iovecs, count);
      memory.check(out, 4);
      const bytes = readFrom(host, descriptor, buffers.total);
      memory.scatter(buffers, bytes);
      memory.setU32(out, bytes.length);
      if (descriptor.kind === 'file') descriptor.offset += BigInt(bytes.length);
    },
    fd_pread: (fd: number, iovecs: number, count: number, offset: bigint, out: number) => {
      readable(host, fd);
      const file = seekable(host, fd, RIGHT.fd_read | RIGHT.fd_seek);
      const buffers = memory.buffers(iovecs, count);
      memory.check(out, 4);
      const bytes = file.store.read(file.inode, knownOffset(offset), buffers.total);
      memory.scatter(buffers, bytes);
      memory.setU32(out, bytes.length);
    },
    fd_write: (fd: number, iovecs: number, count: number, out: number) => {
      const descriptor = writable(host, fd);
      const buffers = memory.buffers(iovecs, count);
      memory.check(out, 4);
      const length = Math.min(buffers.total, writeBytesMax(descriptor));
      memory.setU32(out, writeTo(host, descriptor, memory.gather(buffers, length)));
    },
    fd_pwrite: (fd: number, iovecs: number, count: number, offset: bigint, out: number) => {
      writable(host, fd);
      const file = seekable(host, fd, RIGHT.fd_write | RIGHT.fd_seek);
      const buffers = memory.buffers(iovecs, count);
      memory.check(out, 4);
      const bytes = memory.gather(buffers, buffers.total);
      const { length } = writeSome(file.store, file.inode, knownOffset(offset), bytes);
      syncIfAsked(file);
      memory.setU32(out, length);
    },
    fd_seek: (fd: number, delta: bigint, whence: number, out: number) => {
      // Asking where one is needs less than moving (specification, rights).
      const isTell = whence === WHENCE_CURRENT && delta === 0n;
      const file = seekable(host, fd, isTell ? RIGHT.fd_tell : RIGHT.fd_seek);
      memory.check(out, 8);
      file.offset = seekTarget(file, delta, whence);
      memory.setU64(out, file.offset);
    },
    fd_tell: (fd: number, out: number) => {
      memory.setU64(out, seekable(host, fd, RIGHT.fd_tell).offset);
    },
    fd_sync: (fd: number) => syncThrough(descriptors.get(fd, RIGHT.fd_sync), fd),
    fd_datasync: (fd: number) => syncThrough(descriptors.get(fd, RIGHT.fd_datasync), fd),
  };
}

const WHENCE_SET = 0;
const WHENCE_CURRENT = 1;
const WHENCE_END = 2;

function seekTarget(file: FileDescriptor, delta: bigint, whence: number): bigint {
  let base: bigint;
  if (whence === WHENCE_SET) base = 0n;
  else if (whence === WHENCE_CURRENT) base = file.offset;
  else if (whence === WHENCE_END) base = file.store.stat(file.inode).size;
  else throw new GuestError('inval', `whence ${whence} is none of set, current and end`);
  return knownOffset(base + BigInt.asIntN(64, delta));
}

function readable(host: Host, fd: number): Descriptor {
  const descriptor = host.descriptors.get(fd);
  mustNotBeDirectory(descriptor, fd);
  return host.descriptors.get(fd, RIGHT.fd_read);
}

function writable(host: Host, fd: number): Descriptor {
  const descriptor = host.descriptors.get(fd);
  mustNotBeDirectory(descriptor, fd);
  return host.descriptors.get(fd, RIGHT.fd_write);
}

function mustNotBeDirectory(descriptor: Descriptor, fd: number): void {
  if (descriptor.kind === 'directory') {
    throw new GuestError('isdir', `descriptor ${fd} is a directory`);
  }
}

function seekable(host: Host, fd: number, rights: number): FileDescriptor {
  const descriptor = host.descriptors.get(fd);
  mustNotBeDirectory(descriptor, fd);
  if (descriptor.kind !== 'file') {
    throw new GuestError('spipe', `descriptor ${fd} is a stream, which has no offset`);
  }
  host.descriptors.get(fd, rights);
  return descriptor;
}

function readFrom(host: Host, descriptor: Descriptor, length: number): Uint8Array {
  if (length === 0) return NOTHING;
  switch (descriptor.kind) {
    case 'stdin':
      if ((descriptor.flags & FD_FLAG.nonblock) !== 0) mustHaveInput(host);
      return host.port
        .effect(stdinRead, { length: Math.min(length, STDIO_BYTES_MAX) })
        .body.subarray(0, length);
    case 'file':
      return descriptor.store.read(descriptor.inode, descriptor.offset, length);
    case 'connection':
      return receiveBytes(host.port, descriptor, length, 0).body;
    case 'output':
    case 'listener':
    case 'directory':
      throw new GuestError('badf', `a descriptor of type ${descriptor.kind} is not for reading`);
    default:
      return unreachable(descriptor);
  }
}

/** Reading stdin waits, so a descriptor that must not wait looks first. */
function mustHaveInput(host: Host): void {
  const now = { clock: 'monotonic', nanos: '0', absolute: false } as const;
  const { readable } = host.port.effect(waitPoll, { deadlines: [now], inboxes: ['stdin'] });
  if (readable.length === 0) throw new GuestError('again', 'stdin has nothing to read yet');
}

function writeBytesMax(descriptor: Descriptor): number {
  return descriptor.kind === 'file' ? Number.POSITIVE_INFINITY : STDIO_BYTES_MAX;
}

function writeTo(host: Host, descriptor: Descriptor, bytes: Uint8Array): number {
  switch (descriptor.kind) {
    case 'output':
      if (bytes.length > 0) host.port.effect(descriptor.operation, { body: bytes });
      return bytes.length;
    case 'file': {
      const isAppending = (descriptor.flags & FD_FLAG.append) !== 0;
      const at = isAppending ? 'append' : descriptor.offset;
      const { end, length } = writeSome(descriptor.store, descriptor.inode, at, bytes);
      descriptor.offset = end;
      syncIfAsked(descriptor);
      return length;
    }
    case 'connection':
      return sendBytes(host.port, descriptor, bytes);
    case 'stdin':
    case 'listener':
    case 'directory':
      throw new GuestError('badf', `a descriptor of type ${descriptor.kind} is not for writing`);
    default:
      return unreachable(descriptor);
  }
}

function syncIfAsked(file: FileDescriptor): void {
  if ((file.flags & FD_FLAGS_SYNC) !== 0) file.store.sync(file.inode);
}

function syncThrough(descriptor: Descriptor, fd: number): void {
  if (descriptor.kind !== 'file' && descriptor.kind !== 'directory') {
    throw new GuestError('inval', `descriptor ${fd} is a stream, which cannot be synchronised`);
  }
  descriptor.store.sync(descriptor.inode);
}
