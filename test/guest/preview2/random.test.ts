import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Harness } from './component-harness.ts';

/** Each effect gives the next numbers, so that no byte is like the one before. */
function counting() {
  let next = 0;
  return new Harness({
    answers: {
      'random.read': ({ length }: { length: number }) => ({
        body: Uint8Array.from({ length }, () => next++),
      }),
    },
  });
}

test('bytes and numbers come from effects, in their order', () => {
  const guest = counting();
  const random = guest.interface('wasi:random/random');
  assert.deepEqual(random.getRandomBytes?.(3n), Uint8Array.of(0, 1, 2));
  assert.equal(random.getRandomU64?.(), 0x0a09_0807_0605_0403n);
  assert.deepEqual(
    guest.port.asked.map(({ args }) => args),
    [{ length: 3 }, { length: 8 }],
  );
});

test('insecure numbers are as good, so that they replay as well', () => {
  const guest = counting();
  const insecure = guest.interface('wasi:random/insecure');
  assert.deepEqual(insecure.getInsecureRandomBytes?.(2n), Uint8Array.of(0, 1));
  assert.equal(insecure.getInsecureRandomU64?.(), 0x0908_0706_0504_0302n);
  const [one, other] = guest.interface('wasi:random/insecure-seed').insecureSeed?.() ?? [];
  assert.notEqual(one, other);
  assert.equal(guest.port.asked.length, 4);
});

test('a long request takes several effects and leaves no gap', () => {
  const guest = counting();
  const bytes: Uint8Array = guest.interface('wasi:random/random').getRandomBytes?.(200_001n);
  assert.equal(bytes.length, 200_001);
  assert.ok(bytes.every((byte, index) => byte === (index & 255)));
  assert.deepEqual(
    guest.port.asked.map(({ args }) => (args as { length: number }).length),
    [65_536, 65_536, 65_536, 3393],
  );
});

test('more than a memory can hold is a trap', () => {
  const random = counting().interface('wasi:random/random');
  assert.throws(() => random.getRandomBytes?.(2n ** 32n), WebAssembly.RuntimeError);
});
