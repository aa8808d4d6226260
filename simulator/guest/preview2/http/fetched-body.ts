import type { HttpBodyResult, HttpHeaders } from '../../../effects/http.ts';
import type { InboxName } from '../../../effects/wait.ts';
import { assert } from '../../../kernel/assert.ts';
import { type Interest, lookAtAll, waitForAny } from '../../waiting.ts';
import { closed } from '../streams.ts';
import type { TimerPort } from '../timer.ts';
import { codeOfFailure, type ErrorCode, failStream } from './error-code.ts';
import type { BodyEnd, MessageBody } from './incoming-body.ts';

const EMPTY = new Uint8Array(0);
const READY: Interest = { kind: 'ready' };

/** Where the rest of a body comes from, by effects. */
export interface BodyOrigin {
  /** Readable when `more` would not wait. */
  readonly inbox: InboxName;
  /** Waits for at least one byte, or the end. */
  more(): HttpBodyResult;
  /** Nobody wants the rest. */
  cancel(): void;
  /** The longest wait for more in a read that waits. */
  readonly betweenBytesNanos?: bigint | undefined;
}

/** A body: what came with its head, and then the rest, by effects that fetch what is there. */
export class FetchedBody implements MessageBody {
  end: BodyEnd | undefined;
  /** Undefined once nothing more comes. */
  private origin: BodyOrigin | undefined;
  /** The inbox was found readable, so that fetching does not wait. */
  private isReadable = false;
  private isFailureTold = false;

  /**
   * @param buffered what is there and was not read
   * @param rest its trailers where `buffered` is all of it
   * @param onEnd called once, when nothing more comes
   */
  constructor(
    private readonly port: TimerPort,
    private buffered: Uint8Array,
    rest: BodyOrigin | HttpHeaders,
    private readonly onEnd: () => void = () => undefined,
  ) {
    if ('more' in rest) this.origin = rest;
    else this.endWith({ kind: 'ended', trailers: rest });
  }

  interest(): Interest {
    const { origin } = this;
    if (this.buffered.length > 0 || origin === undefined || this.isReadable) return READY;
    return { kind: 'inbox', inbox: origin.inbox };
  }

  waitAlone(): void {
    if (this.interest().kind !== 'ready') this.fetch();
  }

  settle(): void {
    this.isReadable = this.origin !== undefined && this.buffered.length === 0;
  }

  read(length: number): Uint8Array {
    if (this.interest().kind !== 'ready') {
      const [found] = lookAtAll(this.port, [this.interest()]);
      if (found === undefined) return EMPTY;
      this.settle();
    }
    return this.blockingRead(length);
  }

  blockingRead(length: number): Uint8Array {
    if (this.buffered.length === 0) this.fetch();
    if (this.buffered.length === 0) this.tellEnd();
    const bytes = this.buffered.subarray(0, length);
    this.buffered = this.buffered.subarray(bytes.length);
    return bytes;
  }

  discard(): void {
    this.buffered = EMPTY;
  }

  drain(): void {
    this.discard();
    while (this.origin !== undefined) {
      this.fetch();
      this.discard();
    }
  }

  abandon(): void {
    this.cancel({ tag: 'connection-terminated' });
  }

  private cancel(code: ErrorCode): void {
    const { origin } = this;
    if (origin === undefined) return;
    this.endWith({ kind: 'failed', code });
    origin.cancel();
  }

  /** Waits for more and takes it. */
  private fetch(): void {
    const { origin } = this;
    if (origin === undefined || !this.waitBetweenBytes(origin)) return;
    this.isReadable = false;
    const part = origin.more();
    if ('failure' in part) {
      this.endWith({ kind: 'failed', code: codeOfFailure(part) });
      return;
    }
    assert(part.ended || part.body.length > 0, 'a part of a body has no bytes and is not its end');
    this.buffered = part.body;
    if (part.ended) this.endWith({ kind: 'ended', trailers: part.trailers ?? [] });
  }

  /** Whether more came in time, where the program has set a time. */
  private waitBetweenBytes({ betweenBytesNanos }: BodyOrigin): boolean {
    if (betweenBytesNanos === undefined || this.isReadable) return true;
    const nanos = String(betweenBytesNanos);
    const deadline = { clock: 'monotonic', nanos, absolute: false } as const;
    const [found] = waitForAny(this.port, [this.interest(), { kind: 'deadline', deadline }]);
    if (found !== undefined) return true;
    this.cancel({ tag: 'connection-read-timeout' });
    return false;
  }

  private endWith(end: BodyEnd): void {
    this.end = end;
    this.origin = undefined;
    this.isReadable = false;
    this.onEnd();
  }

  /** A failure is told once; after it the stream is closed, as after its end. */
  private tellEnd(): never {
    if (this.end?.kind !== 'failed' || this.isFailureTold) closed();
    this.isFailureTold = true;
    failStream(this.end.code);
  }
}
