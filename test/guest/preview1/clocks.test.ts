import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Harness } from './guest-harness.ts';

test('each clock id reads its clock, and processor time is the monotonic clock', () => {
  const guest = new Harness({
    answers: {
      'clock.read': ({ clock }: { clock: string }) => ({ nanos: clock === 'wall' ? '17' : '4' }),
    },
  });
  const readings = [0, 1, 2, 3].map((id) => {
    guest.ok('clock_time_get', id, 1000n, guest.out);
    return guest.u64();
  });
  assert.deepEqual(readings, [17n, 4n, 4n, 4n]);
});

test('an unknown clock and a bad pointer are refused before the clock is read', () => {
  const guest = new Harness();
  assert.equal(guest.call('clock_time_get', 4, 0n, guest.out), 'inval');
  assert.equal(guest.call('clock_time_get', -1, 0n, guest.out), 'inval');
  assert.equal(guest.call('clock_time_get', 0, 0n, 2 * 65_536 - 7), 'fault');
  assert.equal(guest.call('clock_res_get', 9, guest.out), 'inval');
  assert.deepEqual(guest.port.asked, []);
});

test('clocks count single nanoseconds', () => {
  const guest = new Harness();
  guest.ok('clock_res_get', 1, guest.out);
  assert.equal(guest.u64(), 1n);
});

test('any reading arrives modulo 2^64', () => {
  let nanos = '';
  const guest = new Harness({ answers: { 'clock.read': () => ({ nanos }) } });
  const reading = fc.oneof(
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n }),
    fc.bigInt({ min: 0n, max: 2n ** 33n }),
    fc.constantFrom(0n, 999_999_999n, 1_000_000_000n, 2n ** 32n - 1n, 2n ** 32n, 10n ** 18n),
  );
  fc.assert(
    fc.property(reading, (value) => {
      nanos = value.toString();
      guest.ok('clock_time_get', 0, 0n, guest.out);
      assert.equal(guest.u64(), BigInt.asUintN(64, value));
    }),
    { numRuns: 2000 },
  );
});
