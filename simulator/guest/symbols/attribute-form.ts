import type { ByteReader } from '../wasm/index.ts';
import type { DebugSections } from './debug-sections.ts';

/** What decides the size of some values: set by the header of the unit that they are in. */
export interface Encoding {
  readonly version: number;
  /** 4 in 32-bit DWARF, 8 in 64-bit DWARF. */
  readonly offsetBytes: 4 | 8;
  readonly addressBytes: number;
}

/** A value: a number, a string, or the index of a string in the unit's table of strings. */
export type FormValue =
  | { readonly kind: 'number'; readonly number: number }
  | { readonly kind: 'string'; readonly text: string }
  | { readonly kind: 'string-index'; readonly index: number }
  | { readonly kind: 'other' };

const OTHER: FormValue = { kind: 'other' };
const PRESENT: FormValue = { kind: 'number', number: 1 };

type FormReader = (reader: ByteReader, encoding: Encoding, sections: DebugSections) => FormValue;

const number =
  (read: (reader: ByteReader, encoding: Encoding) => number): FormReader =>
  (reader, encoding) => ({ kind: 'number', number: read(reader, encoding) });

const stringIndex =
  (read: (reader: ByteReader) => number): FormReader =>
  (reader) => ({ kind: 'string-index', index: read(reader) });

const block =
  (readLength: (reader: ByteReader) => number): FormReader =>
  (reader) => {
    reader.skip(readLength(reader), 'a block');
    return OTHER;
  };

const stringAt =
  (section: '.debug_str' | '.debug_line_str'): FormReader =>
  (reader, encoding, sections) => {
    const text = sections.string(section, readOffset(reader, encoding));
    return { kind: 'string', text };
  };

const WHAT = 'a value';
const u8 = (reader: ByteReader) => reader.u8(WHAT);
const u16 = (reader: ByteReader) => reader.u16(WHAT);
const u24 = (reader: ByteReader) => reader.u24(WHAT);
const u32 = (reader: ByteReader) => reader.u32(WHAT);
const u64 = (reader: ByteReader) => reader.u64(WHAT);
const leb = (reader: ByteReader) => reader.leb64(WHAT);
const signedLeb = (reader: ByteReader) => reader.signedLeb64(WHAT);

/** DW_FORM_* of DWARF 5, section 7.5.6, and the two that split DWARF 4 had before it. */
const FORMS: ReadonlyMap<number, FormReader> = new Map<number, FormReader>([
  [0x01, number((reader, { addressBytes }) => (addressBytes === 8 ? u64(reader) : u32(reader)))],
  [0x03, block(u16)],
  [0x04, block(u32)],
  [0x05, number(u16)],
  [0x06, number(u32)],
  [0x07, number(u64)],
  [0x08, (reader, _, sections) => ({ kind: 'string', text: sections.inlineString(reader) })],
  [0x09, block(leb)],
  [0x0a, block(u8)],
  [0x0b, number(u8)],
  [0x0c, number(u8)],
  [0x0d, number(signedLeb)],
  [0x0e, stringAt('.debug_str')],
  [0x0f, number(leb)],
  [0x10, number(readReference)],
  [0x11, number(u8)],
  [0x12, number(u16)],
  [0x13, number(u32)],
  [0x14, number(u64)],
  [0x15, number(leb)],
  [0x17, number(readOffset)],
  [0x18, block(leb)],
  [0x19, () => PRESENT],
  [0x1a, stringIndex(leb)],
  [0x1b, number(leb)],
  [0x1c, number(u32)],
  [0x1d, number(readOffset)],
  [0x1e, block(() => 16)],
  [0x1f, stringAt('.debug_line_str')],
  [0x20, number(u64)],
  // An implicit constant has its value in the abbreviation, and no attribute wanted here has one.
  [0x21, () => OTHER],
  [0x22, number(leb)],
  [0x23, number(leb)],
  [0x24, number(u64)],
  [0x25, stringIndex(u8)],
  [0x26, stringIndex(u16)],
  [0x27, stringIndex(u24)],
  [0x28, stringIndex(u32)],
  [0x29, number(u8)],
  [0x2a, number(u16)],
  [0x2b, number(u24)],
  [0x2c, number(u32)],
  [0x1f01, number(leb)],
  [0x1f02, stringIndex(leb)],
]);

/** Forms whose values take no bytes: tables must not hold them, or they could be endless. */
const EMPTY_FORMS: ReadonlySet<number> = new Set([0x19, 0x21]);

export function isEmptyForm(form: number): boolean {
  return EMPTY_FORMS.has(form);
}

/** Reads one value; throws DebugInfoError for an unknown form, since its size is unknown too. */
export function readForm(
  reader: ByteReader,
  form: number,
  encoding: Encoding,
  sections: DebugSections,
): FormValue {
  const read = FORMS.get(form);
  if (read === undefined) return reader.fail(`unknown form 0x${form.toString(16)}`);
  return read(reader, encoding, sections);
}

export function readOffset(reader: ByteReader, { offsetBytes }: { offsetBytes: 4 | 8 }): number {
  return offsetBytes === 8 ? reader.u64('an offset') : reader.u32('an offset');
}

/** Before DWARF 3 a reference to another unit had the size of an address. */
function readReference(reader: ByteReader, encoding: Encoding): number {
  if (encoding.version > 2) return readOffset(reader, encoding);
  return encoding.addressBytes === 8 ? u64(reader) : u32(reader);
}

const DWARF64 = 0xffffffff;
const LENGTH_RESERVED_FIRST = 0xfffffff0;

/** The length that starts every unit: a reader of the unit's rest, and the size of offsets. */
export function readUnit(reader: ByteReader): { unit: ByteReader; offsetBytes: 4 | 8 } {
  const start = reader.offset;
  const short = reader.u32('the length of a unit');
  if (short === DWARF64) {
    return { unit: reader.sub(reader.u64('the length of a unit'), 'a unit'), offsetBytes: 8 };
  }
  if (short >= LENGTH_RESERVED_FIRST) reader.fail('the length of a unit is reserved', start);
  return { unit: reader.sub(short, 'a unit'), offsetBytes: 4 };
}
