import { OP } from './operations.ts';
import type { Holder } from './storage.ts';
import { Unavailable } from './unavailable.ts';

/** A value on the stack of a location expression. */
export interface StackValue {
  /** As a signed number of `width` bits; those of a float are its bits. */
  readonly bits: bigint;
  readonly width: 32 | 64 | 128;
  /** What it was read from, as long as nothing was computed with it. */
  readonly holder?: Holder;
}

/** A number as wide as it must be, and at least as an address. */
export function stackValue(value: bigint, width: StackValue['width'] = 32): StackValue {
  if (width === 128) return { bits: value, width };
  const needed = BigInt.asIntN(32, value) === value || BigInt.asUintN(32, value) === value;
  const wide = width === 64 || !needed ? 64 : 32;
  return { bits: BigInt.asIntN(wide, value), width: wide };
}

const truth = (holds: boolean) => (holds ? 1n : 0n);

/** Signed but for the logical shift: DWARF 5, section 2.5.1.4. */
const BINARY: ReadonlyMap<number, (one: bigint, other: bigint, width: number) => bigint> = new Map([
  [OP.and, (one, other) => one & other],
  [OP.divide, (one, other) => one / divisor(other)],
  [OP.minus, (one, other) => one - other],
  [
    OP.modulo,
    (one, other, width) => BigInt.asUintN(width, one) % BigInt.asUintN(width, divisor(other)),
  ],
  [OP.multiply, (one, other) => one * other],
  [OP.or, (one, other) => one | other],
  [OP.plus, (one, other) => one + other],
  [OP.shiftLeft, (one, other, width) => one << shift(other, width)],
  [OP.shiftRight, (one, other, width) => BigInt.asUintN(width, one) >> shift(other, width)],
  [OP.shiftRightArithmetic, (one, other, width) => one >> shift(other, width)],
  [OP.xor, (one, other) => one ^ other],
  [OP.equal, (one, other) => truth(one === other)],
  [OP.greaterOrEqual, (one, other) => truth(one >= other)],
  [OP.greater, (one, other) => truth(one > other)],
  [OP.lessOrEqual, (one, other) => truth(one <= other)],
  [OP.less, (one, other) => truth(one < other)],
  [OP.notEqual, (one, other) => truth(one !== other)],
] as const);

const UNARY: ReadonlyMap<number, (value: bigint) => bigint> = new Map([
  [OP.absolute, (value: bigint) => (value < 0n ? -value : value)],
  [OP.negate, (value: bigint) => -value],
  [OP.not, (value: bigint) => ~value],
]);

/** Undefined when the operation is none over two values. */
export function computeBinary(
  code: number,
  one: StackValue,
  other: StackValue,
): StackValue | undefined {
  const compute = BINARY.get(code);
  if (compute === undefined) return undefined;
  const width = one.width === 32 && other.width === 32 ? 32 : 64;
  return { bits: BigInt.asIntN(width, compute(one.bits, other.bits, width)), width };
}

export function computeUnary(code: number, value: StackValue): StackValue | undefined {
  const compute = UNARY.get(code);
  if (compute === undefined) return undefined;
  const width = value.width === 32 ? 32 : 64;
  return { bits: BigInt.asIntN(width, compute(value.bits)), width };
}

function divisor(value: bigint): bigint {
  if (value === 0n) throw new Unavailable('its location divides by zero');
  return value;
}

function shift(by: bigint, width: number): bigint {
  return by < 0n || by > BigInt(width) ? BigInt(width) : by;
}
