import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limitMemory } from '../../../simulator/guest/wasm/index.ts';
import { coreModule, moduleErrorOf } from './errors.ts';
import { body, customSection, module, name, SECTION, section, vector } from './module-builder.ts';

const TYPES = section(SECTION.type, vector([0x60, 0, 1, 0x7f]));
const FUNCTIONS = section(SECTION.function, vector([0]));
const EXPORTS = section(SECTION.export, vector([...name('grow'), 0, 0], [...name('memory'), 2, 0]));
const CODE = section(SECTION.code, vector(body(0x41, 1, 0x40, 0)));

function growing(...memories: number[][]): Uint8Array {
  const memory = section(SECTION.memory, vector(...memories));
  return module(TYPES, FUNCTIONS, memory, EXPORTS, CODE, customSection('note', [1, 2, 3]));
}

function limit(bytes: Uint8Array, pagesMax: number) {
  return limitMemory(bytes, coreModule(bytes), pagesMax);
}

test('a memory without a maximum gets one, which its program cannot pass', () => {
  const { bytes } = limit(growing([0, 1]), 2);
  const instance = new WebAssembly.Instance(
    new WebAssembly.Module(bytes as Uint8Array<ArrayBuffer>),
  );
  const grow = instance.exports.grow as () => number;
  assert.deepEqual([grow(), grow()], [1, -1]);
});

test('a larger maximum is lowered and a smaller one is kept', () => {
  assert.equal(coreModule(limit(growing([1, 1, 9]), 4).bytes).memories[0]?.max, 4);
  const small = growing([1, 1, 3]);
  assert.equal(limit(small, 4).bytes, small);
  assert.equal(limit(small, 4).codeShift, 0);
});

test('everything but the limits stays byte for byte', () => {
  const original = growing([0, 1]);
  const { bytes, codeShift } = limit(original, 300);
  const before = coreModule(original);
  const after = coreModule(bytes);
  assert.equal(codeShift, (after.code?.start ?? 0) - (before.code?.start ?? 0));
  assert.equal(codeShift, 2);
  for (const [index, { kind, payload }] of before.sections.entries()) {
    const moved = after.sections[index]?.payload ?? { start: 0, end: 0 };
    if (kind === 'memory') continue;
    assert.deepEqual(
      bytes.subarray(moved.start, moved.end),
      original.subarray(payload.start, payload.end),
    );
  }
});

test('the size of the section grows over a byte boundary', () => {
  const memories = Array.from({ length: 63 }, () => [0, 1]);
  const { bytes, codeShift } = limit(growing(...memories), 1);
  assert.equal(codeShift, 64);
  assert.ok(coreModule(bytes).memories.every(({ max }) => max === 1));
});

test('an imported memory and a 64-bit memory are limited as well', () => {
  const original = module(
    section(
      SECTION.import,
      vector(
        [...name('env'), ...name('first'), 2, 0, 1],
        [...name('env'), ...name('f'), 2, 5, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0x3f],
        [...name('env'), ...name('g'), 3, 0x7f, 0],
      ),
    ),
    section(SECTION.memory, vector([4, 2])),
  );
  const { bytes, codeShift } = limit(original, 7);
  const { memories, imports } = coreModule(bytes);
  assert.deepEqual(
    memories.map(({ max, address }) => [max, address]),
    [
      [7, 'i32'],
      [7, 'i64'],
      [7, 'i64'],
    ],
  );
  assert.deepEqual(
    imports.map(({ name: title }) => title),
    ['first', 'f', 'g'],
  );
  assert.equal(codeShift, bytes.length - original.length);
});

test('a memory that starts out too large is refused with both sizes', () => {
  const error = moduleErrorOf(() => limit(growing([0, 0x80, 0x10]), 1024));
  assert.equal(error.code, 'memory-limit');
  assert.match(error.message, /starts with 128 MiB of memory; the limit is 64 MiB/);
});

test('a module without a memory stays as it is', () => {
  const bytes = module(TYPES);
  assert.equal(limit(bytes, 1).bytes, bytes);
});
