import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { InstructionReader, ModuleError } from '../../../simulator/guest/wasm/index.ts';
import { instructionText } from '../../../simulator/guest/wasm/instruction-text.ts';
import { malformedModule } from '../../../simulator/guest/wasm/module-error.ts';

function textOf(...bytes: number[]): string {
  const code = Uint8Array.from(bytes);
  const reader = new InstructionReader(code, { start: 0, end: code.length }, malformedModule);
  reader.step();
  return instructionText(code, reader, (index) => `f${index}`);
}

const F32 = [0x00, 0x00, 0xc0, 0x3f];
const F64 = [0, 0, 0, 0, 0, 0, 0x04, 0xc0];

describe('the text of an instruction', () => {
  for (const [text, ...bytes] of [
    ['unreachable', 0x00],
    ['local.get 200', 0x20, 0xc8, 0x01],
    ['call $f3', 0x10, 0x03],
    ['return_call $f3', 0x12, 0x03],
    ['ref.func $f1', 0xd2, 0x01],
    ['call_indirect 2 0', 0x11, 0x02, 0x00],
    ['br_if 1', 0x0d, 0x01],
    ['br_table 1 2 0', 0x0e, 0x02, 0x01, 0x02, 0x00],
    ['block', 0x02, 0x40],
    ['loop (result i64)', 0x03, 0x7e],
    ['if (type 5)', 0x04, 0x05],
    ['i32.const -2', 0x41, 0x7e],
    ['i64.const 9223372036854775807', 0x42, ...Array(9).fill(0xff), 0x00],
    ['f32.const 1.5', 0x43, ...F32],
    ['f64.const -2.5', 0x44, ...F64],
    ['i32.load', 0x28, 0x02, 0x00],
    ['i32.store offset=12', 0x36, 0x02, 0x0c],
    ['i64.load 1 offset=8', 0x29, 0x43, 0x01, 0x08],
    ['memory.copy 0 0', 0xfc, 0x0a, 0x00, 0x00],
    ['i8x16.extract_lane_s 3', 0xfd, 0x15, 0x03],
    ['v128.load8_lane offset=4 7', 0xfd, 0x54, 0x00, 0x04, 0x07],
  ] as [string, ...number[]][]) {
    it(`is ${text}`, () => assert.equal(textOf(...bytes), text));
  }

  it('shows the first labels of a long table, and says that there are more', () => {
    const table = textOf(0x0e, 20, ...Array.from({ length: 21 }, (_, label) => label));
    assert.equal(table, 'br_table 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 ...');
  });

  it('of what is cut short is an error', () => {
    assert.throws(() => textOf(0x41), ModuleError);
    assert.throws(() => textOf(0x28, 0x02), ModuleError);
  });
});
