import type { ByteRange, ByteReader } from '../wasm/index.ts';
import type { DebugSections } from './debug-sections.ts';

/** What decides the size of some values: set by the header of the unit that they are in. */
export interface Encoding {
  readonly version: number;
  /** 4 in 32-bit DWARF, 8 in 64-bit DWARF. */
  readonly offsetBytes: 4 | 8;
  readonly addressBytes: number;
}

/** A value of an attribute, by what it means: DWARF 5, section 7.5.5. */
export type FormValue =
  /** A constant or a flag; one of 64 bits that a number cannot hold has `big`. */
  | { readonly kind: 'number'; readonly number: number; readonly big?: bigint }
  | { readonly kind: 'string'; readonly text: string }
  /** Into the unit's table of strings. */
  | { readonly kind: 'string-index'; readonly index: number }
  | { readonly kind: 'address'; readonly address: number }
  /** Into the unit's table of addresses. */
  | { readonly kind: 'address-index'; readonly index: number }
  /** Bytes of the module: an expression, or a constant. */
  | { readonly kind: 'block'; readonly range: ByteRange }
  /** Into another section. */
  | { readonly kind: 'offset'; readonly offset: number }
  /** Into the unit's table of range lists or location lists. */
  | { readonly kind: 'list-index'; readonly index: number }
  /** An entry, from the start of its unit or of the section. */
  | { readonly kind: 'unit-reference' | 'reference'; readonly offset: number }
  /** The type of a type unit. */
  | { readonly kind: 'signature'; readonly signature: bigint }
  | { readonly kind: 'other' };

type FormReader = (reader: ByteReader, encoding: Encoding, sections: DebugSections) => FormValue;

interface Form {
  readonly read: FormReader;
  /** Steps over a value without making it. */
  readonly skip: (reader: ByteReader, encoding: Encoding, sections: DebugSections) => void;
  /** How many bytes it takes; undefined when the bytes themselves tell. */
  readonly length: (encoding: Encoding) => number | undefined;
}

const OTHER: FormValue = { kind: 'other' };
const PRESENT: FormValue = { kind: 'number', number: 1 };
const WHAT = 'a value';

const bytes = (length: number) => () => length;
const varied = () => undefined;
const offsetLength = ({ offsetBytes }: Encoding) => offsetBytes;
const addressLength = ({ addressBytes }: Encoding) => (addressBytes === 8 ? 8 : 4);
/** Before DWARF 3 a reference to another unit had the size of an address. */
const referenceLength = (encoding: Encoding) =>
  encoding.version > 2 ? offsetLength(encoding) : addressLength(encoding);

/** An unsigned number of so many bytes; one above 2^53-1 is Infinity. */
function unsigned(reader: ByteReader, length: number | undefined): number {
  switch (length) {
    case 1:
      return reader.u8(WHAT);
    case 2:
      return reader.u16(WHAT);
    case 3:
      return reader.u24(WHAT);
    case 4:
      return reader.u32(WHAT);
    case 8:
      return reader.u64(WHAT);
    default:
      return reader.leb64(WHAT);
  }
}

/** A form whose bytes are one unsigned number. */
function numeric(length: Form['length'], value: (number: number) => FormValue): Form {
  return {
    length,
    read: (reader, encoding) => value(unsigned(reader, length(encoding))),
    skip: (reader, encoding) => {
      const fixed = length(encoding);
      if (fixed === undefined) reader.skipLeb(WHAT);
      else reader.skip(fixed, WHAT);
    },
  };
}

const constant = (number: number): FormValue => ({ kind: 'number', number });
const address = (address: number): FormValue => ({ kind: 'address', address });
const offset = (offset: number): FormValue => ({ kind: 'offset', offset });
const unitReference = (offset: number): FormValue => ({ kind: 'unit-reference', offset });
const reference = (offset: number): FormValue => ({ kind: 'reference', offset });
const stringIndex = (index: number): FormValue => ({ kind: 'string-index', index });
const addressIndex = (index: number): FormValue => ({ kind: 'address-index', index });
const listIndex = (index: number): FormValue => ({ kind: 'list-index', index });
const nothing = (): FormValue => OTHER;

function block(readLength: (reader: ByteReader) => number): Form {
  const read = (reader: ByteReader): FormValue => {
    const length = readLength(reader);
    const start = reader.offset;
    reader.skip(length, 'a block');
    return { kind: 'block', range: { start, end: start + length } };
  };
  return { length: varied, read, skip: read };
}

function stringAt(section: '.debug_str' | '.debug_line_str'): Form {
  return {
    ...numeric(offsetLength, offset),
    read: (reader, encoding, sections) => ({
      kind: 'string',
      text: sections.string(section, readOffset(reader, encoding)),
    }),
  };
}

const inlineString: Form = {
  length: varied,
  read: (reader, _, sections) => ({ kind: 'string', text: sections.inlineString(reader) }),
  skip: (reader) => reader.skipCString('a string'),
};

const data8: Form = {
  ...numeric(bytes(8), constant),
  read: (reader) => bigConstant(reader.big64(WHAT)),
};

const signedData: Form = {
  ...numeric(varied, constant),
  read: (reader) => bigConstant(reader.signedBigLeb(WHAT)),
};

const unsignedData: Form = {
  ...numeric(varied, constant),
  read: (reader) => bigConstant(reader.bigLeb(WHAT)),
};

const signature: Form = {
  ...numeric(bytes(8), nothing),
  read: (reader) => ({ kind: 'signature', signature: reader.big64(WHAT) }),
};

const empty = (value: FormValue): Form => ({
  length: bytes(0),
  read: () => value,
  skip: () => {},
});

/** A form that is in front of each value. */
const indirect: Form = {
  length: varied,
  read: (reader, encoding, sections) => directForm(reader).read(reader, encoding, sections),
  skip: (reader, encoding, sections) => directForm(reader).skip(reader, encoding, sections),
};

function directForm(reader: ByteReader): Form {
  const form = formOf(reader, reader.leb64('a form'));
  return form === indirect ? reader.fail('a form leads to one that leads on') : form;
}

function bigConstant(big: bigint): FormValue {
  const number = Number(big);
  if (Number.isSafeInteger(number)) return { kind: 'number', number };
  return { kind: 'number', number: big < 0n ? number : Number.POSITIVE_INFINITY, big };
}

/** Whose value is in the abbreviation. */
export const FORM_IMPLICIT_CONSTANT = 0x21;

/** DW_FORM_* of DWARF 5, section 7.5.6, and the two that split DWARF 4 had before it. */
const FORMS: ReadonlyMap<number, Form> = new Map<number, Form>([
  [0x01, numeric(addressLength, address)],
  [0x03, block((reader) => reader.u16(WHAT))],
  [0x04, block((reader) => reader.u32(WHAT))],
  [0x05, numeric(bytes(2), constant)],
  [0x06, numeric(bytes(4), constant)],
  [0x07, data8],
  [0x08, inlineString],
  [0x09, block((reader) => reader.leb64(WHAT))],
  [0x0a, block((reader) => reader.u8(WHAT))],
  [0x0b, numeric(bytes(1), constant)],
  [0x0c, numeric(bytes(1), constant)],
  [0x0d, signedData],
  [0x0e, stringAt('.debug_str')],
  [0x0f, unsignedData],
  [0x10, numeric(referenceLength, reference)],
  [0x11, numeric(bytes(1), unitReference)],
  [0x12, numeric(bytes(2), unitReference)],
  [0x13, numeric(bytes(4), unitReference)],
  [0x14, numeric(bytes(8), unitReference)],
  [0x15, numeric(varied, unitReference)],
  [0x16, indirect],
  [0x17, numeric(offsetLength, offset)],
  [0x18, block((reader) => reader.leb64(WHAT))],
  [0x19, empty(PRESENT)],
  [0x1a, numeric(varied, stringIndex)],
  [0x1b, numeric(varied, addressIndex)],
  [0x1c, numeric(bytes(4), nothing)],
  [0x1d, numeric(offsetLength, nothing)],
  [0x1e, block(() => 16)],
  [0x1f, stringAt('.debug_line_str')],
  [0x20, signature],
  // An implicit constant has its value in the abbreviation.
  [FORM_IMPLICIT_CONSTANT, empty(OTHER)],
  [0x22, numeric(varied, listIndex)],
  [0x23, numeric(varied, listIndex)],
  [0x24, numeric(bytes(8), nothing)],
  [0x25, numeric(bytes(1), stringIndex)],
  [0x26, numeric(bytes(2), stringIndex)],
  [0x27, numeric(bytes(3), stringIndex)],
  [0x28, numeric(bytes(4), stringIndex)],
  [0x29, numeric(bytes(1), addressIndex)],
  [0x2a, numeric(bytes(2), addressIndex)],
  [0x2b, numeric(bytes(3), addressIndex)],
  [0x2c, numeric(bytes(4), addressIndex)],
  [0x1f01, numeric(varied, addressIndex)],
  [0x1f02, numeric(varied, stringIndex)],
]);

/** Reads one value; throws DebugInfoError for an unknown form, since its size is unknown too. */
export function readForm(
  reader: ByteReader,
  form: number,
  encoding: Encoding,
  sections: DebugSections,
): FormValue {
  return formOf(reader, form).read(reader, encoding, sections);
}

/** Steps over one value; throws DebugInfoError as readForm does. */
export function skipForm(
  reader: ByteReader,
  form: number,
  encoding: Encoding,
  sections: DebugSections,
): void {
  formOf(reader, form).skip(reader, encoding, sections);
}

/** How many bytes every value of a form takes; undefined where they differ. */
export function formLength(form: number, encoding: Encoding): number | undefined {
  return FORMS.get(form)?.length(encoding);
}

function formOf(reader: ByteReader, form: number): Form {
  return FORMS.get(form) ?? reader.fail(`unknown form 0x${form.toString(16)}`);
}

/** Whether values take no bytes: tables must not hold them, or they could be endless. */
export function isEmptyForm(form: number, encoding: Encoding): boolean {
  return formLength(form, encoding) === 0;
}

export function readOffset(reader: ByteReader, { offsetBytes }: { offsetBytes: 4 | 8 }): number {
  return offsetBytes === 8 ? reader.u64('an offset') : reader.u32('an offset');
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
