const CAPACITY_MIN = 1024;
/** A LEB128 number of 32 bits that is padded to its full length, so that it can be filled in later. */
const PADDED_BYTES = 5;
/** Below this many bytes a loop is faster than a view and its copy. */
const COPIED_ONE_BY_ONE_MAX = 24;

const encoder = new TextEncoder();

/** Writes WebAssembly into one buffer that grows. */
export class CodeWriter {
  private buffer: Uint8Array;
  length = 0;

  /** @param capacity how many bytes will probably be written */
  constructor(capacity: number) {
    this.buffer = new Uint8Array(Math.max(capacity, CAPACITY_MIN));
  }

  /** A view of what was written; later writing may or may not show in it. */
  get bytes(): Uint8Array {
    return this.buffer.subarray(0, this.length);
  }

  byte(value: number): void {
    if (this.length === this.buffer.length) this.grow(1);
    this.buffer[this.length++] = value;
  }

  /** An unsigned LEB128 number below 2^32. */
  unsigned(value: number): void {
    let rest = value;
    while (rest >= 0x80) {
      this.byte((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    this.byte(rest);
  }

  /** A signed LEB128 number of 32 bits. */
  signed(value: number): void {
    let rest = value;
    while (rest < -0x40 || rest >= 0x40) {
      this.byte((rest & 0x7f) | 0x80);
      rest >>= 7;
    }
    this.byte(rest & 0x7f);
  }

  /** A signed LEB128 number of 64 bits. */
  signed64(value: bigint): void {
    let rest = value;
    while (rest < -0x40n || rest >= 0x40n) {
      this.byte(Number(rest & 0x7fn) | 0x80);
      rest >>= 7n;
    }
    this.byte(Number(rest & 0x7fn));
  }

  /** One byte after the other. */
  all(bytes: readonly number[]): void {
    for (const byte of bytes) this.byte(byte);
  }

  name(text: string): void {
    const bytes = encoder.encode(text);
    this.unsigned(bytes.length);
    this.copy(bytes, 0, bytes.length);
  }

  /** The bytes of `source` from `start` up to `end`. */
  copy(source: Uint8Array, start: number, end: number): void {
    const count = end - start;
    if (this.length + count > this.buffer.length) this.grow(count);
    if (count > COPIED_ONE_BY_ONE_MAX) {
      this.buffer.set(source.subarray(start, end), this.length);
      this.length += count;
      return;
    }
    const { buffer } = this;
    let to = this.length;
    for (let from = start; from < end; from++) buffer[to++] = source[from] as number;
    this.length = to;
  }

  /** Leaves room for the size of what follows; the mark is for `fillSize`. */
  reserveSize(): number {
    if (this.length + PADDED_BYTES > this.buffer.length) this.grow(PADDED_BYTES);
    this.length += PADDED_BYTES;
    return this.length;
  }

  /** Fills in how many bytes were written since the mark. */
  fillSize(mark: number): void {
    let rest = this.length - mark;
    for (let at = mark - PADDED_BYTES; at < mark - 1; at++) {
      this.buffer[at] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.buffer[mark - 1] = rest;
  }

  private grow(count: number): void {
    const larger = new Uint8Array(Math.max(this.buffer.length * 2, this.length + count));
    larger.set(this.bytes);
    this.buffer = larger;
  }
}
