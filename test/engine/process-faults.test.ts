import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { GuestProgram } from '../../simulator/guest/program.ts';
import { NANOS_PER_SECOND } from '../../simulator/kernel/time.ts';
import { buildProgram, closeBuilder } from '../helpers/programs.ts';
import { type Simulated, simulate } from '../helpers/simulate.ts';
import { expectCrashLaw, expectReplayLaw } from '../property/laws.ts';

const ARGS = ['post', 'http://counter/a', 'x', 'sleep', '2000', 'print', 'a', 'sleep', '2000'];

describe('faults of processes', () => {
  let program: GuestProgram;
  before(async () => {
    program = await buildProgram('test/fixtures/programs/script.c');
  });
  after(closeBuilder);

  function run(faults: readonly object[], count = 1): Simulated {
    const simulated = simulate(program, { args: ARGS, plan: { faults }, count });
    assert.deepEqual(simulated.simulation.run(), { kind: 'ended' });
    expectCrashLaw(simulated);
    expectReplayLaw(simulated);
    return simulated;
  }

  function outcomes({ sink }: Simulated): string[] {
    return [...sink.attempts.values()].map(
      ({ execution, node, outcome }) => `${execution} ${node} ${outcome}`,
    );
  }

  it('kill one process for want of memory, and not the others on its node', () => {
    const fault = { kind: 'out-of-memory', at: { time: '1s', execution: 'script-1' } };
    const simulated = run([fault], 4);
    assert.deepEqual(outcomes(simulated), [
      'script-1 node-a crashed',
      'script-2 node-b completed',
      'script-3 node-c completed',
      'script-4 node-a completed',
      'script-1 node-b completed',
    ]);
    const claimed = simulated.sink.traces.filter(({ kind }) => kind === 'lease.claimed').at(-1);
    assert.equal(claimed?.at, NANOS_PER_SECOND, 'nobody waits for the lease');
    assert.match(simulated.sink.attempts.get('script-1/1')?.detail ?? '', /no memory left/);
  });

  it('kill a process whose node cannot say so, and the lease tells', () => {
    const cut = { kind: 'store-unreachable', node: 'node-a', for: '1min', at: { time: '1s' } };
    const simulated = run([cut, { kind: 'out-of-memory', at: { time: '1500ms' } }]);
    const claimed = simulated.sink.traces.filter(({ kind }) => kind === 'lease.claimed').at(-1);
    assert.equal(claimed?.at, 10n * NANOS_PER_SECOND);
  });

  it('lose an execution that keeps nothing', () => {
    const simulated = simulate(program, {
      args: ARGS,
      plan: { faults: [{ kind: 'out-of-memory', at: { effect: 'http.request' } }] },
      workflow: { persistence: 'none' },
    });
    simulated.simulation.run();
    assert.equal(simulated.simulation.executions[0]?.status, 'lost');
  });

  it('end by hand before their time, and only once', () => {
    const node = 'node-a';
    const { sink, simulation } = run([
      { kind: 'pause', node, at: { time: '1s' }, for: '6s' },
      { kind: 'resume', node, at: { time: '2s' } },
      { kind: 'pause', node, at: { time: '3s' }, for: '5s' },
      { kind: 'crash', node: 'node-b', at: { time: '1s' }, restartAfter: '3s' },
      { kind: 'restart', node: 'node-b', at: { time: '2s' } },
      { kind: 'crash', node: 'node-b', at: { time: '3s' }, restartAfter: '3s' },
    ]);
    const at = (kind: string) =>
      sink.traces.flatMap((row) => (row.kind === kind ? [Number(row.at / NANOS_PER_SECOND)] : []));
    assert.deepEqual(at('node.resumed'), [2, 8]);
    assert.deepEqual(at('node.restarted'), [2, 6]);
    assert.equal(simulation.executions[0]?.recoveries, 0);
  });

  it('mend nothing where nothing is broken', () => {
    const mends = [
      { kind: 'resume', node: 'node-a', at: { time: '1s' } },
      { kind: 'restart', node: 'node-a', at: { effect: 'http.request' } },
      { kind: 'clock-reset', node: 'node-a', at: { time: '1s' } },
    ];
    const calm = run([]);
    const mended = run(mends);
    assert.deepEqual(mended.sink.entries, calm.sink.entries);
  });
});
