/** Datagrams over the simulated network, as UDP carries them: each arrives whole, or not at all. */
import type { Endpoint } from './connection.ts';
import { jsonOperation } from './json-operation.ts';

/** A socket is named by the seq of the effect that opened it. */
export interface DatagramSocketArgs {
  readonly socket: number;
}

export interface DatagramOpened extends DatagramSocketArgs {
  /** The address of the program's host, as others see it. */
  readonly address: string;
}

/**
 * From now on datagrams to this address and port are kept until they are received. It lasts as long
 * as the journal shows it open: every attempt opens it again before it performs anything. What is
 * kept is lost with the attempt.
 */
export const datagramOpen = jsonOperation<Endpoint, DatagramOpened>('datagram.open', 'read');

export interface DatagramConnectArgs extends DatagramSocketArgs {
  /** The only one that it receives from; left out, it receives from everybody. */
  readonly remote?: Endpoint;
}

/** What waits from others is dropped. */
export const datagramConnect = jsonOperation<DatagramConnectArgs, Record<never, never>>(
  'datagram.connect',
  'output',
);

export interface DatagramSendArgs extends DatagramSocketArgs, Endpoint {
  readonly body: Uint8Array;
}

/** What the sender's machine knows of it. */
export interface DatagramSent {
  /** No host has this address; the program is not told. */
  readonly nobody?: true;
}

/**
 * Sends one datagram and waits for nothing but the journal. When a crash has hidden whether it left,
 * it is sent again under the same key, and the network lets only one of the two arrive.
 */
export const datagramSend = jsonOperation<DatagramSendArgs, DatagramSent>('datagram.send', 'call');

export interface DatagramReceiveArgs extends DatagramSocketArgs {
  /** The most datagrams that the program takes. */
  readonly count: number;
}

export interface ReceivedDatagram extends Endpoint {
  /** Bytes of `body` that are this one's. */
  readonly length: number;
}

export interface DatagramsReceived {
  /** Who sent them, in the order in which they came; none when nothing is there. */
  readonly datagrams: readonly ReceivedDatagram[];
  /** All of them, one after the other. */
  readonly body: Uint8Array;
}

/** The machine that the socket is connected to has nobody at that port. */
export interface DatagramRefused {
  readonly failure: 'refused';
  readonly detail: string;
  readonly body?: never;
}

/**
 * Takes what is there. It does not wait: the inbox `datagrams:<seq>` is readable when there is
 * something.
 */
export const datagramReceive = jsonOperation<
  DatagramReceiveArgs,
  DatagramsReceived | DatagramRefused
>('datagram.receive', 'read');

export const datagramClose = jsonOperation<DatagramSocketArgs, Record<never, never>>(
  'datagram.close',
  'output',
);

/** The inbox of a datagram socket, for `wait.poll`. */
export function datagramInbox(socket: number): string {
  return `datagrams:${socket}`;
}
