import { OP } from './opcodes.ts';
import type { NumberType } from './operand-signatures.ts';

/** Instructions that make an i64 of a number, bit for bit. */
export const TO_64_BITS: { readonly [type in NumberType]: readonly number[] } = {
  i32: [OP.i64ExtendI32U],
  i64: [],
  f32: [OP.i32ReinterpretF32, OP.i64ExtendI32U],
  f64: [OP.i64ReinterpretF64],
};

/** Instructions that make the number of an i64 again. */
export const FROM_64_BITS: { readonly [type in NumberType]: readonly number[] } = {
  i32: [OP.i32WrapI64],
  i64: [],
  f32: [OP.i32WrapI64, OP.f32ReinterpretI32],
  f64: [OP.f64ReinterpretI64],
};
