import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkModule, INSTRUCTIONS } from '../../../simulator/guest/wasm/index.ts';
import { writeLeb } from '../../../simulator/guest/wasm/limits.ts';
import { coreModule, refusalOf } from './errors.ts';
import { module, moduleWithCode, name, SECTION, section, vector } from './module-builder.ts';

const DROP = 0x1a;
const I32_CONST_0 = [0x41, 0];
const V128_CONST_0 = [0xfd, 12, ...new Array<number>(16).fill(0)];

test('a module with plain SIMD is accepted', () => {
  checkModule(coreModule(moduleWithCode(...V128_CONST_0, ...V128_CONST_0, 0xfd, 14, DROP)));
});

test('a shared memory is refused, also an imported one', () => {
  const own = module(section(SECTION.memory, vector([3, 1, 2])));
  const imported = module(
    section(SECTION.import, vector([...name('env'), ...name('memory'), 2, 3, 1, 2])),
  );
  for (const bytes of [own, imported]) {
    const error = refusalOf(bytes);
    assert.equal(error.code, 'threads');
    assert.match(error.message, /has a shared memory, but threads/);
    assert.equal(bytes[error.offset], 3);
  }
});

const ATOMIC_ADD = [...I32_CONST_0, ...I32_CONST_0, 0xfe, 0x1e, 2, 0, DROP];

test('an atomic instruction is refused with its name, function and place', () => {
  const bytes = moduleWithCode(...ATOMIC_ADD);
  const error = refusalOf(bytes);
  assert.equal(error.code, 'threads');
  assert.match(error.message, /has the instruction i32\.atomic\.rmw\.add in function 0/);
  assert.deepEqual([...bytes.subarray(error.offset, error.offset + 2)], [0xfe, 0x1e]);
  assert.ok(WebAssembly.validate(bytes as Uint8Array<ArrayBuffer>));
});

test('an instruction is recognised however its number is padded', () => {
  const padded = [...I32_CONST_0, ...I32_CONST_0, 0xfe, 0x9e, 0x80, 0, 0x82, 0x80, 0, 0, DROP];
  assert.equal(refusalOf(moduleWithCode(...padded)).code, 'threads');
  const indexed = [...I32_CONST_0, ...I32_CONST_0, 0xfe, 0x1e, 0x42, 0, 0, DROP];
  assert.equal(refusalOf(moduleWithCode(...indexed)).code, 'threads');
});

test('bytes of a refused instruction inside a number are no reason to refuse', () => {
  // 0xfe 0x1e 0x02 is part of an i64, 0xfe 0x03 0x00 of an f32.
  const number = [0x42, 0xfe, 0xfe, 0xfe, 0x1e, DROP];
  const float = [0x43, 0xfe, 0x03, 0x00, 0x00, DROP];
  const vectorOfBytes = [...V128_CONST_0.slice(0, 2), ...new Array(8).fill([0xfe, 3]).flat(), DROP];
  checkModule(coreModule(moduleWithCode(...number, ...float, ...vectorOfBytes)));
});

const RELAXED_MADD = [...V128_CONST_0, ...V128_CONST_0, ...V128_CONST_0, 0xfd, 0x85, 2, DROP];

test('a relaxed SIMD instruction is refused with its name', () => {
  const error = refusalOf(moduleWithCode(...RELAXED_MADD));
  assert.equal(error.code, 'relaxed-simd');
  assert.match(error.message, /f32x4\.relaxed_madd.*differ between processors/);
});

test('the first refused thing of a module is the one that is told', () => {
  assert.equal(refusalOf(moduleWithCode(...RELAXED_MADD, ...ATOMIC_ADD)).code, 'relaxed-simd');
  assert.equal(refusalOf(moduleWithCode(...ATOMIC_ADD, ...RELAXED_MADD)).code, 'threads');
});

test('garbage-collected types and instructions are refused', () => {
  const struct = module(section(SECTION.type, vector([0x5f, 1, 0x78, 1])));
  const group = module(
    section(SECTION.type, vector([0x4e, 2, 0x60, 0, 0, 0x50, 0, 0x5e, 0x7f, 0])),
  );
  const i31 = moduleWithCode(...I32_CONST_0, 0xfb, 0x1c, DROP);
  const global = module(section(SECTION.global, vector([0x6c, 0, 0x41, 0, 0xfb, 0x1c, 0x0b])));
  for (const bytes of [struct, group, i31, global]) assert.equal(refusalOf(bytes).code, 'gc');
});

test('a group of function types, references to functions and exceptions are accepted', () => {
  const types = [0x4e, 2, 0x60, 1, 0x64, 0, 0, 0x50, 0, 0x60, 1, 0x69, 0];
  checkModule(coreModule(module(section(SECTION.type, vector(types)))));
});

const TYPED = new Set(['index', 'two-indices']);
const refused = [...INSTRUCTIONS.values()].filter(
  ({ feature, shape, opcode }) =>
    feature !== undefined && opcode > 0xff && !(feature === 'gc' && TYPED.has(shape)),
);

test('every refused instruction is found in a body', () => {
  for (const { opcode, name: title, shape, feature } of refused) {
    const width = /(?:load|store|rmw|wait)(8|16|32|64)/.exec(title)?.[1];
    const bytes = Number(width ?? (title.startsWith('i64') ? 64 : 32)) / 8;
    const immediates: { [shape: string]: number[] } = {
      memory: [Math.log2(bytes), 0],
      byte: [0],
      'heap-type': [0x70],
      'branch-on-cast': [0, 0, 0x70, 0x70],
    };
    const head = [opcode >>> 16, ...writeLeb(opcode & 0xffff)];
    const error = refusalOf(moduleWithCode(...head, ...(immediates[shape] ?? [])));
    assert.equal(error.code, feature, title);
    assert.ok(error.message.includes(`has the instruction ${title} in`), error.message);
  }
});
