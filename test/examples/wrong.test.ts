import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Finding } from '../../simulator/explore/finding.ts';
import type { Outcome } from '../../simulator/explore/trial.ts';
import { closeExamples } from './run-example.ts';
import { explore, pinnedPlan, readyVariant, runUnder, WRONG_FOLDER } from './wrong-run.ts';

after(closeExamples);

interface Mistake {
  /** The check of the example that finds it. */
  readonly check: string;
  /** What the check says under the plan beside the example. */
  readonly message: string;
  /** The source that findings lead to; a file in C unless it says otherwise. */
  readonly source?: string;
}

const MISTAKES: Readonly<Record<string, Mistake>> = {
  'charge-without-key': {
    check: 'debitedOnce',
    message: 'the account was debited 2 times',
  },
  'check-then-act': {
    check: 'notOversold',
    message: 'there was 1 lamp, and Bob and Alice have bought one each',
  },
  'lease-wall-clock': {
    check: 'paidOnce',
    message: 'A-3 was paid more than once',
  },
  'lost-update': {
    check: 'numberedOnce',
    message: 'there are two of invoice 1001',
  },
  'retry-double-send': {
    check: 'sentOnce',
    message: 'the same message was sent 2 times',
    source: 'wrong.ts',
  },
  'time-branch': {
    check: 'chargedAsConfirmed',
    message: 'confirmed 2900 cents and charged 4900',
  },
};

const NO_FAULTS = { faults: [] };

/** Enough for each wrong program; the first ones are crashes at every effect. */
const RUNS_TO_FIND = 500;
/** One trial of so many, spread over all that there are, so that every strategy has its turn. */
const FIXED_SHARD = { index: 1, count: 120 };
const FIXED_RUNS = 9_000;

function errorsOf({ violations }: Outcome): readonly string[] {
  return violations
    .filter(({ severity }) => severity === 'error')
    .map(({ check, message }) => `${check}: ${message}`);
}

/** What each execution came to, in no order. */
function endOf({ history, outputs }: Outcome): readonly string[] {
  return history
    .executions()
    .map(({ id, status, exitCode }) => {
      const shown = outputs.filter(({ execution }) => execution === id).map(({ bytes }) => bytes);
      return `${status} ${exitCode} ${Buffer.concat(shown).toString()}`;
    })
    .sort();
}

test('every example that is wrong on purpose is tested here, and explains itself', () => {
  const names = readdirSync(WRONG_FOLDER, { withFileTypes: true })
    .filter((each) => each.isDirectory())
    .map(({ name }) => name);
  assert.deepEqual(names.sort(), Object.keys(MISTAKES));
  for (const name of names) {
    const files = readdirSync(join(WRONG_FOLDER, name));
    for (const file of ['README.md', 'backstitch.json', 'checks.mjs', 'plan.json']) {
      assert.ok(files.includes(file), `${name} has no ${file}`);
    }
  }
});

for (const [name, { check, message, source = 'wrong.c' }] of Object.entries(MISTAKES)) {
  test(`${name}: undisturbed, the wrong program does what the right one does`, async () => {
    const both = [readyVariant(name, 'wrong'), readyVariant(name, 'fixed')] as const;
    const [wrong, fixed] = (await Promise.all(both)).map((each) => runUnder(each, NO_FAULTS));
    assert.ok(wrong !== undefined && fixed !== undefined);
    assert.deepEqual([...errorsOf(wrong), ...errorsOf(fixed)], []);
    assert.deepEqual(endOf(wrong), endOf(fixed));
  });

  test(`${name}: the one fault of its plan breaks the wrong program, and not the fixed one`, async () => {
    const plan = pinnedPlan(name);
    assert.equal(plan.faults.length, 1);
    const wrong = errorsOf(runUnder(await readyVariant(name, 'wrong'), plan));
    assert.ok(wrong.includes(`${check}: ${message}`), wrong.join('\n'));
    assert.deepEqual(errorsOf(runUnder(await readyVariant(name, 'fixed'), plan)), []);
  });

  test(`${name}: exploring finds the mistake, and shrinks it to one fault and a line`, async () => {
    const wrong = await readyVariant(name, 'wrong');
    const isIt = (finding: Finding) => finding.check === check;
    const found = explore(wrong, { runs: RUNS_TO_FIND }, isIt).find(isIt);
    assert.ok(found !== undefined, `nothing is found in ${RUNS_TO_FIND} runs`);
    assert.ok(Array.isArray(found.trial.plan.faults));
    assert.equal(found.trial.plan.faults.length, 1);
    assert.ok(found.nearestPassing !== undefined);
    assert.ok(found.at !== undefined);
    assert.equal(found.at.source?.path.split('/').at(-1), source);
    const again = errorsOf(runUnder(wrong, found.trial.plan));
    assert.ok(again.includes(`${check}: ${found.message}`), again.join('\n'));
  });

  test(`${name}: exploring the fixed program finds nothing`, async () => {
    const options = { runs: FIXED_RUNS, shard: FIXED_SHARD };
    const findings = explore(await readyVariant(name, 'fixed'), options);
    assert.deepEqual(
      findings
        .filter(({ severity }) => severity === 'error')
        .map((each) => `${each.check}: ${each.message} ${JSON.stringify(each.trial)}`),
      [],
    );
  });
}
