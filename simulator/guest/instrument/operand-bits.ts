import type { Build } from './build.ts';
import type { CodeWriter } from './code-writer.ts';
import { OP } from './opcodes.ts';
import type { NumberType } from './operand-signatures.ts';

/** Instructions that make an i64 of a number, bit for bit. */
const TO_64_BITS: { readonly [type in NumberType]: readonly number[] } = {
  i32: [OP.i64ExtendI32U],
  i64: [],
  f32: [OP.i32ReinterpretF32, OP.i64ExtendI32U],
  f64: [OP.i64ReinterpretF64],
};

/** Instructions that make the number of an i64 again. */
const FROM_64_BITS: { readonly [type in NumberType]: readonly number[] } = {
  i32: [OP.i32WrapI64],
  i64: [],
  f32: [OP.i32WrapI64, OP.f32ReinterpretI32],
  f64: [OP.f64ReinterpretI64],
};

/**
 * Moves operands from the stack into globals, as 64 bits each. The host reads them there: a call at
 * every site would cost registers on the path of the program.
 *
 * @param types lowest first
 */
export function takeOperands(out: CodeWriter, build: Build, types: readonly NumberType[]): void {
  for (let slot = types.length - 1; slot >= 0; slot--) {
    out.all(TO_64_BITS[types[slot] ?? 'i64']);
    out.byte(OP.globalSet);
    out.unsigned(build.globals.operandSlot(slot));
  }
}

/** Puts them back onto the stack. */
export function putOperands(out: CodeWriter, build: Build, types: readonly NumberType[]): void {
  for (const [slot, type] of types.entries()) {
    out.byte(OP.globalGet);
    out.unsigned(build.globals.operandSlot(slot));
    out.all(FROM_64_BITS[type]);
  }
}
