import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { DEFAULT_BUDGET, type Outcome, TrialBrokenOff } from '../../simulator/explore/trial.ts';
import type { GuestProgram } from '../../simulator/guest/program.ts';
import { historyText } from '../../simulator/journal/canonical-text.ts';
import { buildProgram, closeBuilder } from '../helpers/programs.ts';
import { trialOf, trialRunner, violationLines } from '../helpers/trials.ts';

const TRIALS_EQUAL = 1000;
const ARGS = ['wall', 'random', '8', 'post', 'http://counter/a', 'x', 'append', '/shared/f', 'y'];

describe('trials', () => {
  let program: GuestProgram;
  before(async () => {
    program = await buildProgram('test/fixtures/programs/script.c');
  });
  after(closeBuilder);

  it('give the same outcome a thousand times, whatever was tried in between', () => {
    const runner = trialRunner(program, { args: [...ARGS, 'print', 'end'] });
    const crash = trialOf([{ kind: 'crash', point: 'performed', at: { effect: 'http.*' } }]);
    const textOf = ({ history, choices }: Outcome): string => historyText(history, choices);
    const expected = textOf(runner.run(crash));
    assert.match(expected, /node\.crashed/);
    for (let index = 0; index < TRIALS_EQUAL; index++) {
      if (index % 10 === 0) runner.run(trialOf([], { seed: index }));
      assert.equal(textOf(runner.run(crash)), expected);
    }
  });

  it('are broken off in the middle when whoever looks on wants no more', () => {
    const args = Array.from({ length: 400 }, (_, index) => ['print', `${index}`]).flat();
    let effects = 0;
    let isOver = false;
    const onlooker = { onEffect: () => void effects++, isOver: () => isOver };
    const runner = trialRunner(program, { args, onlooker });
    assert.equal(runner.calm.outputs.length, 401);
    effects = 0;
    isOver = true;
    assert.throws(() => runner.run(trialOf([])), TrialBrokenOff);
    assert.ok(effects < 400, `${effects} effects`);
    isOver = false;
    assert.equal(runner.run(trialOf([])).outputs.length, 401);
  });

  it('are broken off over their budget, and keep what there is until then', () => {
    const args = Array.from({ length: 40 }, (_, index) => ['print', `${index}`]).flat();
    const budget = { ...DEFAULT_BUDGET, effects: 10 };
    const { calm } = trialRunner(program, { args, budget });
    assert.equal(calm.ending, 'unending');
    assert.equal(calm.outputs.length, 10);
    assert.match(violationLines(calm).join('\n'), /^error completes script-1: .* does not end/);
  });
});
