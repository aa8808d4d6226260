import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import type { GuestProgram } from '../../simulator/guest/program.ts';
import { NANOS_PER_MILLI } from '../../simulator/kernel/time.ts';
import { buildProgram, closeBuilder } from '../helpers/programs.ts';
import { simulate } from '../helpers/simulate.ts';
import {
  expectCrashLaw,
  expectOutputCommit,
  expectReplayLaw,
  expectSentByTheLiving,
  expectStillWhilePaused,
  watchArrivals,
} from './laws.ts';
import { type Case, checkCase, optionsOf, runs, slowCase, zombieCase } from './random-cases.ts';

const RUNS_SLOW = 250;
const RUNS_ZOMBIES = 100;

/** Near the journal store commits arrive as they are sent, which hides what may happen on the way. */
describe('far from the journal store', () => {
  let program: GuestProgram;
  before(async () => {
    program = await buildProgram('test/fixtures/programs/script.c');
  });
  after(closeBuilder);

  function check(tested: Case): void {
    const simulated = simulate(program, optionsOf(tested));
    const arrivals = watchArrivals(simulated, BigInt(tested.commitMs ?? 0) * NANOS_PER_MILLI);
    assert.deepEqual(simulated.simulation.run(), { kind: 'ended' });
    expectCrashLaw(simulated);
    expectReplayLaw(simulated);
    expectOutputCommit(simulated, arrivals);
    expectStillWhilePaused(simulated);
    expectSentByTheLiving(simulated);
  }

  it('nothing is known before it was sent, and nothing is sent before it is known', () => {
    fc.assert(
      fc.property(slowCase, (tested) => checkCase(tested, () => check(tested))),
      { numRuns: runs(RUNS_SLOW) },
    );
  });

  it('a node that lost its lease sends and ends nothing once it knows', () => {
    fc.assert(
      fc.property(zombieCase, (tested) => checkCase(tested, () => check(tested))),
      { numRuns: runs(RUNS_ZOMBIES) },
    );
  });

  it('what is on its way when an execution is cancelled is refused', () => {
    const args = ['print', 'one', 'print', 'two'];
    const tested: Case = { args, faults: [], seed: 1, count: 2, commitMs: 300 };
    const shown: string[] = [];
    const { simulation, sink } = simulate(program, {
      ...optionsOf(tested),
      setup: {
        observer: {
          stopsBefore: ({ execution, seq }) => execution === 'script-1' && seq === 1,
          onOutput: ({ execution, seq }) => shown.push(`${execution}/${seq}`),
        },
      },
    });
    assert.equal(simulation.run().kind, 'stopped');
    const [execution] = simulation.executions;
    assert.ok(execution !== undefined);
    simulation.inputs.cancel(execution.id);
    assert.deepEqual(simulation.run(), { kind: 'ended' });
    assert.equal(execution.status, 'cancelled');
    // The other one keeps the world going until all has arrived.
    assert.deepEqual(shown, ['script-2/0', 'script-2/1', 'script-2/2']);
    assert.equal(sink.entries.get(execution.id), undefined);
    assert.equal(sink.traces.filter(({ kind }) => kind === 'commit.refused').length, 1);
  });
});
