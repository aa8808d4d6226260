import type { EffectPort } from '../../effects/operation.ts';
import { type ReceiveResult, socketReceive, socketSend } from '../../effects/sockets.ts';
import type { ConnectionDescriptor } from './descriptor-table.ts';
import { FD_FLAG } from './fd-flags.ts';
import { GuestError } from './guest-error.ts';

/** Bytes of one socket.receive or socket.send; the program gets a partial count. */
export const SOCKET_BYTES_MAX = 64 * 1024;

/** riflags of the ABI. */
export const RECEIVE_FLAG = { peek: 1, waitAll: 2 } as const;

/** Takes bytes from a connection. Throws `again` when it would wait and must not. */
export function receiveBytes(
  port: EffectPort,
  descriptor: ConnectionDescriptor,
  length: number,
  flags: number,
): ReceiveResult {
  const result = port.effect(socketReceive, {
    connection: descriptor.connection,
    length: Math.min(length, SOCKET_BYTES_MAX),
    peek: (flags & RECEIVE_FLAG.peek) !== 0,
    waitAll: (flags & RECEIVE_FLAG.waitAll) !== 0,
    nonblocking: (descriptor.flags & FD_FLAG.nonblock) !== 0,
  });
  if (result.again) throw new GuestError('again', 'the connection has nothing to read yet');
  return result;
}

export function sendBytes(
  port: EffectPort,
  descriptor: ConnectionDescriptor,
  bytes: Uint8Array,
): number {
  const { connection } = descriptor;
  if (bytes.length > 0) port.effect(socketSend, { connection, body: bytes });
  return bytes.length;
}
