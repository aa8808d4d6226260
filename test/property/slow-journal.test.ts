import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import type { GuestProgram } from '../../simulator/guest/program.ts';
import { NANOS_PER_MILLI } from '../../simulator/kernel/time.ts';
import { buildProgram, closeBuilder } from '../helpers/programs.ts';
import { type Simulated, simulate } from '../helpers/simulate.ts';
import { expectCrashLaw, expectReplayLaw, expectStillWhilePaused, watchArrivals } from './laws.ts';
import { type Case, checkCase, optionsOf, runs, slowCase } from './random-cases.ts';

const RUNS_SLOW = 250;

/** Near the journal store commits arrive as they are sent, which hides what may happen on the way. */
describe('far from the journal store', () => {
  let program: GuestProgram;
  before(async () => {
    program = await buildProgram('test/fixtures/programs/script.c');
  });
  after(closeBuilder);

  function run(tested: Case): Simulated {
    const simulated = simulate(program, optionsOf(tested));
    watchArrivals(simulated, BigInt(tested.commitMs ?? 0) * NANOS_PER_MILLI);
    assert.deepEqual(simulated.simulation.run(), { kind: 'ended' });
    return simulated;
  }

  it('the laws hold, nothing is known before it was sent, and a paused node does nothing', () => {
    fc.assert(
      fc.property(slowCase, (tested) => {
        checkCase(tested, () => {
          const simulated = run(tested);
          expectCrashLaw(simulated);
          expectReplayLaw(simulated);
          expectStillWhilePaused(simulated);
        });
      }),
      { numRuns: runs(RUNS_SLOW) },
    );
  });
});
