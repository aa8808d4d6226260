/** Makes the error that a reader throws; `offset` counts from the start of the file. */
export type FailureFactory = (message: string, offset: number) => Error;

/** A half-open run of bytes, by offset into the module. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

const LEB32_BYTES_MAX = 5;
const LEB64_BYTES_MAX = 10;
const SAFE_INTEGER_MAX = BigInt(Number.MAX_SAFE_INTEGER);

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const lossyUtf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * Reads little-endian numbers, LEB128 numbers and strings from part of a file. It never reads
 * outside its range, never allocates more than it reads, and reports every failure with its offset.
 */
export class ByteReader {
  offset: number;
  readonly end: number;
  private readonly view: DataView;

  constructor(
    readonly bytes: Uint8Array,
    range: ByteRange,
    private readonly failure: FailureFactory,
  ) {
    this.offset = range.start;
    this.end = range.end;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get remaining(): number {
    return this.end - this.offset;
  }

  get done(): boolean {
    return this.offset >= this.end;
  }

  /** Throws the reader's kind of error at `offset`. */
  fail(message: string, offset: number = this.offset): never {
    throw this.failure(message, offset);
  }

  u8(what: string): number {
    // Most reads are of one byte, so this one does without a call.
    const at = this.offset;
    if (at >= this.end) this.take(1, what);
    this.offset = at + 1;
    return this.bytes[at] as number;
  }

  i8(what: string): number {
    return (this.u8(what) << 24) >> 24;
  }

  u16(what: string): number {
    return this.view.getUint16(this.take(2, what), true);
  }

  u24(what: string): number {
    const at = this.take(3, what);
    return this.view.getUint16(at, true) | ((this.bytes[at + 2] as number) << 16);
  }

  u32(what: string): number {
    return this.view.getUint32(this.take(4, what), true);
  }

  /** An unsigned 64-bit number; one above 2^53-1 is returned as Infinity, which no range holds. */
  u64(what: string): number {
    const value = this.view.getBigUint64(this.take(8, what), true);
    return value > SAFE_INTEGER_MAX ? Number.POSITIVE_INFINITY : Number(value);
  }

  /** An unsigned LEB128 number below 2^32. */
  leb32(what: string): number {
    const start = this.offset;
    let value = this.u8(what);
    if (value < 0x80) return value;
    value &= 0x7f;
    for (let index = 1; index < LEB32_BYTES_MAX; index++) {
      const byte = this.u8(what);
      value += (byte & 0x7f) * 2 ** (7 * index);
      if (byte < 0x80) {
        return value <= 0xffffffff ? value : this.fail(`${what} does not fit 32 bits`, start);
      }
    }
    return this.fail(`${what} is a number of more than ${LEB32_BYTES_MAX} bytes`, start);
  }

  /** An unsigned LEB128 number of up to 64 bits; one above 2^53-1 is returned as Infinity. */
  leb64(what: string): number {
    const start = this.offset;
    let value = this.u8(what);
    if (value < 0x80) return value;
    value &= 0x7f;
    for (let index = 1; index < LEB64_BYTES_MAX; index++) {
      const byte = this.u8(what);
      value += (byte & 0x7f) * 2 ** (7 * index);
      if (byte < 0x80) {
        return value <= Number.MAX_SAFE_INTEGER ? value : Number.POSITIVE_INFINITY;
      }
    }
    return this.fail(`${what} is a number of more than ${LEB64_BYTES_MAX} bytes`, start);
  }

  /** A signed LEB128 number of up to 64 bits; beyond 2^53-1 in size it loses its low bits. */
  signedLeb64(what: string): number {
    const start = this.offset;
    let value = 0;
    for (let index = 0; index < LEB64_BYTES_MAX; index++) {
      const byte = this.u8(what);
      // The last byte carries the sign; adding it signed keeps every partial sum exact.
      if (byte < 0x80) return value + ((byte << 25) >> 25) * 2 ** (7 * index);
      value += (byte & 0x7f) * 2 ** (7 * index);
    }
    return this.fail(`${what} is a number of more than ${LEB64_BYTES_MAX} bytes`, start);
  }

  /** An unsigned 64-bit number. */
  big64(what: string): bigint {
    return this.view.getBigUint64(this.take(8, what), true);
  }

  /** An unsigned LEB128 number of up to 64 bits, exactly. */
  bigLeb(what: string): bigint {
    const start = this.offset;
    const value = this.leb64(what);
    if (value !== Number.POSITIVE_INFINITY) return BigInt(value);
    return BigInt.asUintN(64, this.bigLebBits(start));
  }

  /** A signed LEB128 number of up to 64 bits, exactly. */
  signedBigLeb(what: string): bigint {
    const start = this.offset;
    const value = this.signedLeb64(what);
    if (Number.isSafeInteger(value)) return BigInt(value);
    return BigInt.asIntN(Math.min(64, 7 * (this.offset - start)), this.bigLebBits(start));
  }

  /** The bits of the LEB128 number that was just read, which began at `start`. */
  private bigLebBits(start: number): bigint {
    let bits = 0n;
    for (let at = this.offset - 1; at >= start; at--) {
      bits = (bits << 7n) | BigInt((this.bytes[at] as number) & 0x7f);
    }
    return bits;
  }

  /** The number of items in a vector whose items take at least one byte each. */
  count(what: string, countMax: number): number {
    const start = this.offset;
    const count = this.leb32(what);
    if (count > countMax) this.fail(`${what} is ${count}, more than the limit ${countMax}`, start);
    if (count > this.remaining) {
      this.fail(`${what} is ${count}, but only ${this.remaining} bytes follow`, start);
    }
    return count;
  }

  /** A length-prefixed string that must be UTF-8. */
  name(what: string): string {
    const start = this.offset;
    const length = this.leb32(what);
    const raw = this.slice(length, what);
    try {
      return utf8.decode(raw);
    } catch {
      return this.fail(`${what} is not UTF-8`, start);
    }
  }

  /** A length-prefixed string; bytes that are not UTF-8 are replaced by U+FFFD. */
  lossyName(what: string): string {
    const length = this.leb32(what);
    return lossyUtf8.decode(this.slice(length, what));
  }

  /** A zero-terminated string of at most `lengthMax` bytes; a longer one is cut there. */
  cString(what: string, lengthMax: number): string {
    const start = this.offset;
    const rest = this.bytes.subarray(start, this.end);
    const length = rest.indexOf(0);
    if (length === -1) this.fail(`${what} has no end`, start);
    this.offset = start + length + 1;
    return lossyUtf8.decode(rest.subarray(0, Math.min(length, lengthMax)));
  }

  /** Steps over a zero-terminated string. */
  skipCString(what: string): void {
    const end = this.bytes.indexOf(0, this.offset);
    if (end === -1 || end >= this.end) this.fail(`${what} has no end`);
    this.offset = end + 1;
  }

  /** Steps over a LEB128 number of up to 64 bits. */
  skipLeb(what: string): void {
    const start = this.offset;
    for (let index = 0; index < LEB64_BYTES_MAX; index++) {
      if (this.u8(what) < 0x80) return;
    }
    this.fail(`${what} is a number of more than ${LEB64_BYTES_MAX} bytes`, start);
  }

  /** A view of the next `length` bytes, not a copy. */
  slice(length: number, what: string): Uint8Array {
    const at = this.take(length, what);
    return this.bytes.subarray(at, at + length);
  }

  skip(length: number, what: string): void {
    this.take(length, what);
  }

  /** A reader of the next `length` bytes, which this reader steps over. */
  sub(length: number, what: string): ByteReader {
    const start = this.take(length, what);
    return new ByteReader(this.bytes, { start, end: start + length }, this.failure);
  }

  private take(length: number, what: string): number {
    const at = this.offset;
    // Also catches a length that damage made negative or not a number.
    if (!(length >= 0 && length <= this.end - at)) {
      this.fail(`${what} takes ${length} bytes, but only ${this.end - at} are left`, at);
    }
    this.offset = at + length;
    return at;
  }
}
