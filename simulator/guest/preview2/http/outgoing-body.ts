/** wasi:http/types outgoing-body: the body of a request or a response, as the program writes it. */
import type { HttpHeaders } from '../../../effects/http.ts';
import { concatBytes } from '../../../kernel/concat-bytes.ts';
import { HTTP_LIMITS } from '../../preview1/http.ts';
import type { Interest } from '../../waiting.ts';
import { fail, trap } from '../component-error.ts';
import { type ByteSink, closed, OutputStream, WRITE_BYTES_MAX } from '../streams.ts';
import type { TimerPort } from '../timer.ts';
import { failHttp, failStream, type SizeErrorTag } from './error-code.ts';
import type { Fields } from './fields.ts';

const READY: Interest = { kind: 'ready' };

/** Where a body goes as it is written. */
export interface BodyTarget extends ByteSink {
  /** All was written. */
  finish(trailers: HttpHeaders): void;
  /** The program gave up, or wrote something else than it had declared. */
  abort(): void;
}

/** What a program has written of a body. It is kept until there is a target to go to. */
export class BodyBuffer implements ByteSink {
  state: 'open' | 'finished' | 'aborted' = 'open';
  /** Called when no more will be written. */
  onEnd: () => void = () => undefined;
  /** How many streams write to it: none or one. */
  writers = 0;
  private parts: Uint8Array[] = [];
  private size = 0;
  /** What follows it, once it is finished. */
  trailers: HttpHeaders = [];
  private target: BodyTarget | undefined;
  private isBroken = false;

  /** @param declared the length that content-length declares, if it does */
  constructor(
    private readonly sizeError: SizeErrorTag,
    private readonly declared: number | undefined,
  ) {}

  /** From now on bytes go to `target`, first those that were written before. */
  sendTo(target: BodyTarget): void {
    this.target = target;
    for (const part of this.parts) target.write(part);
    this.parts = [];
    this.tellTarget();
  }

  /** Takes all that was written and went to no target. */
  take(): Uint8Array {
    const bytes = concatBytes(this.parts);
    this.parts = [];
    return bytes;
  }

  interest(): Interest {
    return this.isBroken || this.target === undefined ? READY : this.target.interest();
  }

  room(): number {
    if (this.isBroken || this.state !== 'open') closed();
    return this.target?.room() ?? WRITE_BYTES_MAX;
  }

  write(bytes: Uint8Array): void {
    if (this.isBroken || this.state !== 'open') closed();
    const size = this.size + bytes.length;
    if (this.declared !== undefined && size > this.declared) this.break(size);
    if (this.target === undefined && size > HTTP_LIMITS.bodyBytesMax) {
      this.break(HTTP_LIMITS.bodyBytesMax);
    }
    this.size = size;
    if (this.target !== undefined) this.target.write(bytes);
    else if (bytes.length > 0) this.parts.push(bytes);
  }

  flush(): void {
    if (this.isBroken) closed();
    this.target?.flush();
  }

  close(): void {
    this.writers--;
  }

  /** Throws error-code when it is not what was declared, and nothing of it counts then. */
  finish(trailers: HttpHeaders): void {
    const { declared, size } = this;
    if (this.isBroken || (declared !== undefined && declared !== size)) {
      this.abort();
      failHttp({ tag: this.sizeError, val: BigInt(size) });
    }
    this.state = 'finished';
    this.trailers = trailers;
    this.tellTarget();
    this.onEnd();
  }

  /** The program dropped it unfinished. */
  abort(): void {
    if (this.state !== 'open') return;
    this.state = 'aborted';
    this.tellTarget();
    this.onEnd();
  }

  private tellTarget(): void {
    if (this.state === 'finished') this.target?.finish(this.trailers);
    if (this.state === 'aborted') this.target?.abort();
  }

  private break(size: number): never {
    this.isBroken = true;
    this.parts = [];
    failStream({ tag: this.sizeError, val: BigInt(size) });
  }
}

export class OutgoingBody {
  private isTaken = false;

  constructor(
    private readonly port: TimerPort,
    private readonly buffer: BodyBuffer,
  ) {}

  /** Once. */
  write(): OutputStream {
    if (this.isTaken) fail(undefined);
    this.isTaken = true;
    this.buffer.writers++;
    return new OutputStream(this.port, this.buffer);
  }

  static finish(body: OutgoingBody, trailers: Fields | undefined): void {
    body.finish(trailers?.toHeaders() ?? []);
  }

  /** One that was not finished spoils its message. */
  [Symbol.dispose](): void {
    this.buffer.abort();
  }

  private finish(trailers: HttpHeaders): void {
    const { buffer } = this;
    if (buffer.writers > 0) trap('wasi:http: a body was finished before its stream was dropped');
    buffer.finish(trailers);
  }
}
