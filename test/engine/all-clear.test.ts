import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { GuestProgram } from '../../simulator/guest/program.ts';
import type { TraceRow } from '../../simulator/journal/records.ts';
import { buildProgram, closeBuilder } from '../helpers/programs.ts';
import { type Simulated, simulate } from '../helpers/simulate.ts';
import { expectCrashLaw, expectReplayLaw } from '../property/laws.ts';

const SECOND = 1_000_000_000n;
const SLEEPS = ['sleep', '5000', 'sleep', '5000', 'sleep', '5000', 'sleep', '5000', 'print', 'end'];

describe('the end of a plan', () => {
  let program: GuestProgram;
  before(async () => {
    program = await buildProgram('test/fixtures/programs/script.c');
  });
  after(closeBuilder);

  function run(
    plan: { readonly faults: readonly object[]; readonly until?: string },
    args: readonly string[] = SLEEPS,
  ): Simulated {
    const simulated = simulate(program, { args, plan });
    assert.deepEqual(simulated.simulation.run(), { kind: 'ended' });
    expectCrashLaw(simulated);
    expectReplayLaw(simulated);
    return simulated;
  }

  /** What happened at an instant, in seconds: kinds of traces, with the node. */
  function at({ sink }: Simulated, seconds: number): readonly string[] {
    const isThen = (row: TraceRow): boolean => row.at === BigInt(seconds) * SECOND;
    return sink.traces.filter(isThen).map(({ kind, node = '' }) => `${kind} ${node}`.trimEnd());
  }

  it('starts what is down, lets go on what stands still, and mends links and volumes', () => {
    const faults = [
      { kind: 'crash', node: 'node-b', at: { time: '1s' }, restartAfter: '1h' },
      { kind: 'pause', node: 'node-c', at: { time: '1s' }, for: '1h' },
      { kind: 'partition', isolate: ['counter'], at: { time: '1s' }, for: '1h' },
      { kind: 'store-slow', at: { time: '1s' }, for: '1h' },
      { kind: 'full', at: { time: '1s' }, for: '1h' },
    ];
    const simulated = run({ faults, until: '12s' });
    assert.deepEqual(at(simulated, 12), [
      'faults.ended',
      'link.healed',
      'link.healed',
      'volume.healed',
      'node.restarted node-b',
      'node.resumed node-c',
    ]);
    for (const { fired } of simulated.sink.faults.values()) assert.equal(fired, 1);
  });

  it('sets clocks right that are wrong, and leaves the others alone', () => {
    const faults = [
      { kind: 'clock-jump', node: 'node-a', by: '-1h', at: { time: '1s' } },
      { kind: 'clock-drift', node: 'node-b', clock: 'monotonic', ppm: 900_000, at: { time: '1s' } },
      { kind: 'clock-freeze', node: 'node-c', for: '1h', at: { time: '1s' } },
      {
        kind: 'clock-offset',
        node: 'node-c',
        clock: 'monotonic',
        by: '1s',
        for: '2s',
        at: { time: '1s' },
      },
    ];
    const simulated = run({ faults, until: '4s' });
    const reset = simulated.sink.traces.filter(({ kind }) => kind === 'clock.reset');
    assert.deepEqual(
      reset.map(({ node, data }) => `${node} ${data?.clock}`),
      // What was off for a while, and is right again, needs nothing.
      ['node-a wall', 'node-b monotonic', 'node-c wall'],
    );
    const { nodes } = simulated.simulation.engine.cluster;
    const { now } = simulated.simulation.agenda;
    const { startUnixNanos } = simulated.simulation.engine.world;
    for (const { wall } of nodes) assert.equal(wall.read(now), startUnixNanos + now);
    for (const { monotonic } of nodes) assert.ok(!monotonic.isDisturbed(now));
  });

  it('lets nothing go wrong any more, and draws nothing', () => {
    const faults = [
      { kind: 'lose-request', at: { effect: 'http.*', probability: 1 }, times: 1000 },
      { kind: 'crash', node: 'node-a', at: { time: '40s' } },
      { kind: 'crash', node: 'node-a', at: { time: '41s' } },
      { kind: 'crash', at: { execution: 'script-1', seq: 3 } },
    ];
    const post = ['post', 'http://counter/a', 'x'];
    const args = [...post, 'sleep', '40000', ...post, 'print', 'end'];
    const simulated = run({ faults, until: '40s' }, args);
    const fired = [...simulated.sink.faults.values()].map((row) => row.fired);
    // Lost for as long as the program waits for a response, and then no more.
    assert.equal(fired[0], 3);
    assert.deepEqual(fired.slice(1), [0, 0, 0]);
    assert.equal(simulated.sink.choices.filter(({ stream }) => stream === 'fault 1').length, 1);
    assert.equal(simulated.sink.ledgerRows.length, 1);
  });

  it('is no end for what has befallen an effect already', () => {
    const faults = [{ kind: 'timer-late', by: '30s', at: { effect: 'wait.poll' } }];
    const simulated = run({ faults, until: '1s' }, ['sleep', '2000', 'print', 'late']);
    assert.ok(simulated.simulation.agenda.now >= 32n * SECOND);
  });

  it('changes nothing for a run that is over before it', () => {
    const faults = [{ kind: 'crash', at: { effect: 'wait.poll' }, restartAfter: '1s' }];
    const calm = run({ faults });
    const ended = run({ faults, until: '30d' });
    assert.deepEqual(ended.sink.traces, calm.sink.traces);
    assert.deepEqual(ended.sink.choices, calm.sink.choices);
    assert.deepEqual(ended.sink.entries, calm.sink.entries);
  });

  it('refuses faults by hand from then on', () => {
    const plan = { faults: [], until: '1s' };
    const simulated = simulate(program, {
      ...{ args: SLEEPS, plan },
      setup: { observer: { stopsBefore: ({ seq }) => seq === 2 } },
    });
    const { simulation } = simulated;
    assert.equal(simulation.run().kind, 'stopped');
    const crash = {
      kind: 'crash',
      point: 'before',
      node: undefined,
      restartAfterNanos: undefined,
    } as const;
    const place = { kind: 'match', effect: '*', execution: undefined, match: 1 } as const;
    assert.throws(
      () => simulation.inputs.inject({ ...crash, at: place }),
      /PlanError: .*\n.*at "until" of the plan or after it/,
    );
  });

  it('refuses faults by hand that would come after it', () => {
    const plan = { faults: [], until: '10s' };
    const { simulation } = simulate(program, {
      ...{ args: SLEEPS, plan },
      setup: { observer: { stopsBefore: ({ seq }) => seq === 0 } },
    });
    assert.equal(simulation.run().kind, 'stopped');
    const at = (seconds: number) => {
      return { kind: 'time', atNanos: BigInt(seconds) * SECOND } as const;
    };
    const crash = {
      kind: 'crash',
      point: 'before',
      node: 'node-a',
      restartAfterNanos: 1n,
    } as const;
    simulation.inputs.inject({ ...crash, at: at(9) });
    assert.throws(
      () => simulation.inputs.inject({ ...crash, at: at(10) }),
      /at "until" of the plan/,
    );
  });
});
