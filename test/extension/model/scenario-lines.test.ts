import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { scenarioLines } from '../../../extension/model/scenario-lines.ts';

const CALM = { workflow: 'order', violations: [], now: 10_068_000_000n };

describe('the output of a scenario', () => {
  it('says that all checks hold, and how long the run was', () => {
    assert.deepEqual(scenarioLines('crash', CALM), [
      'crash: all checks hold after 10.068 s of order',
    ]);
  });

  it('tells what does not hold, line by line, and how much', () => {
    const violations = [
      { check: 'exactly-once', message: 'charged twice:\n#3 and #5', severity: 'error' },
      { check: 'clock', message: 'it ran backwards', severity: 'warning' },
    ] as const;
    assert.deepEqual(scenarioLines('crash', { ...CALM, violations }), [
      'error: exactly-once: charged twice:',
      '#3 and #5',
      'warning: clock: it ran backwards',
      'crash: 1 check fails after 10.068 s of order',
    ]);
    const [error] = violations;
    const twice = scenarioLines('crash', { ...CALM, violations: [error, error] });
    assert.equal(twice.at(-1), 'crash: 2 checks fail after 10.068 s of order');
  });
});
