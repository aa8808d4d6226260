import { jsonOperation } from './json-operation.ts';

/** Listening sockets and connections are named by the simulation, not by the guest's numbers. */
export interface AcceptArgs {
  readonly listener: string;
  readonly nonblocking: boolean;
}

/** `connection` names the new connection's inbox; absent when nonblocking found none. */
export interface AcceptResult {
  readonly connection?: string;
}

export const socketAccept = jsonOperation<AcceptArgs, AcceptResult>('socket.accept', 'wait');

export interface ReceiveArgs {
  readonly connection: string;
  readonly length: number;
  readonly peek: boolean;
  /** Wait until all of `length` is there, or the peer has ended. */
  readonly waitAll: boolean;
  readonly nonblocking: boolean;
}

export interface ReceiveResult {
  readonly body: Uint8Array;
  readonly ended: boolean;
  /** Nothing was there and the socket does not block. */
  readonly again: boolean;
}

export const socketReceive = jsonOperation<ReceiveArgs, ReceiveResult>('socket.receive', 'wait');

export interface SendArgs {
  readonly connection: string;
  readonly body: Uint8Array;
}

export const socketSend = jsonOperation<SendArgs, Record<never, never>>('socket.send', 'output');

export interface ShutdownArgs {
  readonly connection: string;
  readonly read: boolean;
  readonly write: boolean;
}

export const socketShutdown = jsonOperation<ShutdownArgs, Record<never, never>>(
  'socket.shutdown',
  'output',
);
