import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Harness } from './guest-harness.ts';

test('arguments arrive in order as UTF-8, each with a zero byte', () => {
  const guest = new Harness({ args: ['prog', 'é', ''] });
  guest.ok('args_sizes_get', guest.out, guest.out + 4);
  assert.deepEqual([guest.u32(), guest.u32(guest.out + 4)], [3, 9]);
  guest.ok('args_get', guest.out, guest.out + 64);
  assert.equal(guest.read(guest.out + 64, 9), 'prog\0é\0\0');
  const pointers = [0, 4, 8].map((offset) => guest.u32(guest.out + offset) - guest.out - 64);
  assert.deepEqual(pointers, [0, 5, 8]);
  assert.deepEqual(guest.port.asked, []);
});

test('the environment arrives as NAME=value', () => {
  const guest = new Harness({ env: { HOME: '/', EMPTY: '' } });
  guest.ok('environ_sizes_get', guest.out, guest.out + 4);
  assert.deepEqual([guest.u32(), guest.u32(guest.out + 4)], [2, 14]);
  guest.ok('environ_get', guest.out, guest.out + 64);
  assert.equal(guest.read(guest.out + 64, 14), 'HOME=/\0EMPTY=\0');
});

test('buffers that do not fit into memory are a fault and stay untouched', () => {
  const guest = new Harness({ args: ['program'] });
  const end = guest.memory.buffer.byteLength;
  assert.equal(guest.call('args_get', guest.out, end - 7), 'fault');
  assert.equal(guest.call('args_get', end - 3, guest.out), 'fault');
  assert.equal(guest.call('args_sizes_get', -1, guest.out), 'fault');
  assert.equal(guest.u32(), 0);
  guest.ok('args_get', guest.out, end - 8);
});
