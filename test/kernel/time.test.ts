import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { formatDuration, formatWallTime, parseDuration } from '../../simulator/kernel/time.ts';

const RUNS = 1000;
const UNITS: readonly (readonly [string, bigint])[] = [
  ['d', 86_400_000_000_000n],
  ['h', 3_600_000_000_000n],
  ['min', 60_000_000_000n],
  ['m', 60_000_000_000n],
  ['s', 1_000_000_000n],
  ['ms', 1_000_000n],
  ['us', 1_000n],
  ['ns', 1n],
];

describe('a duration', () => {
  it('is the sum of its parts', () => {
    const part = fc.tuple(fc.nat(5000), fc.constantFrom(...UNITS), fc.constantFrom('', ' '));
    const sign = fc.constantFrom('', '+', '-');
    fc.assert(
      fc.property(sign, fc.array(part, { minLength: 1, maxLength: 4 }), (drawnSign, parts) => {
        const text = parts.map(([count, [unit], gap]) => `${count}${gap}${unit}${gap}`).join('');
        const sum = parts.reduce((total, [count, [, nanos]]) => total + BigInt(count) * nanos, 0n);
        assert.equal(parseDuration(drawnSign + text), drawnSign === '-' ? -sum : sum);
      }),
      { numRuns: RUNS },
    );
  });

  it('reads back from its print as far as that is exact', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n }), (nanos) => {
        const back = parseDuration(formatDuration(nanos));
        assert.ok(back !== undefined);
        const [left, whole] = nanos < 0n ? [back - nanos, -nanos] : [nanos - back, nanos];
        // Two units, or three places after the point, are always more than a thousandth.
        assert.ok(left >= 0n && left * 24n <= whole, `${nanos} became ${back}`);
      }),
      { numRuns: RUNS },
    );
  });

  it('is printed with its two most significant units', () => {
    const printed = ['0s', '90s', '1.5ms', '36h', '1d 1s', '-20s', '999ns', '1001us'].map((text) =>
      formatDuration(parseDuration(text) ?? -1n),
    );
    assert.deepEqual(printed, [
      ...['0 s', '1 min 30 s', '1.5 ms', '1 d 12 h', '1 d', '-20 s', '999 ns', '1.001 ms'],
    ]);
  });

  it('is nothing else', () => {
    for (const text of ['', ' ', '5', 's', '5 apples', '1s-2s', '.5s', '1,5s', '1e3s', '--1s']) {
      assert.equal(parseDuration(text), undefined, text);
    }
    assert.equal(parseDuration('1.5 h'), 5_400_000_000_000n);
    assert.equal(parseDuration('3 d 4 h'), 273_600_000_000_000n);
  });

  it('never hangs on any text', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9dhms. ]{0,300}$/), (text) => {
        parseDuration(text);
      }),
      { numRuns: RUNS },
    );
  });
});

describe('a wall time', () => {
  it('is printed to the millisecond, also before 1970', () => {
    assert.equal(formatWallTime(1_767_225_600_123_456_789n), '2026-01-01 00:00:00.123');
    assert.equal(formatWallTime(-1_000_000_000n), '1969-12-31 23:59:59.000');
    assert.equal(formatWallTime(10n ** 25n), `${10n ** 25n} ns`);
  });
});
