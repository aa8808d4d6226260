import type { ByteReader } from './byte-reader.ts';
import { type GcListener, readValueType, readValueTypes, type ValueType } from './value-type.ts';

export interface FunctionType {
  readonly parameters: readonly ValueType[];
  readonly results: readonly ValueType[];
}

/** What V8 allows (its `wasm-limits.h`); a module beyond it would be refused later anyway. */
export const TYPE_COUNT_MAX = 1_000_000;
const PARAMETER_COUNT_MAX = 1_000;
const FIELD_COUNT_MAX = 10_000;
const SUPERTYPE_COUNT_MAX = 1;

const FORM = { func: 0x60, struct: 0x5f, array: 0x5e, sub: 0x50, subFinal: 0x4f, rec: 0x4e };
const PACKED_I8 = 0x78;
const PACKED_I16 = 0x77;

/** A signature as people write it: `(i32, i64) -> i32`, `() -> ()`. */
export function functionSignature(type: FunctionType): string {
  const results =
    type.results.length === 1 ? (type.results[0] as string) : `(${type.results.join(', ')})`;
  return `(${type.parameters.join(', ')}) -> ${results}`;
}

/**
 * The types of the type section by index; undefined stands for a struct or an array, which
 * `onGc` was told about.
 */
export function readTypes(reader: ByteReader, onGc: GcListener): (FunctionType | undefined)[] {
  const types: (FunctionType | undefined)[] = [];
  const groups = reader.count('the number of types', TYPE_COUNT_MAX);
  for (let group = 0; group < groups; group++) {
    const start = reader.offset;
    const form = reader.u8('a type');
    let members = 1;
    if (form === FORM.rec) members = reader.count('the size of a type group', TYPE_COUNT_MAX);
    else reader.offset = start;
    if (types.length + members > TYPE_COUNT_MAX) {
      reader.fail(`more than ${TYPE_COUNT_MAX} types`, start);
    }
    for (let member = 0; member < members; member++) types.push(readSubtype(reader, onGc));
  }
  return types;
}

function readSubtype(reader: ByteReader, onGc: GcListener): FunctionType | undefined {
  const start = reader.offset;
  const form = reader.u8('a type');
  if (form !== FORM.sub && form !== FORM.subFinal) return readComposite(reader, form, start, onGc);
  const supertypes = reader.count('the number of supertypes', SUPERTYPE_COUNT_MAX);
  for (let index = 0; index < supertypes; index++) reader.leb32('a supertype');
  const inner = reader.offset;
  return readComposite(reader, reader.u8('a type'), inner, onGc);
}

function readComposite(
  reader: ByteReader,
  form: number,
  start: number,
  onGc: GcListener,
): FunctionType | undefined {
  switch (form) {
    case FORM.func: {
      const parameters = readValueTypes(reader, onGc, PARAMETER_COUNT_MAX);
      return { parameters, results: readValueTypes(reader, onGc, PARAMETER_COUNT_MAX) };
    }
    case FORM.struct: {
      onGc(start, 'a struct type');
      const fields = reader.count('the number of fields', FIELD_COUNT_MAX);
      for (let field = 0; field < fields; field++) skipField(reader, onGc);
      return undefined;
    }
    case FORM.array:
      onGc(start, 'an array type');
      skipField(reader, onGc);
      return undefined;
    default:
      return reader.fail(`0x${form.toString(16)} is not a form of type`, start);
  }
}

function skipField(reader: ByteReader, onGc: GcListener): void {
  const start = reader.offset;
  const storage = reader.u8('the type of a field');
  if (storage !== PACKED_I8 && storage !== PACKED_I16) {
    reader.offset = start;
    readValueType(reader, onGc);
  }
  reader.u8('the mutability of a field');
}
