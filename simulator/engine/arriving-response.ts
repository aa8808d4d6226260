/**
 * What has arrived of the response of an exchange, and how much of it the program has been told.
 *
 * A1  The program is never shown two responses mixed: where one that was sent again after a crash
 *     differs from what it has seen, the exchange fails as reset.
 * A2  What has arrived before a failure is given to the program before that.
 */
import type { HttpBodyResult, HttpFailed, HttpHeaders, HttpResult } from '../effects/http.ts';
import { INBOX_BYTES_MAX } from '../kernel/limits.ts';
import type { ResponseHead, ResponseRun } from './http-try.ts';
import { Inbox } from './inbox.ts';

/** What the program was told of this exchange before a crash. */
export interface SeenResponse {
  readonly status: number;
  readonly body: Uint8Array;
}

export class ArrivingResponse {
  head: ResponseHead | undefined;
  /** Why no response came, or why it broke off. */
  failure: HttpFailed | undefined;
  body: Inbox;
  private trailers: HttpHeaders | undefined;
  /** How much of the body the program has taken. */
  private taken: number;

  constructor(
    private readonly name: string,
    private readonly seen: SeenResponse | undefined,
  ) {
    this.body = new Inbox(name);
    this.taken = seen?.body.length ?? 0;
  }

  /** Nothing more will arrive. */
  get ended(): boolean {
    return this.body.ended || this.failure !== undefined;
  }

  /** How much has arrived that the program has not taken. */
  get available(): number {
    // After a crash the program has seen bytes that have not arrived again yet.
    return Math.max(this.body.length - this.taken, 0);
  }

  /** It broke off, and the program has seen nothing of it: another comes in its place. */
  forget(): void {
    this.head = undefined;
    this.body = new Inbox(this.name);
  }

  /** Gives why this cannot be the response; undefined when it is. */
  receiveHead(head: ResponseHead): HttpFailed | undefined {
    if (this.seen !== undefined && this.seen.status !== head.status) {
      return differs(`status ${head.status} instead of ${this.seen.status}`);
    }
    this.head = head;
    return undefined;
  }

  /** The same for more of its body. */
  receive({ bytes, isLast, trailers }: ResponseRun): HttpFailed | undefined {
    const from = this.body.length;
    if (from + bytes.length > INBOX_BYTES_MAX) {
      const detail = `the response is longer than ${INBOX_BYTES_MAX} bytes`;
      return { failure: 'reset', detail };
    }
    this.body.append(bytes);
    if (!this.agreesWithSeen(from, bytes)) return differs('another body');
    if (!isLast) return undefined;
    if (this.body.length < this.taken) return differs(`a body of ${this.body.length} bytes`);
    this.body.ended = true;
    this.trailers = trailers;
    return undefined;
  }

  /** The head with what is there of the body, or why there is none; `seq` names the exchange. */
  take(seq: number): HttpResult {
    const { head, failure, body, available } = this;
    if (head === undefined || (failure !== undefined && available === 0)) {
      return failure ?? { failure: 'reset', detail: 'the response has no head' };
    }
    const part = this.takeBody(available);
    const { status, headers } = head;
    if (!body.ended) return { status, headers, more: seq, body: part };
    const { trailers } = this;
    return trailers ? { status, headers, trailers, body: part } : { status, headers, body: part };
  }

  /** Up to `length` bytes more of the body; undefined while there are none. */
  takePart(length: number): HttpBodyResult | undefined {
    const { failure, body, available } = this;
    if (available === 0 && failure !== undefined) return failure;
    if (available === 0 && !body.ended) return undefined;
    const part = this.takeBody(length);
    const ended = body.ended && this.taken === body.length;
    const { trailers } = this;
    return ended && trailers ? { ended, trailers, body: part } : { ended, body: part };
  }

  private takeBody(length: number): Uint8Array {
    const part = this.body.read(this.taken, length);
    this.taken += part.length;
    return part;
  }

  private agreesWithSeen(from: number, bytes: Uint8Array): boolean {
    const seen = this.seen?.body;
    if (seen === undefined) return true;
    const end = Math.min(seen.length, from + bytes.length);
    for (let at = from; at < end; at++) if (seen[at] !== bytes[at - from]) return false;
    return true;
  }
}

function differs(how: string): HttpFailed {
  const detail = `the response was sent again after a crash, with ${how}`;
  return { failure: 'reset', detail };
}
