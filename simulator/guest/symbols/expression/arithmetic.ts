import type { BaseType } from '../types/type.ts';
import { BUILTIN } from './builtin-types.ts';
import { ExpressionError } from './expression-error.ts';
import type { BinaryOperator } from './syntax.ts';

/** A number with its type: a bigint for integers, booleans and characters. */
export type TypedNumber =
  | { readonly type: BaseType; readonly kind: 'integer'; readonly value: bigint }
  | { readonly type: BaseType; readonly kind: 'float'; readonly value: number };

export function integer(value: bigint, type: BaseType = BUILTIN.int): TypedNumber {
  return { type, kind: 'integer', value: wrap(value, type) };
}

export function float(value: number, type: BaseType = BUILTIN.double): TypedNumber {
  return { type, kind: 'float', value: type.byteLength === 4 ? Math.fround(value) : value };
}

export function truth(holds: boolean): TypedNumber {
  return integer(holds ? 1n : 0n, BUILTIN.bool);
}

export function isTrue({ value }: TypedNumber): boolean {
  return value !== 0n && value !== 0;
}

export function isSigned({ encoding }: BaseType): boolean {
  return encoding === 'signed' || encoding === 'signed-character';
}

/** The integer as far as the type holds it, as C has it. */
function wrap(value: bigint, type: BaseType): bigint {
  if (type.encoding === 'boolean') return value === 0n ? 0n : 1n;
  const bits = type.byteLength * 8;
  return isSigned(type) ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value);
}

/** The number as another type has it, as a cast of C does. Throws ExpressionError. */
export function convert(number: TypedNumber, type: BaseType): TypedNumber {
  if (type.encoding === 'float') return float(Number(number.value), type);
  if (number.kind === 'integer') return integer(number.value, type);
  if (type.encoding === 'boolean') return integer(number.value === 0 ? 0n : 1n, type);
  if (!Number.isFinite(number.value)) {
    throw new ExpressionError(`${number.value} is no ${type.name}`);
  }
  return integer(BigInt(Math.trunc(number.value)), type);
}

/** Integers shorter than `int` are computed as `int`: C11, section 6.3.1.1. */
export function promote(number: TypedNumber): TypedNumber {
  if (number.kind === 'float') return number;
  const isShort = number.type.byteLength < BUILTIN.int.byteLength;
  return isShort ? { ...number, type: BUILTIN.int } : number;
}

/** So does a bit field of so many bits, if `int` holds all that it can be. */
export function promoteBits(number: TypedNumber, count: number): TypedNumber {
  const room = BUILTIN.int.byteLength * 8 - (isSigned(number.type) ? 0 : 1);
  return number.kind === 'integer' && count <= room ? { ...number, type: BUILTIN.int } : number;
}

/** Both as the type in which C computes with them: C11, section 6.3.1.8. Throws ExpressionError. */
export function balance(one: TypedNumber, other: TypedNumber): [TypedNumber, TypedNumber] {
  const left = promote(one);
  const right = promote(other);
  const type = commonType(left, right);
  return [convert(left, type), convert(right, type)];
}

function commonType(left: TypedNumber, right: TypedNumber): BaseType {
  if (left.kind === 'float' || right.kind === 'float') {
    const floats = [left, right].filter(({ kind }) => kind === 'float');
    return floats.every(({ type }) => type.byteLength === 4) ? BUILTIN.float : BUILTIN.double;
  }
  const bytes = Math.max(left.type.byteLength, right.type.byteLength);
  const unsigned = [left, right].some(({ type }) => type.byteLength === bytes && !isSigned(type));
  return integerType(bytes, !unsigned);
}

function integerType(bytes: number, signed: boolean): BaseType {
  if (bytes <= 4) return signed ? BUILTIN.int : BUILTIN.unsigned;
  if (bytes <= 8) return signed ? BUILTIN.longLong : BUILTIN.unsignedLongLong;
  return signed ? BUILTIN.int128 : BUILTIN.unsigned128;
}

type Compute<T> = (left: T, right: T) => T;
type Compare = (left: bigint | number, right: bigint | number) => boolean;

const COMPARISONS: ReadonlyMap<BinaryOperator, Compare> = new Map<BinaryOperator, Compare>([
  ['==', (left, right) => left === right],
  ['!=', (left, right) => left !== right],
  ['<', (left, right) => left < right],
  ['<=', (left, right) => left <= right],
  ['>', (left, right) => left > right],
  ['>=', (left, right) => left >= right],
]);

const INTEGERS: ReadonlyMap<BinaryOperator, Compute<bigint>> = new Map<
  BinaryOperator,
  Compute<bigint>
>([
  ['+', (left, right) => left + right],
  ['-', (left, right) => left - right],
  ['*', (left, right) => left * right],
  ['/', (left, right) => left / divisor(right)],
  ['%', (left, right) => left % divisor(right)],
  ['&', (left, right) => left & right],
  ['|', (left, right) => left | right],
  ['^', (left, right) => left ^ right],
]);

const FLOATS: ReadonlyMap<BinaryOperator, Compute<number>> = new Map<
  BinaryOperator,
  Compute<number>
>([
  ['+', (left, right) => left + right],
  ['-', (left, right) => left - right],
  ['*', (left, right) => left * right],
  ['/', (left, right) => left / right],
]);

/** Two numbers put together as C does it; `&&` and `||` are not of these. Throws ExpressionError. */
export function compute(
  operator: BinaryOperator,
  one: TypedNumber,
  other: TypedNumber,
): TypedNumber {
  if (operator === '<<' || operator === '>>') return shift(operator, promote(one), promote(other));
  const [left, right] = balance(one, other);
  const compare = COMPARISONS.get(operator);
  if (compare !== undefined) return truth(compare(left.value, right.value));
  if (left.kind === 'integer' && right.kind === 'integer') {
    const combine = INTEGERS.get(operator);
    if (combine !== undefined) return integer(combine(left.value, right.value), left.type);
  }
  const combine = FLOATS.get(operator);
  if (combine === undefined) throw new ExpressionError(`${operator} is not for floats`);
  return float(combine(Number(left.value), Number(right.value)), left.type);
}

function shift(operator: '<<' | '>>', left: TypedNumber, right: TypedNumber): TypedNumber {
  if (left.kind === 'float' || right.kind === 'float') {
    throw new ExpressionError(`${operator} is not for floats`);
  }
  const bits = left.type.byteLength * 8;
  if (right.value < 0n || right.value >= BigInt(bits)) {
    throw new ExpressionError(`a shift by ${right.value} of a number with ${bits} bits`);
  }
  const value = operator === '<<' ? left.value << right.value : left.value >> right.value;
  return integer(value, left.type);
}

function divisor(value: bigint): bigint {
  if (value === 0n) throw new ExpressionError('a division by zero');
  return value;
}

export function negate(number: TypedNumber): TypedNumber {
  const promoted = promote(number);
  return promoted.kind === 'float'
    ? float(-promoted.value, promoted.type)
    : integer(-promoted.value, promoted.type);
}

/** Throws ExpressionError for a float. */
export function complement(number: TypedNumber): TypedNumber {
  const promoted = promote(number);
  if (promoted.kind === 'float') throw new ExpressionError('~ is not for floats');
  return integer(~promoted.value, promoted.type);
}

/** The number that a literal stands for, in the first type of C that holds it. */
export function literalInteger(value: bigint, suffix: string, isDecimal = true): TypedNumber {
  const [, sign, bits] = /^([iu])(8|16|32|64|128|size)$/.exec(suffix) ?? [];
  if (sign !== undefined && bits !== undefined) {
    const bytes = bits === 'size' ? 4 : Number(bits) / 8;
    return integer(value, integerType(bytes, sign === 'i'));
  }
  const unsigned = /u/i.test(suffix);
  const bytes = /ll/i.test(suffix) ? 8 : 4;
  for (const size of [4, 8, 16].filter((each) => each >= bytes)) {
    // A decimal number without a suffix is never unsigned.
    const signs = unsigned ? [false] : isDecimal ? [true] : [true, false];
    for (const signed of signs) {
      const type = integerType(size, signed);
      if (wrap(value, type) === value) return { type, kind: 'integer', value };
    }
  }
  throw new ExpressionError(`${value} is too large a number`);
}
