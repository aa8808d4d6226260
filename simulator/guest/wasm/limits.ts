import type { ByteRange, ByteReader } from './byte-reader.ts';

/** The size of a memory (in pages of 64 KiB) or of a table (in elements). */
export interface Limits {
  readonly min: number;
  /** Absent when the module sets none. */
  readonly max?: number;
  /** For threads; refused by `checkModule`. */
  readonly shared: boolean;
  /** The type of an address or index: i64 for memory64. */
  readonly address: 'i32' | 'i64';
  /** Where the limits are written, flags included. */
  readonly range: ByteRange;
}

const FLAG = { max: 1, shared: 2, address64: 4 };
const FLAGS_MAX = 7;

/** Reads limits; a number above 2^53-1 becomes Infinity, which no engine accepts. */
export function readLimits(reader: ByteReader): Limits {
  const start = reader.offset;
  const flags = reader.u8('limits');
  if (flags > FLAGS_MAX) reader.fail(`limits have unknown flags 0x${flags.toString(16)}`, start);
  const wide = (flags & FLAG.address64) !== 0;
  const min = wide ? reader.leb64('a minimum size') : reader.leb32('a minimum size');
  const sizes = {
    min,
    shared: (flags & FLAG.shared) !== 0,
    address: wide ? 'i64' : 'i32',
  } as const;
  if ((flags & FLAG.max) === 0) return { ...sizes, range: { start, end: reader.offset } };
  const max = wide ? reader.leb64('a maximum size') : reader.leb32('a maximum size');
  return { ...sizes, max, range: { start, end: reader.offset } };
}

/** The bytes that declare these limits. */
export function writeLimits(limits: Omit<Limits, 'range'>): Uint8Array {
  const flags =
    (limits.max === undefined ? 0 : FLAG.max) |
    (limits.shared ? FLAG.shared : 0) |
    (limits.address === 'i64' ? FLAG.address64 : 0);
  const bytes = [flags, ...writeLeb(limits.min)];
  if (limits.max !== undefined) bytes.push(...writeLeb(limits.max));
  return Uint8Array.from(bytes);
}

/** An unsigned LEB128 number, in the fewest bytes; `value` is an integer below 2^53. */
export function writeLeb(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
  return bytes;
}
