import {
  bodyInbox,
  type HttpAnswer,
  type HttpHeaders,
  httpBody,
  httpCancel,
} from '../../../effects/http.ts';
import { type Interest, lookAtAll, waitForAny } from '../../waiting.ts';
import { closed, READ_BYTES_MAX } from '../streams.ts';
import type { TimerPort } from '../timer.ts';
import { codeOfFailure, type ErrorCode, failStream } from './error-code.ts';
import type { BodyEnd, MessageBody } from './incoming-body.ts';

const EMPTY = new Uint8Array(0);
const NO_TRAILERS: HttpHeaders = [];
const READY: Interest = { kind: 'ready' };

/**
 * The body of a response: what came with its head, and then the rest from the engine, in effects
 * that fetch as much as is there.
 */
export class ResponseBody implements MessageBody {
  end: BodyEnd | undefined;
  /** Fetched and not read. */
  private buffered: Uint8Array;
  /** Where the rest comes from; undefined once nothing more comes. */
  private exchange: number | undefined;
  /** The inbox was found readable, so that fetching does not wait. */
  private isReadable = false;
  private isFailureTold = false;

  /**
   * @param betweenBytesNanos the longest wait for more in a read that waits
   * @param onEnd called once, when nothing more comes
   */
  constructor(
    private readonly port: TimerPort,
    answer: HttpAnswer,
    private readonly betweenBytesNanos: bigint | undefined,
    private readonly onEnd: () => void,
  ) {
    this.buffered = answer.body;
    this.exchange = answer.more;
    if (answer.more === undefined) this.endWith(ended(answer.trailers));
  }

  interest(): Interest {
    const { exchange } = this;
    if (this.buffered.length > 0 || exchange === undefined || this.isReadable) return READY;
    return { kind: 'inbox', inbox: bodyInbox(exchange) };
  }

  waitAlone(): void {
    if (this.interest().kind !== 'ready') this.fetch();
  }

  settle(): void {
    this.isReadable = this.exchange !== undefined && this.buffered.length === 0;
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
    while (this.exchange !== undefined) {
      this.fetch();
      this.discard();
    }
  }

  abandon(): void {
    this.cancel({ tag: 'connection-terminated' });
  }

  private cancel(code: ErrorCode): void {
    const { exchange } = this;
    if (exchange === undefined) return;
    this.endWith({ kind: 'failed', code });
    this.port.effect(httpCancel, { exchange });
  }

  /** Waits for more and takes it. */
  private fetch(): void {
    const { exchange } = this;
    if (exchange === undefined || !this.waitBetweenBytes()) return;
    this.isReadable = false;
    const part = this.port.effect(httpBody, { exchange, length: READ_BYTES_MAX });
    if ('failure' in part) {
      this.endWith({ kind: 'failed', code: codeOfFailure(part) });
      return;
    }
    this.buffered = part.body;
    if (part.ended) this.endWith(ended(part.trailers));
  }

  /** Whether more came in time, where the program has set a time. */
  private waitBetweenBytes(): boolean {
    const { betweenBytesNanos } = this;
    if (betweenBytesNanos === undefined || this.isReadable) return true;
    const deadline = {
      clock: 'monotonic',
      nanos: String(betweenBytesNanos),
      absolute: false,
    } as const;
    const [found] = waitForAny(this.port, [this.interest(), { kind: 'deadline', deadline }]);
    if (found !== undefined) return true;
    this.cancel({ tag: 'connection-read-timeout' });
    return false;
  }

  private endWith(end: BodyEnd): void {
    this.end = end;
    this.exchange = undefined;
    this.isReadable = false;
    this.onEnd();
  }

  /** A failure is told once; after it the stream is closed, as after its end. */
  private tellEnd(): never {
    const code = this.failure();
    if (code === undefined) closed();
    this.isFailureTold = true;
    failStream(code);
  }

  private failure(): ErrorCode | undefined {
    return this.end?.kind === 'failed' && !this.isFailureTold ? this.end.code : undefined;
  }
}

function ended(trailers: HttpHeaders = NO_TRAILERS): BodyEnd {
  return { kind: 'ended', trailers };
}
