/** wasi:io/streams and wasi:io/error: bytes in and out, whatever is behind them. */
import { waitForAny } from '../waiting.ts';
import { fail, trap } from './component-error.ts';
import type { HostInterface } from './host.ts';
import { Pollable, type Waitable } from './pollable.ts';
import type { TimerPort } from './timer.ts';

/** Bytes taken by one read, however many the program asks for. */
export const READ_BYTES_MAX = 64 * 1024;
/** Bytes that a stream without a limit of its own takes at once. */
export const WRITE_BYTES_MAX = 64 * 1024;
/** What blocking-write-and-flush may be given, as its interface has it. */
const BLOCKING_WRITE_BYTES_MAX = 4096;

/** Where an input stream's bytes come from. */
export interface ByteSource extends Waitable {
  /**
   * Up to `length` bytes (at least 1, at most READ_BYTES_MAX), without waiting; none when there
   * are none yet. Throws through `closed` or `failed` at the end.
   */
  read(length: number): Uint8Array;
  /** The same, waiting for at least one byte. */
  blockingRead?(length: number): Uint8Array;
  close?(): void;
}

/** Where an output stream's bytes go. */
export interface ByteSink extends Waitable {
  /** How many bytes it takes now; 0 when it is to be waited for. Throws through `closed`. */
  room(): number;
  write(bytes: Uint8Array): void;
  /** Begins to send what was written; `room` is 0 until that is done. */
  flush(): void;
  close?(): void;
}

/** wasi:io/error: an opaque reason, for people. */
export class IoError {
  constructor(
    private readonly message: string,
    /** What another interface can make of it, such as a filesystem's error code. */
    readonly cause: unknown = undefined,
  ) {}

  toDebugString(): string {
    return this.message;
  }
}

/** Throws stream-error `closed`: the end of an input, or an output that takes no more. */
export function closed(): never {
  fail({ tag: 'closed' });
}

/** Throws stream-error `last-operation-failed`. */
export function failed(message: string, cause?: unknown): never {
  fail({ tag: 'last-operation-failed', val: new IoError(message, cause) });
}

export class InputStream {
  constructor(
    private readonly port: TimerPort,
    private readonly source: ByteSource,
  ) {}

  read(length: bigint): Uint8Array {
    return this.source.read(readLength(length));
  }

  blockingRead(length: bigint): Uint8Array {
    const { source } = this;
    const count = readLength(length);
    if (count === 0) return source.read(0);
    if (source.blockingRead !== undefined) return source.blockingRead(count);
    for (;;) {
      const bytes = source.read(count);
      if (bytes.length > 0) return bytes;
      waitForAny(this.port, [source.interest()]);
    }
  }

  skip(length: bigint): bigint {
    return BigInt(this.read(length).length);
  }

  blockingSkip(length: bigint): bigint {
    return BigInt(this.blockingRead(length).length);
  }

  subscribe(): Pollable {
    return new Pollable(this.port, this.source);
  }

  [Symbol.dispose](): void {
    this.source.close?.();
  }
}

/** The stream that was made last: whoever sees a handle made learns so what it stands for. */
export const outputStreams: { latest: OutputStream | undefined } = { latest: undefined };

export class OutputStream {
  /** What check-write has permitted and was not used. */
  private permitted = 0;

  constructor(
    private readonly port: TimerPort,
    readonly sink: ByteSink,
  ) {
    outputStreams.latest = this;
  }

  checkWrite(): bigint {
    this.permitted = this.sink.room();
    return BigInt(this.permitted);
  }

  write(bytes: Uint8Array): void {
    if (bytes.length > this.permitted) {
      trap(`wrote ${bytes.length} bytes where check-write permitted ${this.permitted}`);
    }
    this.permitted -= bytes.length;
    this.sink.write(bytes);
  }

  blockingWriteAndFlush(bytes: Uint8Array): void {
    if (bytes.length > BLOCKING_WRITE_BYTES_MAX) {
      trap(`blocking-write-and-flush was given ${bytes.length} bytes; it takes 4096`);
    }
    this.writeAll(bytes);
    this.blockingFlush();
  }

  flush(): void {
    this.sink.flush();
  }

  blockingFlush(): void {
    this.sink.flush();
    this.waitForRoom();
  }

  writeZeroes(length: bigint): void {
    if (length > BigInt(this.permitted)) {
      trap(`wrote ${length} zeroes where check-write permitted ${this.permitted}`);
    }
    this.write(new Uint8Array(Number(length)));
  }

  blockingWriteZeroesAndFlush(length: bigint): void {
    if (length > BigInt(BLOCKING_WRITE_BYTES_MAX)) {
      trap(`blocking-write-zeroes-and-flush was given ${length} bytes; it takes 4096`);
    }
    this.blockingWriteAndFlush(new Uint8Array(Number(length)));
  }

  splice(source: InputStream, length: bigint): bigint {
    const room = this.checkWrite();
    const bytes = source.read(length < room ? length : room);
    this.write(bytes);
    return BigInt(bytes.length);
  }

  blockingSplice(source: InputStream, length: bigint): bigint {
    const room = BigInt(this.waitForRoom());
    const bytes = source.blockingRead(length < room ? length : room);
    this.writeAll(bytes);
    return BigInt(bytes.length);
  }

  subscribe(): Pollable {
    return new Pollable(this.port, this.sink);
  }

  [Symbol.dispose](): void {
    this.sink.close?.();
  }

  private writeAll(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      const end = at + Math.min(this.waitForRoom(), bytes.length - at);
      this.sink.write(bytes.subarray(at, end));
      at = end;
    }
  }

  private waitForRoom(): number {
    for (;;) {
      const room = this.sink.room();
      if (room > 0) return room;
      waitForAny(this.port, [this.sink.interest()]);
    }
  }
}

function readLength(length: bigint): number {
  return length > BigInt(READ_BYTES_MAX) ? READ_BYTES_MAX : Number(length);
}

export const streamsInterface: HostInterface = { InputStream, OutputStream };
export const ioErrorInterface: HostInterface = { Error: IoError };
