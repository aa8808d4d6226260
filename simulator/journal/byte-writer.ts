import { InvariantError } from '../kernel/assert.ts';

/** The cells that a log is made of; byte values of their tags. Numbers are little-endian. */
export const CELL = {
  null: 0,
  /** Four bytes: an integer from 0 to 2^32-1. */
  integer32: 1,
  /** Seven bytes: an integer from 0 to 2^53-1. */
  integer53: 2,
  /** Seven bytes: the magnitude of a negative integer. */
  negative: 3,
  /** Eight bytes, two's complement. */
  wide: 4,
  /** The length in bytes as a varint (LEB128), then UTF-8. */
  text: 5,
  /** The length in bytes as a varint, then the bytes. */
  bytes: 6,
  /** This tag and all above hold small integers from 0 in themselves. */
  small: 16,
} as const;

const SMALL_INTEGERS = 256 - CELL.small;
/** Nanoseconds are 64-bit integers in SQLite: 292 years. A later instant is written as this one. */
export const INTEGER_MAX = 2n ** 63n - 1n;
const FIRST_BYTES = 1 << 14;
/** The most bytes of a cell without its run, or of a tag and a length. */
const CELL_BYTES_MAX = 9;

/** A growing run of bytes that rows are written to, cell by cell. */
export class ByteWriter {
  private bytes = new Uint8Array(FIRST_BYTES);
  private encoder: TextEncoder | undefined;
  length = 0;

  /** The bytes so far; valid until the next write. */
  view(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }

  private reserve(count: number): void {
    const needed = this.length + count;
    if (needed <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, this.bytes.length * 2));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
  }

  byte(value: number): void {
    this.reserve(1);
    this.bytes[this.length++] = value;
  }

  skip(count: number): void {
    this.reserve(count);
    this.bytes.fill(0, this.length, this.length + count);
    this.length += count;
  }

  null(): void {
    this.byte(CELL.null);
  }

  integer(value: number): void {
    this.reserve(CELL_BYTES_MAX);
    if (value >>> 0 !== value) {
      if (!Number.isSafeInteger(value)) throw new InvariantError(`not below 2^53: ${value}`);
      this.bytes[this.length++] = value < 0 ? CELL.negative : CELL.integer53;
      this.seven(Math.abs(value));
    } else if (value < SMALL_INTEGERS) {
      this.bytes[this.length++] = CELL.small + value;
    } else {
      this.bytes[this.length++] = CELL.integer32;
      this.low32(value);
    }
  }

  private low32(value: number): void {
    const { bytes, length } = this;
    bytes[length] = value;
    bytes[length + 1] = value >>> 8;
    bytes[length + 2] = value >>> 16;
    bytes[length + 3] = value >>> 24;
    this.length = length + 4;
  }

  private seven(value: number): void {
    this.low32(value >>> 0);
    const high = Math.floor(value / 0x100000000);
    const { bytes, length } = this;
    bytes[length] = high;
    bytes[length + 1] = high >>> 8;
    bytes[length + 2] = high >>> 16;
    this.length = length + 3;
  }

  optionalInteger(value: number | undefined): void {
    if (value === undefined) this.null();
    else this.integer(value);
  }

  /** Nanoseconds; see INTEGER_MAX for those beyond it. */
  nanos(value: bigint | undefined): void {
    if (value === undefined) {
      this.null();
      return;
    }
    const number = Number(value);
    if (number >= 0 && number <= Number.MAX_SAFE_INTEGER) {
      this.integer(number);
      return;
    }
    this.reserve(CELL_BYTES_MAX);
    this.bytes[this.length] = CELL.wide;
    const view = new DataView(this.bytes.buffer);
    view.setBigInt64(this.length + 1, value > INTEGER_MAX ? INTEGER_MAX : value, true);
    this.length += 9;
  }

  text(value: string): void {
    const { length } = value;
    // A cell of ASCII, which nearly every cell is, is as long in bytes as in UTF-16 units.
    this.reserve(CELL_BYTES_MAX + length);
    const start = this.length;
    this.bytes[this.length++] = CELL.text;
    this.varint(length);
    const { bytes } = this;
    let at = this.length;
    for (let index = 0; index < length; index++) {
      const unit = value.charCodeAt(index);
      if (unit > 127) {
        this.length = start;
        this.encoder ??= new TextEncoder();
        this.run(CELL.text, this.encoder.encode(value));
        return;
      }
      bytes[at++] = unit;
    }
    this.length = at;
  }

  optionalText(value: string | undefined): void {
    if (value === undefined) this.null();
    else this.text(value);
  }

  blob(value: Uint8Array | undefined): void {
    if (value === undefined) this.null();
    else this.run(CELL.bytes, value);
  }

  private run(tag: number, value: Uint8Array): void {
    this.reserve(CELL_BYTES_MAX + value.length);
    this.bytes[this.length++] = tag;
    this.varint(value.length);
    this.bytes.set(value, this.length);
    this.length += value.length;
  }

  /** The caller has reserved the room. */
  private varint(value: number): void {
    let rest = value;
    while (rest > 0x7f) {
      this.bytes[this.length++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.bytes[this.length++] = rest;
  }
}
