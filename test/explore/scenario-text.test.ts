import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Finding } from '../../simulator/explore/finding.ts';
import {
  parseScenario,
  ScenarioError,
  scenarioOf,
  scenarioText,
} from '../../simulator/explore/scenario-text.ts';

const PLAN = { version: 1, faults: [{ kind: 'crash', at: { execution: 'order-1', seq: 3 } }] };

function problemsOf(value: unknown): readonly string[] {
  try {
    parseScenario(typeof value === 'string' ? value : JSON.stringify(value), 'a.scenario.json');
  } catch (error) {
    assert.ok(error instanceof ScenarioError);
    assert.equal(error.code, 'scenario');
    assert.match(error.message, /^a\.scenario\.json is not a usable scenario:/);
    return error.problems;
  }
  return [];
}

describe('a scenario', () => {
  it('is what a finding is saved as, and reads back', () => {
    const finding: Finding = {
      key: 'exactly-once order.c:42',
      check: 'exactly-once',
      message: 'charged twice',
      severity: 'error',
      trial: { seed: 7, plan: PLAN, choices: [{ stream: 'latency', value: 3 }] },
      original: { faults: 1, strategy: 'crashes', trial: 4 },
      runs: 1,
      shrinkRuns: 2,
    };
    const scenario = scenarioOf(finding, 'order');
    const { faults, ...read } = parseScenario(scenarioText(scenario), 'a.scenario.json');
    assert.deepEqual(read, scenario);
    assert.equal(read.note, 'found by explore: charged twice');
    assert.equal(faults.faults[0]?.kind, 'crash');
  });

  it('needs a workflow and a plan only', () => {
    assert.deepEqual(problemsOf({ workflow: 'order', plan: { faults: [] } }), []);
    assert.deepEqual(problemsOf({}), [
      '$.workflow: missing; expected a name',
      '$.plan: missing; expected a fault plan; {"faults": []} disturbs nothing',
    ]);
  });

  it('is refused with everything that is wrong in it', () => {
    assert.match(problemsOf('{').join(), /not JSON/);
    const wrong = {
      $schema: './scenario.schema.json',
      version: 2,
      workflow: 1,
      seed: -1,
      plan: { faults: [{ kind: 'crush', at: { time: '-1s' } }] },
      choices: [{ stream: 'a' }],
      checks: [],
      nota: 'x',
    };
    const problems = problemsOf(wrong).join('\n');
    for (const text of [
      /\$\.version: 2 is not known/,
      /\$\.workflow: expected a text/,
      /\$\.seed: expected an integer/,
      /\$\.plan\.faults\[0\]\.kind: there is no "crush"; did you mean "crash"/,
      /\$\.choices\[0\]\.value: expected an integer/,
      /\$\.checks: expected a list of different names/,
      /\$\.nota: unknown field/,
    ]) {
      assert.match(problems, text);
    }
  });
});
