import type { ByteReader } from '../wasm/index.ts';
import { readAlias, readDescription, readExternName } from './read-extern.ts';
import { Scope, type TypeDefinition, type TypeMeasure } from './scope.ts';
import type { Primitive, WitCase, WitField, WitFunction, WitType } from './wit-type.ts';

/** How deep a type may nest; more is an attack on whoever walks it. */
export const TYPE_DEPTH_MAX = 100;
/** How many parts one type may have, those of its parts included. */
const PARTS_MAX = 100_000;
/** Scopes inside scopes: components in components and types of them. */
export const SCOPE_DEPTH_MAX = 32;

const PRIMITIVE_CODES = new Map<number, Primitive>([
  [0x7f, 'bool'],
  [0x7e, 's8'],
  [0x7d, 'u8'],
  [0x7c, 's16'],
  [0x7b, 'u16'],
  [0x7a, 's32'],
  [0x79, 'u32'],
  [0x78, 's64'],
  [0x77, 'u64'],
  [0x76, 'f32'],
  [0x75, 'f64'],
  [0x74, 'char'],
  [0x73, 'string'],
]);
const ERROR_CONTEXT = 0x64;
const SIMPLE: TypeMeasure = { depth: 1, size: 1 };

/** A value type with how deep it nests and how long it is when it is written out. */
interface Measured extends TypeMeasure {
  readonly type: WitType;
}

/** Reads one definition of a type and gives what its index names. */
export function readType(reader: ByteReader, scope: Scope, level: number): TypeDefinition {
  const at = reader.offset;
  const code = reader.u8('a type');
  switch (code) {
    case 0x3f:
      reader.u8('the representation of a resource');
      if (readFlag(reader)) reader.leb32('the destructor of a resource');
      return { kind: 'other' };
    case 0x40:
      return { kind: 'function', type: readFunction(reader, scope, false) };
    case 0x43:
      return { kind: 'function', type: readFunction(reader, scope, true) };
    case 0x41:
    case 0x42:
      return readScopeType(reader, scope, level, code === 0x41);
    default: {
      return { kind: 'value', ...readValueType(reader, scope, code, at) };
    }
  }
}

function readFunction(reader: ByteReader, scope: Scope, isAsync: boolean): WitFunction {
  const params = readFields(reader, scope).fields;
  const hasNoResult = readFlag(reader);
  if (!hasNoResult) return { params, result: readReference(reader, scope).type, isAsync };
  const named = reader.leb32('the number of results');
  if (named > 0) reader.fail('a function has named results');
  return { params, result: undefined, isAsync };
}

/** The type of an instance or a component: declarations with index spaces of their own. */
function readScopeType(
  reader: ByteReader,
  parent: Scope,
  level: number,
  isComponent: boolean,
): TypeDefinition {
  if (level >= SCOPE_DEPTH_MAX) reader.fail(`types nest deeper than ${SCOPE_DEPTH_MAX} levels`);
  const scope = new Scope(parent);
  const count = reader.count('the number of declarations', PARTS_MAX);
  for (let index = 0; index < count; index++) {
    const at = reader.offset;
    const code = reader.u8('a declaration');
    if (code === 0x01) {
      scope.types.push(readType(reader, scope, level + 1));
    } else if (code === 0x02) {
      readAlias(reader, scope);
    } else if (code === 0x03 || code === 0x04) {
      const name = readExternName(reader);
      const item = readDescription(reader, scope);
      scope.define(item);
      if (code === 0x04) scope.exports.set(name, item);
    } else {
      reader.fail(`there is no declaration with the code ${code}`, at);
    }
  }
  return isComponent ? { kind: 'other' } : { kind: 'instance', exports: scope.exports };
}

function readValueType(reader: ByteReader, scope: Scope, code: number, at: number): Measured {
  const primitive = PRIMITIVE_CODES.get(code);
  if (primitive !== undefined) return { type: { kind: primitive }, ...SIMPLE };
  switch (code) {
    case 0x72: {
      const { fields, parts } = readFields(reader, scope);
      return whole(reader, { kind: 'record', fields }, parts);
    }
    case 0x71:
      return readVariant(reader, scope);
    case 0x70:
    case 0x67: {
      const part = readReference(reader, scope);
      const length = code === 0x67 ? reader.leb32('the length of a list') : undefined;
      return whole(reader, { kind: 'list', element: part.type, length }, [part]);
    }
    case 0x6f: {
      const parts = readMany(reader, () => readReference(reader, scope));
      const elements = parts.map(({ type }) => type);
      return whole(reader, { kind: 'tuple', elements }, parts);
    }
    case 0x6e:
    case 0x6d: {
      const names = readMany(reader, () => reader.name('a name'));
      return whole(reader, { kind: code === 0x6e ? 'flags' : 'enum', names }, []);
    }
    case 0x6b: {
      const part = readReference(reader, scope);
      return whole(reader, { kind: 'option', some: part.type }, [part]);
    }
    case 0x6a: {
      const ok = readOptional(reader, scope);
      const err = readOptional(reader, scope);
      const parts = [ok, err].filter((part) => part !== undefined);
      return whole(reader, { kind: 'result', ok: ok?.type, err: err?.type }, parts);
    }
    default:
      return { type: readHandle(reader, scope, code, at), ...SIMPLE };
  }
}

function readHandle(reader: ByteReader, scope: Scope, code: number, at: number): WitType {
  switch (code) {
    case 0x69:
    case 0x68:
      reader.leb32('the index of a resource type');
      return { kind: 'handle', what: 'a resource' };
    case 0x66:
    case 0x65:
      readOptional(reader, scope);
      return { kind: 'handle', what: code === 0x66 ? 'a stream' : 'a future' };
    case ERROR_CONTEXT:
      return { kind: 'handle', what: 'an error context' };
    default:
      return reader.fail(`there is no type with the code 0x${code.toString(16)}`, at);
  }
}

function readVariant(reader: ByteReader, scope: Scope): Measured {
  const parts: Measured[] = [];
  const cases = readMany(reader, (): WitCase => {
    const name = reader.name('the name of a case');
    const payload = readOptional(reader, scope);
    if (payload !== undefined) parts.push(payload);
    if (readFlag(reader)) reader.leb32('the case that is refined');
    return { name, type: payload?.type };
  });
  return whole(reader, { kind: 'variant', cases }, parts);
}

function readFields(
  reader: ByteReader,
  scope: Scope,
): { readonly fields: WitField[]; readonly parts: readonly Measured[] } {
  const parts: Measured[] = [];
  const fields = readMany(reader, (): WitField => {
    const name = reader.name('the name of a field');
    const part = readReference(reader, scope);
    parts.push(part);
    return { name, type: part.type };
  });
  return { fields, parts };
}

/** A primitive type, or the index of a type that was defined before. */
function readReference(reader: ByteReader, scope: Scope): Measured {
  const at = reader.offset;
  const code = reader.bytes[at] ?? 0;
  // Indices are signed LEB128, so that a lone byte from 0x40 on is negative: a primitive.
  if (code >= 0x40 && code < 0x80) {
    reader.u8('a type');
    if (code === ERROR_CONTEXT) return { type: readHandle(reader, scope, code, at), ...SIMPLE };
    const kind = PRIMITIVE_CODES.get(code);
    if (kind === undefined) reader.fail(`there is no primitive 0x${code.toString(16)}`, at);
    return { type: { kind }, ...SIMPLE };
  }
  const index = reader.leb32('the index of a type');
  const found = scope.types[index];
  if (found === undefined) reader.fail(`there is no type ${index}`, at);
  if (found.kind === 'value') return found;
  return reader.fail(`type ${index} is not one of values`, at);
}

function readOptional(reader: ByteReader, scope: Scope): Measured | undefined {
  return readFlag(reader) ? readReference(reader, scope) : undefined;
}

function readFlag(reader: ByteReader): boolean {
  const at = reader.offset;
  const flag = reader.u8('a flag');
  return flag <= 1 ? flag === 1 : reader.fail(`a flag is ${flag}`, at);
}

function readMany<T>(reader: ByteReader, read: () => T): T[] {
  const count = reader.count('the number of parts', PARTS_MAX);
  const parts: T[] = [];
  for (let index = 0; index < count; index++) parts.push(read());
  return parts;
}

/** A type made of parts. */
function whole(reader: ByteReader, type: WitType, parts: readonly Measured[]): Measured {
  const depth = parts.reduce((most, part) => Math.max(most, part.depth), 0) + 1;
  const size = parts.reduce((sum, part) => sum + part.size, 1);
  if (depth > TYPE_DEPTH_MAX) reader.fail(`a type nests deeper than ${TYPE_DEPTH_MAX} levels`);
  if (size > PARTS_MAX) reader.fail(`a type has more than ${PARTS_MAX} parts`);
  return { type, depth, size };
}
