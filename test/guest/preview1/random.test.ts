import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Harness } from './guest-harness.ts';

const answers = {
  'random.read': ({ length }: { length: number }) => ({
    body: new Uint8Array(length).fill(length),
  }),
};

test('the whole buffer is filled, and nothing around it', () => {
  const guest = new Harness({ answers });
  guest.ok('random_get', guest.out + 1, 3);
  assert.deepEqual(
    [0, 1, 2, 3, 4].map((offset) => guest.u8(guest.out + offset)),
    [0, 3, 3, 3, 0],
  );
});

test('a long request is drawn in parts', () => {
  const guest = new Harness({ answers });
  guest.ok('random_get', 0, 70_000);
  assert.deepEqual(
    guest.port.asked.map(({ args }) => args),
    [{ length: 65_536 }, { length: 4_464 }],
  );
});

test('nothing is drawn for no bytes and for a bad pointer', () => {
  const guest = new Harness({ answers });
  guest.ok('random_get', 0, 0);
  assert.equal(guest.call('random_get', 65_536, 65_537), 'fault');
  assert.equal(guest.call('random_get', -4, 8), 'fault');
  assert.deepEqual(guest.port.asked, []);
});
