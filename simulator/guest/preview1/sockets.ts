import { socketAccept, socketShutdown } from '../../effects/sockets.ts';
import type { ConnectionDescriptor } from './descriptor-table.ts';
import { FD_FLAG } from './fd-flags.ts';
import { GuestError } from './guest-error.ts';
import type { Host } from './host.ts';
import { RIGHT, RIGHTS_OF } from './rights.ts';
import { RECEIVE_FLAG, receiveBytes, SOCKET_BYTES_MAX, sendBytes } from './socket-io.ts';

/** sdflags of the ABI. */
const SHUTDOWN = { read: 1, write: 2 } as const;

const RECEIVE_FLAGS_ALL = RECEIVE_FLAG.peek | RECEIVE_FLAG.waitAll;

export function socketCalls(host: Host) {
  const { port, memory, descriptors } = host;
  return {
    sock_accept: (fd: number, flags: number, out: number) => {
      const listener = descriptors.get(fd);
      if (listener.kind === 'connection') {
        throw new GuestError('inval', `descriptor ${fd} is a connection, not a listening socket`);
      }
      if (listener.kind !== 'listener') throw notSocket(fd);
      descriptors.get(fd, RIGHT.sock_accept);
      if ((flags & ~FD_FLAG.nonblock) !== 0) {
        throw new GuestError('inval', `unknown flags ${flags}: only nonblock goes with accept`);
      }
      memory.check(out, 4);
      descriptors.mustHaveRoom();
      const { connection } = port.effect(socketAccept, {
        listener: listener.listener,
        nonblocking: (listener.flags & FD_FLAG.nonblock) !== 0,
      });
      if (connection === undefined) throw new GuestError('again', 'nobody is connecting yet');
      const rightsBase = listener.rightsInheriting & RIGHTS_OF.connection;
      const accepted = { connection, rightsBase, rightsInheriting: 0, flags };
      memory.setU32(out, descriptors.add({ kind: 'connection', ...accepted }));
    },
    sock_recv: (
      fd: number,
      iovecs: number,
      count: number,
      flags: number,
      out: number,
      outFlags: number,
    ) => {
      const descriptor = connectionOf(host, fd, RIGHT.fd_read);
      if ((flags & ~RECEIVE_FLAGS_ALL) !== 0) {
        throw new GuestError('inval', `unknown riflags ${flags}`);
      }
      const buffers = memory.buffers(iovecs, count);
      memory.check(out, 4);
      memory.check(outFlags, 2);
      const bytes =
        buffers.total === 0
          ? new Uint8Array(0)
          : receiveBytes(port, descriptor, buffers.total, flags).body;
      memory.setU32(out, memory.scatter(buffers, bytes));
      // A stream never cuts a message short, so there is no flag to report.
      memory.setU16(outFlags, 0);
    },
    sock_send: (fd: number, iovecs: number, count: number, flags: number, out: number) => {
      const descriptor = connectionOf(host, fd, RIGHT.fd_write);
      if (flags !== 0) throw new GuestError('inval', `unknown siflags ${flags}`);
      const buffers = memory.buffers(iovecs, count);
      memory.check(out, 4);
      const length = Math.min(buffers.total, SOCKET_BYTES_MAX);
      memory.setU32(out, sendBytes(port, descriptor, memory.gather(buffers, length)));
    },
    sock_shutdown: (fd: number, how: number) => {
      const { connection } = connectionOf(host, fd, RIGHT.sock_shutdown);
      const read = (how & SHUTDOWN.read) !== 0;
      const write = (how & SHUTDOWN.write) !== 0;
      if ((!read && !write) || (how & ~(SHUTDOWN.read | SHUTDOWN.write)) !== 0) {
        throw new GuestError('inval', `sdflags ${how} name neither direction`);
      }
      port.effect(socketShutdown, { connection, read, write });
    },
  };
}

function connectionOf(host: Host, fd: number, right: number): ConnectionDescriptor {
  const descriptor = host.descriptors.get(fd);
  if (descriptor.kind === 'listener') {
    throw new GuestError('notconn', `descriptor ${fd} is a listening socket: accept first`);
  }
  if (descriptor.kind !== 'connection') throw notSocket(fd);
  host.descriptors.get(fd, right);
  return descriptor;
}

function notSocket(fd: number): GuestError {
  return new GuestError('notsock', `descriptor ${fd} is not a socket`);
}
