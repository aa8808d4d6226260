import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { EFFECT_POINTS } from '../../simulator/faults/fault.ts';
import { closeExamples } from './run-example.ts';
import { pinnedPlan, runWrong, stdoutOf, WRONG_FOLDER, type WrongRun } from './wrong-run.ts';

after(closeExamples);

const NO_FAULTS = { faults: [] };

/** What is found wrong with each under its plan. */
const VIOLATIONS: Readonly<Record<string, string>> = {
  'charge-without-key': 'the account was debited 2 times',
  'check-then-act': 'there was 1 lamp, and Bob and Alice have bought one each',
  'lease-wall-clock': 'A-3 was paid more than once',
  'lost-update': 'there are two of invoice 1001',
  'retry-double-send': 'the same message was sent 2 times',
  'time-branch': 'confirmed 2900 cents and charged 4900',
};

/** What each execution came to, and what was printed by all, in no order. */
function endOf({ history }: WrongRun): readonly string[] {
  return history
    .executions()
    .map(({ id, status, exitCode }) => `${status} ${exitCode} ${stdoutOf(history, id)}`)
    .sort();
}

test('every example that is wrong on purpose is tested here, and explains itself', () => {
  const names = readdirSync(WRONG_FOLDER, { withFileTypes: true })
    .filter((each) => each.isDirectory())
    .map(({ name }) => name);
  assert.deepEqual(names.sort(), Object.keys(VIOLATIONS));
  for (const name of names) {
    const files = readdirSync(join(WRONG_FOLDER, name));
    for (const file of ['README.md', 'backstitch.json', 'checks.mjs', 'plan.json']) {
      assert.ok(files.includes(file), `${name} has no ${file}`);
    }
  }
});

for (const [name, violation] of Object.entries(VIOLATIONS)) {
  test(`${name}: undisturbed, the wrong program does what the right one does`, async () => {
    const wrong = await runWrong(name, 'wrong', NO_FAULTS);
    const fixed = await runWrong(name, 'fixed', NO_FAULTS);
    assert.deepEqual([...wrong.violations, ...fixed.violations], []);
    assert.deepEqual(endOf(wrong), endOf(fixed));
  });

  test(`${name}: the one fault of its plan breaks the wrong program, and not the fixed one`, async () => {
    const plan = pinnedPlan(name);
    assert.equal(plan.faults.length, 1);
    assert.deepEqual((await runWrong(name, 'wrong', plan)).violations, [violation]);
    assert.deepEqual((await runWrong(name, 'fixed', plan)).violations, []);
  });

  test(`${name}: the fixed program is right wherever it crashes`, async () => {
    const undisturbed = await runWrong(name, 'fixed', NO_FAULTS);
    for (const { id } of undisturbed.history.executions()) {
      for (const { seq } of undisturbed.history.entries(id)) {
        for (const point of EFFECT_POINTS) {
          const faults = [{ kind: 'crash', point, at: { execution: id, seq } }];
          const { violations } = await runWrong(name, 'fixed', { faults });
          assert.deepEqual(violations, [], `crash at the point "${point}" of #${seq} of ${id}`);
        }
      }
    }
  });
}
