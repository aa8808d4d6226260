/** Trials are pure: what they are given decides what comes of them, and nothing else does. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { CheckSuite } from '../../simulator/checks/check-suite.ts';
import type { Outcome } from '../../simulator/explore/trial.ts';
import { TrialRunner } from '../../simulator/explore/trial-runner.ts';
import { EFFECT_POINTS } from '../../simulator/faults/fault.ts';
import type { GuestProgram } from '../../simulator/guest/program.ts';
import { historyText } from '../../simulator/journal/canonical-text.ts';
import { closeExamples, loadExample } from '../examples/run-example.ts';
import { buildProgram, closeBuilder } from '../helpers/programs.ts';
import { trialOf, trialRunner, violationLines } from '../helpers/trials.ts';
import { anyCase, type Case, checkCase, optionsOf, runs } from './random-cases.ts';

const RUNS_CHOICES = 60;
const RUNS_EXAMPLES = 15;
const CORRECT = [
  ['order', 'order'],
  ['saga', 'trip'],
  ['effects', 'http'],
  ['effects', 'volume'],
] as const;

const textOf = ({ history, choices }: Outcome): string => historyText(history, choices);

describe('a trial', () => {
  let program: GuestProgram;
  before(async () => {
    program = await buildProgram('test/fixtures/programs/script.c');
  });
  after(async () => {
    await closeBuilder();
    await closeExamples();
  });

  function runnerFor(tested: Case): TrialRunner {
    const { args, world, stdin, count = 1 } = optionsOf(tested);
    const workflow = { count };
    const options = { args, workflow, world: { ...world, services: COUNTER } };
    return trialRunner(program, stdin === undefined ? options : { ...options, stdin });
  }

  it('comes to the same from its choices alone, whatever its seed', () => {
    fc.assert(
      fc.property(anyCase, fc.nat(), (tested, otherSeed) => {
        checkCase(tested, () => {
          const runner = runnerFor(tested);
          const trial = trialOf(tested.faults, { seed: tested.seed });
          const first = runner.run(trial);
          const { choices } = first;
          const again = runner.run({ ...trial, seed: otherSeed, choices });
          assert.equal(textOf(again), textOf(first));
          assert.deepEqual(again.choices, choices);
        });
      }),
      { numRuns: runs(RUNS_CHOICES) },
    );
  });

  it('breaks none of the checks in a correct program, whatever goes wrong', async () => {
    const point = fc.constantFrom(...EFFECT_POINTS);
    const seq = fc.nat(30);
    for (const [folder, workflow] of CORRECT) {
      const { loaded, loadService } = await loadExample(folder, workflow);
      const runner = new TrialRunner(loaded, loadService, new CheckSuite());
      const { seed } = loaded.world;
      const at = seq.map((number) => ({ execution: `${workflow}-1`, seq: number }));
      const fault = fc.oneof(
        fc.record({ kind: fc.constant('crash'), point, at }),
        fc.record({ kind: fc.constant('pause'), point, at, for: fc.constantFrom('5s', '20s') }),
        fc.record({ kind: fc.constantFrom('lose-request', 'lose-response'), at }),
        fc.record({ kind: fc.constant('clock-jump'), by: fc.constantFrom('1h', '3d'), at }),
      );
      fc.assert(
        fc.property(fc.array(fault, { maxLength: 3 }), (faults) => {
          assert.deepEqual(violationLines(runner.run(trialOf(faults, { seed }))), []);
        }),
        { numRuns: runs(RUNS_EXAMPLES) },
      );
    }
  });
});

const COUNTER = [{ name: 'counter', script: 'none', hosts: ['counter'], latencyNanos: 1_000_000n }];
