import { CELL } from './byte-writer.ts';
import type { SqlCell } from './sql-engine.ts';

/** Thrown on bytes that no ByteWriter wrote. */
export class MalformedCellError extends Error {
  override readonly name = 'MalformedCellError';
}

/** Reads what a ByteWriter wrote. Texts come as their UTF-8 bytes: SQL takes them as they are. */
export class ByteReader {
  offset = 0;

  constructor(private readonly bytes: Uint8Array) {}

  get atEnd(): boolean {
    return this.offset >= this.bytes.length;
  }

  byte(): number {
    const value = this.bytes[this.offset];
    if (value === undefined) throw new MalformedCellError(`ends early at byte ${this.offset}`);
    this.offset += 1;
    return value;
  }

  cell(): SqlCell {
    const tag = this.byte();
    if (tag >= CELL.small) return tag - CELL.small;
    switch (tag) {
      case CELL.null:
        return null;
      case CELL.integer32:
        return this.low32();
      case CELL.integer53:
        return this.seven();
      case CELL.negative:
        return -this.seven();
      case CELL.text:
      case CELL.bytes:
        return this.run();
      case CELL.wide:
        return this.wide();
      default:
        throw new MalformedCellError(`unknown cell ${tag} at byte ${this.offset - 1}`);
    }
  }

  private run(): Uint8Array {
    const length = this.varint();
    const start = this.offset;
    if (length > this.bytes.length - start) {
      throw new MalformedCellError(`a run of ${length} bytes at byte ${start} ends early`);
    }
    this.offset = start + length;
    return this.bytes.subarray(start, this.offset);
  }

  /** A decimal: sql.js binds wide integers only as text. */
  private wide(): string {
    this.need(8);
    const { bytes, offset } = this;
    this.offset += 8;
    const view = new DataView(bytes.buffer, bytes.byteOffset + offset, 8);
    return view.getBigInt64(0, true).toString();
  }

  private low32(): number {
    this.need(4);
    const { bytes, offset } = this;
    this.offset = offset + 4;
    return (
      ((bytes[offset] as number) |
        ((bytes[offset + 1] as number) << 8) |
        ((bytes[offset + 2] as number) << 16) |
        ((bytes[offset + 3] as number) << 24)) >>>
      0
    );
  }

  private seven(): number {
    const low = this.low32();
    this.need(3);
    const { bytes, offset } = this;
    this.offset = offset + 3;
    const high =
      (bytes[offset] as number) |
      ((bytes[offset + 1] as number) << 8) |
      ((bytes[offset + 2] as number) << 16);
    return high * 0x100000000 + low;
  }

  private varint(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const next = this.byte();
      value += (next & 0x7f) * 2 ** shift;
      if (next < 128) return value;
    }
    throw new MalformedCellError(`a length at byte ${this.offset} is too long`);
  }

  private need(count: number): void {
    if (this.offset + count > this.bytes.length) {
      throw new MalformedCellError(`ends early at byte ${this.offset}`);
    }
  }
}
