import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import type { JsonObject } from '../../simulator/effects/operation.ts';
import { EFFECT_POINTS } from '../../simulator/faults/fault.ts';
import type { GuestProgram } from '../../simulator/guest/program.ts';
import { buildProgram, closeBuilder } from '../helpers/programs.ts';
import { type Simulated, simulate } from '../helpers/simulate.ts';
import {
  entriesOf,
  expectCrashLaw,
  expectMonotonic,
  expectPostsOnce,
  expectReplayLaw,
  expectSentOnce,
  structureOf,
} from './laws.ts';
import {
  anyCase,
  anyProgram,
  type Case,
  checkCase,
  optionsOf,
  runs,
  seed,
  steadyProgram,
} from './random-cases.ts';

const RUNS_EVERYWHERE = 12;
const RUNS_PAIRS = 120;
const RUNS_ANYTHING = 150;

function crash(seq: number, point: string, execution = 'script-1'): JsonObject {
  return { kind: 'crash', point, at: { execution, seq } };
}

describe('the crash law', () => {
  let program: GuestProgram;
  before(async () => {
    program = await buildProgram('test/fixtures/programs/script.c');
  });
  after(closeBuilder);

  function run(tested: Case): Simulated {
    const simulated = simulate(program, optionsOf(tested));
    assert.deepEqual(simulated.simulation.run(), { kind: 'ended' });
    return simulated;
  }

  function expectRecovers(tested: Case, undisturbed: Simulated, sameText: boolean): Simulated {
    return checkCase(tested, () => {
      const recovered = run(tested);
      expectCrashLaw(recovered);
      expectPostsOnce(recovered);
      expectMonotonic(recovered, 'counted');
      assert.equal(structureOf(recovered.text()), structureOf(undisturbed.text()));
      if (sameText) assert.equal(recovered.text(), undisturbed.text());
      return recovered;
    });
  }

  it('holds for a crash at every point of every effect', () => {
    fc.assert(
      fc.property(anyProgram, seed, (args, worldSeed) => {
        const calm: Case = { args, faults: [], seed: worldSeed, count: 1, commitMs: worldSeed % 3 };
        const undisturbed = run(calm);
        const effects = entriesOf(undisturbed, 'script-1').length;
        for (let seq = 0; seq < effects; seq++) {
          for (const point of EFFECT_POINTS) {
            const tested = { ...calm, faults: [crash(seq, point)] };
            const recovered = expectRecovers(tested, undisturbed, false);
            // Only there is a result known outside and to nobody else.
            if (point !== 'performed') checkCase(tested, () => expectSentOnce(recovered));
          }
        }
      }),
      { numRuns: runs(RUNS_EVERYWHERE) },
    );
  });

  it('gives the very same output where no clock or random number is read', () => {
    fc.assert(
      fc.property(steadyProgram, seed, fc.nat(), (args, worldSeed, pick) => {
        const calm: Case = { args, faults: [], seed: worldSeed, count: 1, commitMs: worldSeed % 3 };
        const undisturbed = run(calm);
        const effects = entriesOf(undisturbed, 'script-1').length;
        for (const point of EFFECT_POINTS) {
          expectRecovers({ ...calm, faults: [crash(pick % effects, point)] }, undisturbed, true);
        }
      }),
      { numRuns: runs(RUNS_PAIRS) },
    );
  });

  it('holds for two crashes at any two points', () => {
    const where = fc.tuple(fc.nat(24), fc.constantFrom(...EFFECT_POINTS));
    fc.assert(
      fc.property(anyProgram, seed, where, where, (args, worldSeed, first, second) => {
        const calm: Case = { args, faults: [], seed: worldSeed, count: 1, commitMs: worldSeed % 3 };
        const faults = [crash(...first), crash(...second)];
        expectRecovers({ ...calm, faults }, run(calm), false);
      }),
      { numRuns: runs(RUNS_PAIRS) },
    );
  });

  it('holds for several executions on three nodes under any faults', () => {
    fc.assert(
      fc.property(anyCase, (tested) => {
        checkCase(tested, () => {
          const simulated = run(tested);
          expectCrashLaw(simulated);
          expectMonotonic(simulated, 'not counted');
          expectReplayLaw(simulated);
        });
      }),
      { numRuns: runs(RUNS_ANYTHING) },
    );
  });
});
