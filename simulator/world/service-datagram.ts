/** Datagrams at a service: what comes, what is sent back, and what its ledger says of it. */
import { concatBytes } from '../kernel/concat-bytes.ts';
import type { AnsweredWith } from './ledger-row.ts';
import type { ServiceRequest } from './service.ts';

/** A datagram that has come to a service. */
export interface ServiceDatagram {
  /** The address and port that it comes from. */
  readonly from: { readonly host: string; readonly port: number };
  /** The host and port that it was sent to. */
  readonly host: string;
  readonly port: number;
  readonly body: Uint8Array;
}

/** What a service sends back for a datagram. */
export interface DatagramAnswer {
  readonly datagrams: readonly {
    readonly bytes: Uint8Array;
    /** How long after the datagram came it is sent, in virtual nanoseconds. */
    readonly delayNanos: bigint;
  }[];
  /** For the ledger. */
  readonly note: string | undefined;
}

/** How a ledger names a datagram: as a request with a method of its own. */
export function asRequest({ host, port, body }: ServiceDatagram): ServiceRequest {
  return { method: 'DATAGRAM', url: `udp://${host}:${port}`, headers: [], body };
}

/** What a ledger says came of it, in the words of HTTP: 204 when nothing was sent back. */
export function asResponse({ datagrams }: DatagramAnswer): AnsweredWith {
  const body = concatBytes(datagrams.map(({ bytes }) => bytes));
  return { status: datagrams.length === 0 ? 204 : 200, headers: [], body };
}

/** The same, sent that much later. */
export function delayed(answer: DatagramAnswer, latencyNanos: bigint): DatagramAnswer {
  const datagrams = answer.datagrams.map(({ bytes, delayNanos }) => ({
    bytes,
    delayNanos: delayNanos + latencyNanos,
  }));
  return { datagrams, note: answer.note };
}
