import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readFrames } from '../../../simulator/guest/symbols/index.ts';

test('only WebAssembly frames are read from a stack, innermost first', () => {
  const stack = `Error: at nothing
    at effect (file:///program/host.mjs:6:97)
    at a.wasm.inner (wasm://wasm/a.wasm-0001284a:wasm-function[10]:0x2bf)
    at wasm://wasm/3f2a91c6:wasm-function[7]:0x1c7
    at async Promise.all (index 0)
    at file:///program/host.mjs:7:14`;
  assert.deepEqual(readFrames(stack), [
    { functionIndex: 10, offset: 0x2bf },
    { functionIndex: 7, offset: 0x1c7 },
  ]);
});

test('names with spaces, brackets and even places in them do not confuse', () => {
  const names = [
    'shop::Cart<int>::add(std::function<void (int)>) const',
    '(anonymous namespace)::f(int (*)(char))',
    '<alloc::vec::Vec<T> as core::ops::Drop>::drop',
    'a (wasm://wasm/1:wasm-function[1]:0x1)',
    'f[3]:0x9',
    '名前',
  ];
  const lines = names.map((name) => `    at m.${name} (wasm://wasm/m-1:wasm-function[12]:0x1a2b)`);
  assert.deepEqual(
    readFrames(['Error', ...lines].join('\n')),
    names.map(() => ({ functionIndex: 12, offset: 0x1a2b })),
  );
});

test('a stack without WebAssembly has no frames', () => {
  assert.deepEqual(readFrames(''), []);
  assert.deepEqual(readFrames('RangeError: wasm://wasm/x\n    at f (a.js:1:1)'), []);
});

test('frames of a real stack are read', () => {
  // (module (import "a" "b" (func)) (func (export "f") call 0))
  const bytes = Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0, 2, 7, 1, 1, 0x61, 1, 0x62, 0, 0],
    ...[3, 2, 1, 0, 7, 5, 1, 1, 0x66, 0, 1, 10, 6, 1, 4, 0, 0x10, 0, 0x0b],
  ]);
  let stack = '';
  const b = () => {
    stack = new Error('here').stack ?? '';
  };
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { a: { b } });
  (exports.f as () => void)();
  assert.deepEqual(readFrames(stack), [{ functionIndex: 1, offset: bytes.indexOf(0x10, 30) }]);
});

test('any text gives frames without delay', () => {
  const part = fc.constantFrom(
    ...['    at ', 'wasm://wasm/', ':wasm-function[', '1', ']:0x', 'f', '(', ')', '\n', ' '],
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 60 }), (parts) => {
      for (const { functionIndex, offset } of readFrames(parts.join(''))) {
        assert.ok(Number.isSafeInteger(functionIndex) && Number.isSafeInteger(offset));
      }
    }),
    { numRuns: 2000 },
  );
  const hostile = `    at ${'wasm://wasm/:wasm-function[1'.repeat(20_000)}`;
  assert.deepEqual(readFrames(hostile), []);
});
