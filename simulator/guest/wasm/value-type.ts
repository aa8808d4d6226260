import type { ByteReader } from './byte-reader.ts';

/** A type as people write it: `i32`, `funcref`, `(ref null 3)`. */
export type ValueType = string;

/** Value types and heap types of one byte; `gc` marks those that only garbage collection has. */
const SHORT_TYPES: ReadonlyMap<number, { text: string; heap?: string; gc?: true }> = new Map([
  [0x7f, { text: 'i32' }],
  [0x7e, { text: 'i64' }],
  [0x7d, { text: 'f32' }],
  [0x7c, { text: 'f64' }],
  [0x7b, { text: 'v128' }],
  [0x74, { text: 'nullexnref', heap: 'noexn' }],
  [0x73, { text: 'nullfuncref', heap: 'nofunc' }],
  [0x72, { text: 'nullexternref', heap: 'noextern' }],
  [0x71, { text: 'nullref', heap: 'none', gc: true }],
  [0x70, { text: 'funcref', heap: 'func' }],
  [0x6f, { text: 'externref', heap: 'extern' }],
  [0x6e, { text: 'anyref', heap: 'any', gc: true }],
  [0x6d, { text: 'eqref', heap: 'eq', gc: true }],
  [0x6c, { text: 'i31ref', heap: 'i31', gc: true }],
  [0x6b, { text: 'structref', heap: 'struct', gc: true }],
  [0x6a, { text: 'arrayref', heap: 'array', gc: true }],
  [0x69, { text: 'exnref', heap: 'exn' }],
]);

const REF = 0x64;
const REF_NULL = 0x63;

/** Called with the offset of every type that only garbage collection has. */
export type GcListener = (offset: number, what: string) => void;

export function readValueType(reader: ByteReader, onGc: GcListener): ValueType {
  const start = reader.offset;
  const byte = reader.u8('a value type');
  if (byte === REF) return `(ref ${readHeapType(reader, onGc)})`;
  if (byte === REF_NULL) return `(ref null ${readHeapType(reader, onGc)})`;
  const short = SHORT_TYPES.get(byte);
  if (short === undefined) reader.fail(`0x${byte.toString(16)} is not a value type`, start);
  if (short.gc) onGc(start, `the type ${short.text}`);
  return short.text;
}

export function readValueTypes(
  reader: ByteReader,
  onGc: GcListener,
  countMax: number,
): ValueType[] {
  const count = reader.count('the number of types', countMax);
  return Array.from({ length: count }, () => readValueType(reader, onGc));
}

/** The name of an abstract heap type, or the index of a defined type. */
function readHeapType(reader: ByteReader, onGc: GcListener): string {
  const start = reader.offset;
  const value = reader.signedLeb64('a heap type');
  if (value >= 0) return String(value);
  const short = SHORT_TYPES.get(value + 0x80);
  if (short?.heap === undefined) reader.fail('unknown heap type', start);
  if (short.gc) onGc(start, `the type ${short.text}`);
  return short.heap;
}
