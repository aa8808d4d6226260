import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { GuestProgram } from '../../simulator/guest/program.ts';
import { NANOS_PER_MILLI } from '../../simulator/kernel/time.ts';
import { buildProgram, closeBuilder } from '../helpers/programs.ts';
import { type ScriptOptions, type Simulated, simulate } from '../helpers/simulate.ts';
import { entriesOf, expectCrashLaw, expectReplayLaw } from '../property/laws.ts';

describe('faults of timers', () => {
  let program: GuestProgram;
  before(async () => {
    program = await buildProgram('test/fixtures/programs/script.c');
  });
  after(closeBuilder);

  function run(args: readonly string[], faults: object[], more: Partial<ScriptOptions> = {}) {
    const simulated = simulate(program, { args, plan: { faults }, ...more });
    assert.deepEqual(simulated.simulation.run(), { kind: 'ended' });
    expectCrashLaw(simulated);
    expectReplayLaw(simulated);
    return simulated;
  }

  /** How long each wait took, in milliseconds. */
  function waits(simulated: Simulated): number[] {
    return entriesOf(simulated, 'script-1').flatMap(({ operation, startedAt, endedAt = 0n }) =>
      operation.class === 'wait' ? [Number((endedAt - startedAt) / NANOS_PER_MILLI)] : [],
    );
  }

  const SHORT = ['sleep', '2000', 'print', 'a', 'sleep', '2000', 'print', 'b'];
  const LONG = ['sleep', '60000', 'print', 'a', 'sleep', '60000', 'print', 'b'];
  const at = { effect: 'wait.poll' };

  it('let one go off too early, at most at once', () => {
    assert.deepEqual(waits(run(SHORT, [{ kind: 'timer-early', at, by: '500ms' }])), [1500, 2000]);
    assert.deepEqual(waits(run(SHORT, [{ kind: 'timer-early', at, by: '1h' }])), [0, 2000]);
    assert.deepEqual(waits(run(LONG, [{ kind: 'timer-early', at }])), [59_000, 60_000]);
  });

  it('let one go off too late, also for whoever goes on with the wait', () => {
    assert.deepEqual(waits(run(SHORT, [{ kind: 'timer-late', at, by: '500ms' }])), [2500, 2000]);
    assert.deepEqual(waits(run(LONG, [{ kind: 'timer-late', at, by: '1h' }])), [3_660_000, 60_000]);
    const crash = { kind: 'crash', at: { time: '1s' }, node: '@owner' };
    assert.deepEqual(
      waits(run(SHORT, [{ kind: 'timer-late', at, by: '30s' }, crash])),
      [32_000, 2000],
    );
  });

  it('lose what wakes it, until the engine finds the wait', () => {
    assert.deepEqual(waits(run(SHORT, [{ kind: 'timer-never', at }])), [12_000, 2000]);
    assert.deepEqual(waits(run(LONG, [{ kind: 'timer-never', at, for: '5s' }])), [65_000, 60_000]);
  });

  it('lose what wakes it, until another node takes over', () => {
    const crash = { kind: 'crash', at: { time: '3s' }, node: '@owner' };
    const [first = 0] = waits(run(SHORT, [{ kind: 'timer-never', at, for: '1h' }, crash]));
    assert.equal(Math.round(first / 1000), 10, 'with the lease');
  });

  it('wake it twice, and nothing comes of it', () => {
    for (const args of [SHORT, LONG]) {
      for (const after of ['0s', '1ms', '500ms', '1h']) {
        const twice = [{ kind: 'timer-twice', at: { effect: '*', probability: 1 }, after }];
        const disturbed = run(args, twice);
        assert.deepEqual(disturbed.sink.entries, run(args, []).sink.entries);
        assert.equal(
          disturbed.sink.traces.filter(({ kind }) => kind === 'timer.repeated').length,
          2,
        );
      }
    }
  });

  it('do nothing to an effect without a timer', () => {
    const wrong = { kind: 'timer-never', at: { effect: 'stdout.write' } };
    const { sink } = run(SHORT, [wrong]);
    assert.equal(sink.faults.get(1)?.fired, 0);
    const reading = run(['input', 'print', 'a'], [{ kind: 'timer-late', at: { effect: '*' } }]);
    assert.equal(reading.sink.faults.get(1)?.fired, 0);
  });
});
