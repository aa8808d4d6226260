/**
 * Connections over the simulated network, as TCP carries bytes: to a service, or from one execution
 * to another that listens.
 */
import { jsonOperation } from './json-operation.ts';

/** One end of a connection, or where a datagram comes from or goes. */
export interface Endpoint {
  /** An address such as `10.0.0.1`, or the name of a host. */
  readonly host: string;
  /** 1 to 65535. */
  readonly port: number;
}

export interface OpenArgs extends Endpoint {
  /** The port of the program's own end. */
  readonly from: number;
}

/** Why a connection did not come about, or is there no longer. */
export type ConnectionFailure = 'refused' | 'unreachable' | 'timeout' | 'reset';

export interface ConnectionFailed {
  readonly failure: ConnectionFailure;
  readonly detail: string;
  readonly body?: never;
}

/** A connection is named by the seq of the effect that opened or accepted it. */
export interface ConnectionArgs {
  readonly connection: number;
}

export interface Opened extends ConnectionArgs {
  /** The address of the program's own end, as the other end sees it. */
  readonly address: string;
}

/**
 * Waits until the connection is there. Opening one changes nothing at the other end, so it is
 * opened again when a crash has hidden whether it was.
 */
export const connectionOpen = jsonOperation<OpenArgs, Opened | ConnectionFailed>(
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

export interface ListenArgs extends Endpoint {
  /** How many may have connected and wait to be accepted. */
  readonly backlog: number;
}

/** A listening socket is named by the seq of the effect that began to listen. */
export interface ListenerArgs {
  readonly listener: number;
}

/**
 * Begins to listen at an address of the execution's host and a port. It lasts as long as the
 * journal shows it open: every attempt listens again before it performs anything.
 */
export const connectionListen = jsonOperation<ListenArgs, ListenerArgs>(
  'connection.listen',
  'read',
);

/** Who has connected, and to which of the program's own addresses. */
export interface Accepted extends Opened, Endpoint {}

/** Nobody waits to be accepted. */
export interface NobodyConnected {
  readonly again: true;
}

/**
 * Takes the connection that has waited longest. It does not wait: the inbox `listener:<seq>` is
 * readable when there is one.
 */
export const connectionAccept = jsonOperation<ListenerArgs, Accepted | NobodyConnected>(
  'connection.accept',
  'read',
);

/** Stops listening; what was not accepted is reset. */
export const connectionUnlisten = jsonOperation<ListenerArgs, Record<never, never>>(
  'connection.unlisten',
  'output',
);

/** The inbox of a connection, for `wait.poll`. */
export function connectionInbox(connection: number): string {
  return `connection:${connection}`;
}

/** The inbox of a listening socket, for `wait.poll`. */
export function listenerInbox(listener: number): string {
  return `listener:${listener}`;
}
