import { GuestError } from './guest-error.ts';

/** Entries of one scatter-gather list, as POSIX's IOV_MAX; more is `inval`. */
export const IOVECS_MAX = 1024;

/** The most bytes that one call moves; a longer read or write is answered with a part. */
export const TRANSFER_BYTES_MAX = 16 * 1024 * 1024;

/** A list of buffers in guest memory; every one of them lies inside. */
export interface Buffers {
  readonly list: readonly { readonly pointer: number; readonly length: number }[];
  /** Bytes altogether, at most TRANSFER_BYTES_MAX. */
  readonly total: number;
}

const EMPTY = new Uint8Array(0);
/** Shared, since making one costs more than a whole replay; it keeps nothing between calls. */
const DECODER = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const ENCODER = new TextEncoder();
const TWO_TO_32 = 2 ** 32;

/** A text as bytes of the guest. */
export function utf8(text: string): Uint8Array {
  return ENCODER.encode(text);
}

/**
 * The guest's memory as host calls see it. Pointers are i32 as Wasm passes them, so they may be
 * negative. Each method throws GuestError `fault` when it would leave the memory.
 *
 * G1: a view is never used after the memory grew; growth detaches the buffer, and a detached
 * array has length 0.
 */
export class GuestMemory {
  private readonly source: () => WebAssembly.Memory;
  private memory: WebAssembly.Memory | undefined;
  private held: Uint8Array = EMPTY;
  private heldView = new DataView(EMPTY.buffer);

  /** `source` is asked once, by the first call that touches memory. */
  constructor(source: () => WebAssembly.Memory) {
    this.source = source;
  }

  /** Checks a range and returns its start as a non-negative number. */
  check(pointer: number, length: number): number {
    const start = pointer >>> 0;
    if (start + length > this.bytes().length) {
      throw new GuestError('fault', `${length} bytes at ${start} are outside the memory`);
    }
    return start;
  }

  /** A view of a range, good until the guest runs again. */
  range(pointer: number, length: number): Uint8Array {
    const start = this.check(pointer, length >>> 0);
    return this.held.subarray(start, start + (length >>> 0));
  }

  u8(pointer: number): number {
    return this.view(pointer, 1).getUint8(pointer >>> 0);
  }

  u16(pointer: number): number {
    return this.view(pointer, 2).getUint16(pointer >>> 0, true);
  }

  u32(pointer: number): number {
    return this.view(pointer, 4).getUint32(pointer >>> 0, true);
  }

  u64(pointer: number): bigint {
    return this.view(pointer, 8).getBigUint64(pointer >>> 0, true);
  }

  setU8(pointer: number, value: number): void {
    this.view(pointer, 1).setUint8(pointer >>> 0, value);
  }

  setU16(pointer: number, value: number): void {
    this.view(pointer, 2).setUint16(pointer >>> 0, value, true);
  }

  setU32(pointer: number, value: number): void {
    this.view(pointer, 4).setUint32(pointer >>> 0, value, true);
  }

  setU64(pointer: number, value: bigint): void {
    this.view(pointer, 8).setBigUint64(pointer >>> 0, value, true);
  }

  /** Writes a decimal number modulo 2^64: the fast way from a journaled clock reading. */
  setDecimalU64(pointer: number, decimal: string): void {
    const view = this.view(pointer, 8);
    const start = pointer >>> 0;
    if (decimal.length > 19 || decimal.charCodeAt(0) === MINUS) {
      view.setBigUint64(start, BigInt.asUintN(64, BigInt(decimal)), true);
      return;
    }
    const split = Math.max(0, decimal.length - 9);
    const upper = digits(decimal, 0, split);
    const lower = digits(decimal, split, decimal.length);
    // upper * 10^9 + lower, with 16 bits of it at a time, so that nothing passes 2^53. Division
    // and Math.floor are far cheaper than the remainder of doubles.
    const upperHigh = Math.floor(upper / 65536);
    const carried = upperHigh * 1e9;
    const carriedHigh = Math.floor(carried / 65536);
    const carriedLow = carried - carriedHigh * 65536;
    const bottom = carriedLow * 65536 + (upper - upperHigh * 65536) * 1e9 + lower;
    const bottomHigh = Math.floor(bottom / TWO_TO_32);
    view.setUint32(start, bottom - bottomHigh * TWO_TO_32, true);
    view.setUint32(start + 4, carriedHigh + bottomHigh, true);
  }

  /** A string in UTF-8; anything else is `ilseq`. */
  text(pointer: number, length: number): string {
    const bytes = this.range(pointer, length);
    if (bytes.length <= ASCII_BYTES_MAX && isAscii(bytes)) {
      return String.fromCharCode.apply(null, bytes as unknown as number[]);
    }
    try {
      return DECODER.decode(bytes);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      throw new GuestError('ilseq', 'the text is not valid UTF-8');
    }
  }

  set(pointer: number, bytes: Uint8Array): void {
    this.range(pointer, bytes.length).set(bytes);
  }

  /** Reads an array of iovec or ciovec and checks every buffer in it. */
  buffers(pointer: number, count: number): Buffers {
    if (count >>> 0 > IOVECS_MAX) {
      throw new GuestError('inval', `${count >>> 0} buffers are more than ${IOVECS_MAX}`);
    }
    const start = this.check(pointer, count * 8);
    const list = [];
    let total = 0;
    for (let index = 0; index < count; index++) {
      const at = this.u32(start + index * 8);
      const length = this.u32(start + index * 8 + 4);
      list.push({ pointer: this.check(at, length), length });
      total += length;
    }
    return { list, total: Math.min(total, TRANSFER_BYTES_MAX) };
  }

  /** Copies the first `length` bytes out of the buffers. */
  gather(buffers: Buffers, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    let done = 0;
    for (const buffer of buffers.list) {
      if (done === length) break;
      const part = this.range(buffer.pointer, Math.min(buffer.length, length - done));
      bytes.set(part, done);
      done += part.length;
    }
    return bytes;
  }

  /** Fills the buffers in their order; returns how many bytes had room. */
  scatter(buffers: Buffers, bytes: Uint8Array): number {
    let done = 0;
    for (const buffer of buffers.list) {
      if (done === bytes.length) break;
      const part = bytes.subarray(done, done + buffer.length);
      this.set(buffer.pointer, part);
      done += part.length;
    }
    return done;
  }

  private bytes(): Uint8Array {
    return this.held.length === 0 ? this.refresh() : this.held;
  }

  private view(pointer: number, length: number): DataView {
    if ((pointer >>> 0) + length > this.held.length) {
      // Outside, or grown since; check refreshes and throws if it is really outside.
      this.check(pointer, length);
    }
    return this.heldView;
  }

  private refresh(): Uint8Array {
    this.memory ??= this.source();
    this.held = new Uint8Array(this.memory.buffer);
    this.heldView = new DataView(this.memory.buffer);
    return this.held;
  }
}

/** Texts up to this long are looked at first: most are ASCII, for which a decoder is slow. */
const ASCII_BYTES_MAX = 256;

function isAscii(bytes: Uint8Array): boolean {
  for (let index = 0; index < bytes.length; index++) {
    if ((bytes[index] as number) > 0x7f) return false;
  }
  return true;
}

const MINUS = 0x2d;
const ZERO = 0x30;

function digits(text: string, from: number, to: number): number {
  let value = 0;
  for (let index = from; index < to; index++) value = value * 10 + text.charCodeAt(index) - ZERO;
  return value;
}
