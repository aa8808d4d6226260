import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { virtualNanos } from '../../simulator/kernel/time.ts';
import { DRIFT_PPM_MAX, NodeClock } from '../../simulator/world/node-clock.ts';

const RUNS = 500;
const nanos = fc.bigInt({ min: 0n, max: 10n ** 18n });
const ppm = fc.integer({ min: -DRIFT_PPM_MAX, max: DRIFT_PPM_MAX });
const START = virtualNanos(0n);

describe('a clock of a node', () => {
  it('shows virtual time plus its first reading while nothing is wrong with it', () => {
    fc.assert(
      fc.property(nanos, nanos, (reading, now) => {
        assert.equal(new NodeClock(START, reading).read(virtualNanos(now)), reading + now);
      }),
      { numRuns: RUNS },
    );
  });

  it('is set off by its jumps and goes on at its speed', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(nanos, fc.bigInt(-(10n ** 15n), 10n ** 15n))), (jumps) => {
        const clock = new NodeClock(START, 0n);
        let now = 0n;
        let offset = 0n;
        for (const [passed, by] of jumps) {
          now += passed;
          offset += by;
          clock.jump(virtualNanos(now), by);
        }
        assert.equal(clock.read(virtualNanos(now + 7n)), now + 7n + offset);
      }),
      { numRuns: RUNS },
    );
  });

  it('never runs backwards while it drifts, and keeps what it gained', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(10 ** 9), ppm), { maxLength: 8 }), (drifts) => {
        const clock = new NodeClock(START, 0n);
        let now = 0n;
        let last = 0n;
        for (const [passed, by] of drifts) {
          now += BigInt(passed);
          const before = clock.read(virtualNanos(now));
          clock.drift(virtualNanos(now), by);
          assert.equal(clock.read(virtualNanos(now)), before, 'a drift is no jump');
          assert.ok(before >= last);
          last = before;
        }
      }),
      { numRuns: RUNS },
    );
  });

  it('has moved on by a duration once its virtual duration has passed, and not before', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: 10n ** 15n }), ppm, (duration, by) => {
        const clock = new NodeClock(START, 0n);
        clock.drift(START, by);
        const needed = clock.virtualDuration(duration, START);
        // Rounded towards zero, a reading is at most one nanosecond off.
        assert.ok(clock.read(virtualNanos(needed)) >= duration);
        assert.ok(clock.read(virtualNanos(needed - 2n)) <= duration);
      }),
      { numRuns: RUNS },
    );
  });

  it('refuses a drift beyond its limit', () => {
    const clock = new NodeClock(START, 0n);
    assert.throws(() => clock.drift(START, DRIFT_PPM_MAX + 1), /drift of 900001 ppm/);
  });
});
