import assert from 'node:assert/strict';
import { test } from 'node:test';
import { datetimeOf } from '../../../simulator/guest/preview2/clocks.ts';
import { Harness } from './component-harness.ts';

test('each clock is read with one effect', () => {
  const guest = new Harness({
    answers: {
      'clock.read': ({ clock }: { clock: string }) => ({
        nanos: clock === 'wall' ? '1767225600000000009' : '77',
      }),
    },
  });
  const wall = guest.interface('wasi:clocks/wall-clock');
  const monotonic = guest.interface('wasi:clocks/monotonic-clock');
  assert.deepEqual(wall.now?.(), { seconds: 1_767_225_600n, nanoseconds: 9 });
  assert.equal(monotonic.now?.(), 77n);
  assert.deepEqual(
    guest.port.asked.map(({ args }) => args),
    [{ clock: 'wall' }, { clock: 'monotonic' }],
  );
});

test('the resolutions are a nanosecond, and cost nothing', () => {
  const guest = new Harness();
  const resolution = guest.interface('wasi:clocks/wall-clock').resolution?.();
  assert.deepEqual(resolution, { seconds: 0n, nanoseconds: 1 });
  assert.equal(guest.interface('wasi:clocks/monotonic-clock').resolution?.(), 1n);
  assert.deepEqual(guest.port.names, []);
});

test('a time before 1970, which a datetime cannot say, is shown as 1970', () => {
  assert.deepEqual(datetimeOf(-1n), { seconds: 0n, nanoseconds: 0 });
  assert.deepEqual(datetimeOf(1_999_999_999n), { seconds: 1n, nanoseconds: 999_999_999 });
});
