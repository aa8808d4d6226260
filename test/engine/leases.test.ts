import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { EFFECT_POINTS } from '../../simulator/faults/fault.ts';
import type { GuestProgram } from '../../simulator/guest/program.ts';
import { MemorySink } from '../helpers/memory-sink.ts';
import { buildProgram, closeBuilder } from '../helpers/programs.ts';
import { type Simulated, simulate } from '../helpers/simulate.ts';
import { expectCrashLaw, expectPostsOnce, structureOf } from '../property/laws.ts';

const ARGS = ['wall', 'print', 'a', 'post', 'http://counter/a', 'x', 'sleep', '500', 'print', 'b'];

function outcomes({ sink }: Simulated): string[] {
  return [...sink.attempts.values()].map(({ node, outcome }) => `${node} ${outcome}`);
}

function traced({ sink }: Simulated, kind: string): number {
  return sink.traces.filter((trace) => trace.kind === kind).length;
}

describe('a lease', () => {
  let program: GuestProgram;
  before(async () => {
    program = await buildProgram('test/fixtures/programs/script.c');
  });
  after(closeBuilder);

  function run(plan: object, args: readonly string[] = ARGS): Simulated {
    const simulated = simulate(program, { args, plan });
    assert.deepEqual(simulated.simulation.run(), { kind: 'ended' });
    return simulated;
  }

  function pause(seq: number, point: string, length: string): object {
    return { kind: 'pause', point, at: { execution: 'script-1', seq }, for: length };
  }

  it('outlives a pause that is shorter, at every point of every effect', () => {
    const undisturbed = run({ faults: [] });
    for (let seq = 0; seq < 6; seq++) {
      for (const point of EFFECT_POINTS) {
        const paused = run({ faults: [pause(seq, point, '2s')] });
        expectCrashLaw(paused);
        assert.equal(structureOf(paused.text()), structureOf(undisturbed.text()));
        assert.deepEqual(outcomes(paused), ['node-a completed']);
        assert.equal(traced(paused, 'lease.expired'), 0);
      }
    }
  });

  it('is lost in a pause that is longer, and the zombie leaves at most a request with its key', () => {
    const undisturbed = run({ faults: [] });
    for (let seq = 0; seq < 6; seq++) {
      for (const point of EFFECT_POINTS) {
        // Long enough for the zombie to wake up while its successor still sleeps.
        const sleepy = [...ARGS, 'sleep', '9000', 'sleep', '9000', 'sleep', '9000'];
        const paused = run({ faults: [pause(seq, point, '20s')] }, sleepy);
        expectCrashLaw(paused);
        expectPostsOnce(paused);
        assert.equal(structureOf(paused.text()), structureOf(undisturbed.text()));
        assert.deepEqual(outcomes(paused), ['node-a fenced', 'node-b completed']);
        assert.equal(traced(paused, 'lease.expired'), 1);
      }
    }
  });

  it('is renewed between two pauses that are together longer', () => {
    const faults = ['1s', '8s'].map((time) => {
      return { kind: 'pause', node: 'node-a', at: { time }, for: '6s' };
    });
    const simulated = run({ faults }, ['sleep', '9000', 'sleep', '9000']);
    assert.deepEqual(outcomes(simulated), ['node-a completed']);
  });

  it('is lost by a node whose clock is so slow that it renews too late', () => {
    const drift = { kind: 'clock-drift', clock: 'monotonic', at: { time: '1s' }, node: 'node-a' };
    const args = ['sleep', '4000', 'sleep', '4000', 'sleep', '4000', 'sleep', '4000'];
    const slow = run({ faults: [{ ...drift, ppm: -900_000 }] }, args);
    expectCrashLaw(slow);
    assert.equal(traced(slow, 'lease.expired'), 1);
    assert.deepEqual(outcomes(slow), ['node-a fenced', 'node-b completed']);
    const mild = run({ faults: [{ ...drift, ppm: -500_000 }] }, args);
    assert.deepEqual(outcomes(mild), ['node-a completed']);
  });

  it('is kept by a slow node that is corrected in time', () => {
    const drift = { kind: 'clock-drift', clock: 'monotonic', at: { time: '1s' }, node: 'node-a' };
    const faults = [{ ...drift, ppm: -900_000, for: '2s' }];
    const simulated = run({ faults }, ['sleep', '9000', 'sleep', '9000']);
    assert.deepEqual(outcomes(simulated), ['node-a completed']);
  });

  it('is claimed by nobody while all nodes are down, and by the first that is back', () => {
    const crash = { kind: 'crash', at: { time: '1s' } };
    const faults = [
      { ...crash, node: 'node-a', restartAfter: '90s' },
      { ...crash, node: 'node-b', restartAfter: '60s' },
      { ...crash, node: 'node-c', restartAfter: '70s' },
    ];
    const simulated = run({ faults }, ['sleep', '5000', 'print', 'x']);
    expectCrashLaw(simulated);
    assert.deepEqual(outcomes(simulated), ['node-a crashed', 'node-b completed']);
    const [, second] = [...simulated.sink.attempts.values()];
    assert.equal(second?.startedAt, 61_000_000_000n);
  });

  it('is claimed again by the only node there is, after it was paused for too long', () => {
    const faults = [{ kind: 'pause', node: 'node-a', at: { time: '1s' }, for: '60s' }];
    const world = { nodes: ['node-a'] };
    const simulated = simulate(program, { args: ['sleep', '5000'], plan: { faults }, world });
    assert.deepEqual(simulated.simulation.run(), { kind: 'ended' });
    expectCrashLaw(simulated);
    assert.deepEqual(outcomes(simulated), ['node-a fenced', 'node-a completed']);
  });

  it('leaves a cancelled execution cancelled when its only node comes back', () => {
    const faults = [{ kind: 'pause', node: 'node-a', at: { time: '100ms' }, for: '60s' }];
    const sink = new MemorySink();
    const { simulation } = simulate(program, {
      args: ['post', 'http://counter/a', 'x', 'sleep', '500'],
      plan: { faults },
      world: { nodes: ['node-a'] },
      count: 2,
      setup: { sink },
    });
    sink.trace = ({ kind, execution }) => {
      if (kind !== 'lease.expired' || execution !== 'script-1') return;
      simulation.agenda.in(1n, () => simulation.inputs.cancel(execution));
    };
    assert.deepEqual(simulation.run(), { kind: 'ended' });
    assert.deepEqual(
      simulation.executions.map(({ status }) => status),
      ['cancelled', 'completed'],
    );
  });

  it('carries on through sleeps while a node is paused', () => {
    const faults = [{ kind: 'pause', point: 'intent', at: { effect: 'wait.poll' }, for: '8s' }];
    const simulated = run({ faults }, ['sleep', '1000', 'print', 'x']);
    expectCrashLaw(simulated);
    assert.deepEqual(outcomes(simulated), ['node-a completed']);
  });
});
