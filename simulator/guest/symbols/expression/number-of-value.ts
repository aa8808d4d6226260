import { BytesStorage } from '../locations/storage.ts';
import { type BaseType, bareType, type Type } from '../types/type.ts';
import { integerBytes, readFloat, readInteger } from '../values/scalar.ts';
import { Value } from '../values/value.ts';
import type { ValueWorld } from '../values/value-world.ts';
import { isSigned, type TypedNumber } from './arithmetic.ts';

/** The number that a value is; undefined when it is none. Throws Unavailable. */
export function numberOf(value: Value): TypedNumber | undefined {
  const type = bareType(value.type);
  if (type.kind === 'base') {
    return type.encoding === 'float'
      ? { type, kind: 'float', value: readFloat(value, type.byteLength) }
      : { type, kind: 'integer', value: readInteger(value, type.byteLength, isSigned(type)) };
  }
  if (type.kind !== 'enumeration') return undefined;
  const base: BaseType = {
    kind: 'base',
    name: 'int',
    byteLength: type.byteLength,
    encoding: type.signed ? 'signed' : 'unsigned',
  };
  const number = readInteger(value, type.byteLength, type.signed);
  return { type: base, kind: 'integer', value: number };
}

/** A value that is in no memory. */
export function valueOfNumber(number: TypedNumber, world: ValueWorld): Value {
  return temporary(number.type, numberBytes(number, number.type), world);
}

export function temporary(type: Type, bytes: Uint8Array, world: ValueWorld): Value {
  return new Value(type, new BytesStorage(bytes), world);
}

/** The number as a value of `type` has it in memory; the type must be able to hold it. */
export function numberBytes(number: TypedNumber, type: BaseType): Uint8Array {
  if (type.encoding !== 'float') return integerBytes(BigInt(number.value), type.byteLength);
  const bytes = new Uint8Array(type.byteLength);
  const view = new DataView(bytes.buffer);
  if (type.byteLength === 4) view.setFloat32(0, Number(number.value), true);
  else if (type.byteLength === 8) view.setFloat64(0, Number(number.value), true);
  return bytes;
}
