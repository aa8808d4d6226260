/** Connections over the simulated network: bytes to a service and back, as TCP carries them. */
import { jsonOperation } from './json-operation.ts';

export interface OpenArgs {
  /** An address such as `10.0.0.1`, or the name of a host. */
  readonly host: string;
  /** 1 to 65535. */
  readonly port: number;
}

/** Why a connection did not come about, or is there no longer. */
export type ConnectionFailure = 'refused' | 'unreachable' | 'timeout' | 'reset';

export interface ConnectionFailed {
  readonly failure: ConnectionFailure;
  readonly detail: string;
  readonly body?: never;
}

/** A connection is named by the seq of the effect that opened it. */
export interface ConnectionArgs {
  readonly connection: number;
}

/**
 * Waits until the connection is there. Opening one changes nothing at the other end, so it is
 * opened again when a crash has hidden whether it was.
 */
export const connectionOpen = jsonOperation<OpenArgs, ConnectionArgs | ConnectionFailed>(
  'connection.open',
  'call',
);

export interface ConnectionSendArgs extends ConnectionArgs {
  readonly body: Uint8Array;
}

/** Nothing went wrong that the sender knows of, or the connection is gone. */
export type ConnectionSent = Record<never, never> | ConnectionFailed;

/**
 * Bytes leave once this effect is durable, and are never sent twice: nobody but the program knows
 * whether they may be. Those that a crash has kept from leaving are lost with the connection.
 */
export const connectionSend = jsonOperation<ConnectionSendArgs, ConnectionSent>(
  'connection.send',
  'output',
);

export interface ConnectionReceiveArgs extends ConnectionArgs {
  /** The most bytes the program has room for. */
  readonly length: number;
}

export interface ConnectionPart {
  /** Nothing comes after `body`. */
  readonly ended: boolean;
  readonly body: Uint8Array;
}

export type ConnectionReceived = ConnectionPart | ConnectionFailed;

/**
 * Waits for at least one byte, or the end. The inbox `connection:<seq>` is readable when this would
 * not wait.
 */
export const connectionReceive = jsonOperation<ConnectionReceiveArgs, ConnectionReceived>(
  'connection.receive',
  'wait',
);

/** The program sends no more; it may go on receiving. */
export const connectionShutdown = jsonOperation<ConnectionArgs, Record<never, never>>(
  'connection.shutdown',
  'output',
);

export const connectionClose = jsonOperation<ConnectionArgs, Record<never, never>>(
  'connection.close',
  'output',
);

/** The inbox of a connection, for `wait.poll`. */
export function connectionInbox(connection: number): string {
  return `connection:${connection}`;
}
