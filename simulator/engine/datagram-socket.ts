import type { Endpoint } from '../effects/connection.ts';
import type { DatagramRefused, DatagramsReceived } from '../effects/datagram.ts';
import { concatBytes } from '../kernel/concat-bytes.ts';
import { isBoundFor } from '../world/addresses.ts';
import type { InboxState } from './exchanges.ts';

/** Bytes of datagrams that wait to be received, each with its head; what comes then is dropped. */
export const DATAGRAM_BUFFER_BYTES = 256 * 1024;
/** What a datagram takes besides its bytes: the heads of IP and UDP. */
const HEAD_BYTES = 28;

interface Waiting {
  readonly from: Endpoint;
  readonly body: Uint8Array;
}

/** A datagram socket of an attempt, with what has come and was not received yet. */
export class DatagramSocket {
  private waiting: Waiting[] = [];
  private waitingBytes = 0;
  private refused: DatagramRefused | undefined;

  private remote: Endpoint | undefined;

  constructor(readonly local: Endpoint) {}

  /** From now on it receives from nobody else, or from everybody. */
  connect(remote: Endpoint | undefined): void {
    this.remote = remote;
    this.refused = undefined;
    const { waiting } = this;
    this.waiting = waiting.filter(({ from }) => this.isFrom(from));
    this.waitingBytes = this.waiting.reduce((total, one) => total + sizeOf(one), 0);
  }

  /** Whether a datagram that is sent to this address comes to this socket. */
  takes(host: string, port: number): boolean {
    return port === this.local.port && isBoundFor(this.local.host, host);
  }

  /** False when it is dropped: it comes from somebody else, or there is no room for it. */
  arrive(from: Endpoint, body: Uint8Array): boolean {
    if (!this.isFrom(from)) return false;
    const arrived = { from, body };
    const bytes = this.waitingBytes + sizeOf(arrived);
    if (bytes > DATAGRAM_BUFFER_BYTES) return false;
    this.waitingBytes = bytes;
    this.waiting.push(arrived);
    return true;
  }

  /** Word has come that nobody is there; only a socket that is connected is told. */
  arriveRefusal(by: Endpoint): void {
    if (this.remote === undefined || !this.isFrom(by)) return;
    this.refused = { failure: 'refused', detail: `nobody is at port ${by.port} of ${by.host}` };
  }

  /** What is there, up to so many; a refusal comes first, once. */
  receive(count: number): DatagramsReceived | DatagramRefused {
    const { refused } = this;
    this.refused = undefined;
    if (refused !== undefined) return refused;
    const taken = this.waiting.splice(0, count);
    for (const one of taken) this.waitingBytes -= sizeOf(one);
    const datagrams = taken.map(({ from, body }) => ({ ...from, length: body.length }));
    return { datagrams, body: concatBytes(taken.map(({ body }) => body)) };
  }

  get inbox(): InboxState | undefined {
    const [first] = this.waiting;
    if (first === undefined && this.refused === undefined) return undefined;
    return { available: first?.body.length ?? 0, ended: false };
  }

  private isFrom({ host, port }: Endpoint): boolean {
    const { remote } = this;
    return remote === undefined || (remote.host === host && remote.port === port);
  }
}

function sizeOf({ body }: Waiting): number {
  return body.length + HEAD_BYTES;
}
