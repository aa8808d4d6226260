import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from '@bytecodealliance/jco';
import {
  functionBody,
  INSTRUCTIONS,
  type Instruction,
  InstructionReader,
} from '../../../simulator/guest/wasm/index.ts';
import { malformedModule } from '../../../simulator/guest/wasm/module-error.ts';
import { coreModule } from './errors.ts';
import { moduleWithCode } from './module-builder.ts';

/** Immediates in the text format, with values that take several bytes where that is possible. */
const IMMEDIATES: { readonly [shape in Instruction['shape']]: string } = {
  none: '',
  index: '300',
  'two-indices': '300 301',
  'block-type': '(result v128)',
  'label-table': '1 200 3 4',
  memory: 'offset=70000',
  'memory-lane': 'offset=70000 1',
  byte: '1',
  integer: '-70000',
  float32: '1.5',
  float64: '-2.5',
  vector: 'i32x4 0xfefefefe 2 3 4',
  'value-types': '(result i64)',
  'try-table': '(result i32) (catch 200 1) (catch_all_ref 300)',
  'heap-type': 'func',
  'branch-on-cast': '200 (ref null any) (ref i31)',
};

/** Where the text format needs more or other text than the instruction with its immediates. */
const TEXTS: { readonly [name: string]: string } = {
  block: 'block (result i32) end',
  loop: 'loop (result (ref null 300)) end',
  if: 'if (type 300) end',
  else: 'if else end',
  end: 'nop',
  try: 'try (result i32) catch_all end',
  catch: 'try catch 300 end',
  catch_all: 'try catch_all end',
  delegate: 'try delegate 300',
  try_table: 'try_table (result i32) (catch 200 1) (catch_all_ref 300) end',
  call_indirect: 'call_indirect 200 (type 300)',
  return_call_indirect: 'return_call_indirect 200 (type 300)',
  'atomic.fence': 'atomic.fence',
  'i8x16.shuffle': 'i8x16.shuffle 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 31',
  'ref.test': 'ref.test (ref func)',
  'ref.test_null': 'ref.test (ref null 300)',
  'ref.cast': 'ref.cast (ref eq)',
  'ref.cast_null': 'ref.cast (ref null eq)',
};

function textOf({ name, shape }: Instruction): string {
  return TEXTS[name] ?? `${name} ${IMMEDIATES[shape]}`;
}

/** The instructions of a function of an assembled module, which need not be valid. */
async function decode(text: string): Promise<Instruction[]> {
  const bytes = await parse(`(module (func ${text}))`);
  return decodeBody(bytes, 0);
}

function decodeBody(bytes: Uint8Array, functionIndex: number): Instruction[] {
  const range = functionBody(coreModule(bytes), functionIndex);
  assert.ok(range !== undefined);
  const reader = new InstructionReader(bytes, range, malformedModule);
  reader.skipLocals();
  const found: Instruction[] = [];
  while (reader.step()) {
    assert.ok(reader.instruction !== undefined);
    found.push(reader.instruction);
  }
  assert.equal(reader.next, range.end);
  return found;
}

const AROUND = new Set(['if', 'try', 'catch_all', 'end', 'nop']);

test('every instruction is decoded as another assembler encodes it', async () => {
  assert.equal(INSTRUCTIONS.size, 575);
  for (const instruction of INSTRUCTIONS.values()) {
    const found = await decode(textOf(instruction));
    assert.equal(found.at(-1)?.name, 'end', instruction.name);
    const wanted = found.filter((each) => each.opcode === instruction.opcode);
    const others = found.filter(
      (each) => each.opcode !== instruction.opcode && !AROUND.has(each.name),
    );
    assert.ok(wanted.length > 0, `${instruction.name} became ${found.map(({ name }) => name)}`);
    assert.deepEqual(others, [], instruction.name);
  }
});

test('memory arguments may name a memory, and their offset may take 64 bits', async () => {
  const text = '(memory i64 1) (memory i64 1) (func i32.load 1 offset=0xffffffffff drop)';
  const bytes = await parse(`(module ${text})`);
  assert.deepEqual(
    decodeBody(bytes, 0).map(({ name }) => name),
    ['i32.load', 'drop', 'end'],
  );
});

test('locals are stepped over, also those of reference types', async () => {
  const bytes = await parse('(module (func (local i32 i64 i64 (ref null 0) v128) nop))');
  assert.deepEqual(
    decodeBody(bytes, 0).map(({ name }) => name),
    ['nop', 'end'],
  );
});

const UNREADABLE: readonly (readonly [what: string, bytes: number[], text: RegExp])[] = [
  ['an unknown opcode', [0x27], /unknown instruction 27/],
  ['an unknown number behind a prefix', [0xfd, 0x9a, 1], /unknown instruction fd 9a 01/],
  ['a number beyond all tables', [0xfc, 0xff, 0xff, 3], /unknown instruction fc ff ff 03/],
  ['an instruction past the end', [0x44, 0, 0, 0], /cut short/],
  ['a number past the end', [0x41, 0x80, 0x80], /cut short/],
  ['too long a number', [0x41, ...new Array<number>(10).fill(0x80), 0], /too long/],
  ['more operands than bytes', [0x0e, 0xff, 0xff, 3, 0], /65535 operands/],
];

for (const [what, content, text] of UNREADABLE) {
  test(`${what} is an error with its offset`, () => {
    const bytes = Uint8Array.from([0, 0, ...content]);
    const range = { start: 2, end: bytes.length };
    const reader = new InstructionReader(bytes, range, malformedModule);
    assert.throws(() => reader.step(), text);
    assert.throws(
      () => new InstructionReader(bytes, range, malformedModule).step(),
      /at byte (2|12)\)/,
    );
  });
}

test('a reader tells where an instruction and its immediates are', () => {
  const bytes = moduleWithCode(0x41, 0x85, 0x01, 0x1a);
  const range = functionBody(coreModule(bytes), 0);
  assert.ok(range !== undefined);
  const reader = new InstructionReader(bytes, range, malformedModule);
  reader.skipLocals();
  assert.ok(reader.step());
  assert.equal(reader.start, range.start + 1);
  assert.equal(reader.immediates, reader.start + 1);
  assert.equal(reader.next, reader.start + 3);
});
