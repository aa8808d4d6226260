import type { WasmValue } from '../frame-state.ts';
import { Unavailable } from '../locations/unavailable.ts';
import { type BaseType, bareType, type Type } from '../types/type.ts';
import { typeName } from '../types/type-name.ts';
import { readPointer } from '../values/present-pointer.ts';
import { integerBytes } from '../values/scalar.ts';
import type { Value } from '../values/value.ts';
import { convert, isSigned, type TypedNumber } from './arithmetic.ts';
import { BUILTIN } from './builtin-types.ts';
import { throughReferences } from './evaluate.ts';
import { ExpressionError } from './expression-error.ts';
import { numberBytes, numberOf } from './number-of-value.ts';

/** What to change so that a value becomes another one. */
export type ValueWrite =
  | { readonly kind: 'memory'; readonly address: number; readonly bytes: Uint8Array }
  | { readonly kind: 'local' | 'global'; readonly index: number; readonly value: WasmValue };

/** How `target` becomes what `source` is. Throws ExpressionError when it cannot. */
export function planWrite(target: Value, source: Value): ValueWrite {
  const place = throughReferences(target);
  const bytes = bytesFor(place.type, throughReferences(source));
  const where = place.storage.writePlace(bytes.length);
  if (where === undefined) throw new ExpressionError('it cannot be changed: it is in no place');
  if (where.kind === 'memory') {
    const { bits } = place.options;
    if (bits === undefined) return { kind: 'memory', address: where.address, bytes };
    return { kind: 'memory', address: where.address, bytes: mergeBits(place, bits, bytes) };
  }
  const { kind, index } = where.holder;
  if (kind === 'operand')
    throw new ExpressionError('an operand of an instruction cannot be changed');
  return { kind, index, value: wasmValue(place, bytes) };
}

function bytesFor(type: Type, source: Value): Uint8Array {
  const bare = bareType(type);
  switch (bare.kind) {
    case 'base':
      return numberBytes(fitting(numericSource(source, type), bare), bare);
    case 'enumeration': {
      const number = numericSource(source, type);
      if (number.kind === 'integer') return integerBytes(number.value, bare.byteLength);
      throw new ExpressionError(`a float is no ${typeName(type)}`);
    }
    case 'pointer':
      return integerBytes(addressIn(source, type), bare.byteLength);
    case 'array':
      return arrayBytes(bare.count ?? 0, bareType(bare.element()), source, type);
    default:
      if (typeName(type) === source.typeName) return source.bytes().slice();
      throw new ExpressionError(`${source.typeName} is no ${typeName(type)}`);
  }
}

function numericSource(source: Value, type: Type): TypedNumber {
  const number = numberOf(source);
  if (number !== undefined) return number;
  if (source.missing !== undefined) throw new Unavailable(source.missing);
  throw new ExpressionError(`${source.typeName} is no ${typeName(type)}`);
}

function addressIn(source: Value, type: Type): bigint {
  const bare = bareType(source.type);
  if (bare.kind === 'pointer') return BigInt(readPointer(source, bare));
  const number = numericSource(source, type);
  if (number.kind === 'integer' && number.value >= 0n && number.value <= 0xffffffffn) {
    return number.value;
  }
  throw new ExpressionError(`${number.value} is no address`);
}

/** The number in a type that holds it. */
function fitting(number: TypedNumber, type: BaseType): TypedNumber {
  if (type.encoding === 'float') {
    if (type.byteLength !== 4 && type.byteLength !== 8) {
      throw new ExpressionError(`a ${type.name} cannot be written`);
    }
    return convert(number, type);
  }
  const converted = convert(number, type);
  if (Number(converted.value) === Number(number.value)) return converted;
  const bits = BigInt(type.byteLength * 8);
  const signed = isSigned(type);
  const largest = type.encoding === 'boolean' ? 1n : (1n << (signed ? bits - 1n : bits)) - 1n;
  const smallest = signed ? -(1n << (bits - 1n)) : 0n;
  throw new ExpressionError(
    `${number.value} does not fit ${type.name} (${smallest} to ${largest})`,
  );
}

/** A text into an array of characters, with zeros after it; or an array of the same type. */
function arrayBytes(
  count: number,
  element: ReturnType<typeof bareType>,
  source: Value,
  type: Type,
): Uint8Array {
  const text = source.string();
  const isText = element.kind === 'base' && element.byteLength === BUILTIN.char.byteLength;
  if (text === undefined || !isText) {
    if (typeName(type) === source.typeName) return source.bytes().slice();
    throw new ExpressionError(`${source.typeName} is no ${typeName(type)}`);
  }
  const characters = new TextEncoder().encode(text);
  if (characters.length > count) {
    throw new ExpressionError(
      `the text has ${characters.length} bytes, and there is room for ${count}`,
    );
  }
  const bytes = new Uint8Array(count);
  bytes.set(characters);
  return bytes;
}

/** The bytes that hold a bit field, with the field changed and what is around it as it is. */
function mergeBits(
  target: Value,
  { first, count }: { readonly first: number; readonly count: number },
  bytes: Uint8Array,
): Uint8Array {
  const wanted = littleEndian(bytes);
  const mask = (1n << BigInt(count)) - 1n;
  const type = bareType(target.type);
  const signed = type.kind === 'base' && isSigned(type);
  const field = wanted & mask;
  const back = signed ? BigInt.asIntN(count, field) : field;
  const meant = signed ? BigInt.asIntN(bytes.length * 8, wanted) : wanted;
  if (back !== meant) throw new ExpressionError(`${meant} does not fit ${count} bits`);
  const length = Math.ceil((first + count) / 8);
  const around = littleEndian(target.storage.read(0, length)) & ~(mask << BigInt(first));
  return integerBytes(around | (field << BigInt(first)), length);
}

function littleEndian(bytes: Uint8Array): bigint {
  return bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
}

/** What a local or global of WebAssembly must be to hold these bytes. */
function wasmValue(target: Value, bytes: Uint8Array): WasmValue {
  const type = bareType(target.type);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (type.kind === 'base' && type.encoding === 'float') {
    if (bytes.length === 4) return { type: 'f32', value: view.getFloat32(0, true) };
    if (bytes.length === 8) return { type: 'f64', value: view.getFloat64(0, true) };
  }
  const bits = bytes.length * 8;
  const signed = type.kind === 'base' && isSigned(type);
  const number = signed ? BigInt.asIntN(bits, littleEndian(bytes)) : littleEndian(bytes);
  if (bits > 64) throw new ExpressionError('it is in more than one place');
  if (bits === 64) return { type: 'i64', value: BigInt.asIntN(64, number) };
  return { type: 'i32', value: Number(BigInt.asIntN(32, number)) };
}
