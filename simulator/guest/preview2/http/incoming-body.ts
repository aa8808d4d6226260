/** wasi:http/types incoming-body and future-trailers: a body as it comes. */
import type { HttpHeaders } from '../../../effects/http.ts';
import type { Interest } from '../../waiting.ts';
import { fail, trap } from '../component-error.ts';
import { Pollable, type Waitable } from '../pollable.ts';
import { type ByteSource, InputStream } from '../streams.ts';
import type { TimerPort } from '../timer.ts';
import type { ErrorCode } from './error-code.ts';
import { Fields } from './fields.ts';

/** How a body came to its end. */
export type BodyEnd =
  | { readonly kind: 'ended'; readonly trailers: HttpHeaders }
  | { readonly kind: 'failed'; readonly code: ErrorCode };

/** The body of a message that comes in. */
export interface MessageBody extends ByteSource {
  /** Set once nothing more comes, though some bytes may not have been read yet. */
  readonly end: BodyEnd | undefined;
  blockingRead(length: number): Uint8Array;
  waitAlone(): void;
  /** Drops what is there and was not read. */
  discard(): void;
  /** Waits for its end and drops all that comes before. */
  drain(): void;
  /** The program no longer wants the rest. */
  abandon(): void;
}

/** What a result nested in another value looks like. */
export type Result<T, E> =
  | { readonly tag: 'ok'; readonly val: T }
  | { readonly tag: 'err'; readonly val: E };

/** What a future gives once it is there: its value the first time, and an error after that. */
export type FutureResult<T> = Result<Result<T, ErrorCode>, undefined>;

export class IncomingBody {
  private isTaken = false;
  private isStreamOpen = false;
  private isFinished = false;

  constructor(
    private readonly port: TimerPort,
    private readonly body: MessageBody,
  ) {}

  /** Once. */
  stream(): InputStream {
    if (this.isTaken) fail(undefined);
    this.isTaken = true;
    this.isStreamOpen = true;
    return new InputStream(this.port, this.source());
  }

  static finish(body: IncomingBody): FutureTrailers {
    if (body.isStreamOpen) trap('wasi:http: a body was finished before its stream was dropped');
    body.isFinished = true;
    return new FutureTrailers(body.port, body.body);
  }

  [Symbol.dispose](): void {
    if (!this.isFinished) this.body.abandon();
  }

  /** The body, told apart from its stream: the stream may end before it. */
  private source(): ByteSource {
    const { body } = this;
    return {
      interest: () => body.interest(),
      waitAlone: () => body.waitAlone(),
      settle: () => body.settle?.(),
      read: (length) => body.read(length),
      blockingRead: (length) => body.blockingRead(length),
      close: () => {
        this.isStreamOpen = false;
      },
    };
  }
}

/** What follows a body, which is read to its end for it. */
export class FutureTrailers {
  private readonly end: TrailersEnd;
  private isTaken = false;

  constructor(
    private readonly port: TimerPort,
    private readonly body: MessageBody,
  ) {
    body.discard();
    this.end = new TrailersEnd(body);
  }

  subscribe(): Pollable {
    return new Pollable(this.port, this.end);
  }

  get(): FutureResult<Fields | undefined> | undefined {
    if (this.isTaken) return { tag: 'err', val: undefined };
    if (!new Pollable(this.port, this.end).ready()) return undefined;
    this.isTaken = true;
    return { tag: 'ok', val: this.result() };
  }

  [Symbol.dispose](): void {
    this.body.abandon();
  }

  private result(): Result<Fields | undefined, ErrorCode> {
    const { end } = this.body;
    if (end === undefined) return trap('wasi:http: trailers were ready before their body ended');
    if (end.kind === 'failed') return { tag: 'err', val: end.code };
    const trailers = end.trailers.length > 0 ? Fields.received(end.trailers) : undefined;
    return { tag: 'ok', val: trailers };
  }
}

class TrailersEnd implements Waitable {
  constructor(private readonly body: MessageBody) {}

  interest(): Interest {
    return this.body.interest();
  }

  waitAlone(): void {
    this.body.drain();
  }

  /** More of the body is there: what is left of it comes before the trailers. */
  settle(): void {
    this.body.drain();
  }
}
