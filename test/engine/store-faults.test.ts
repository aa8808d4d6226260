import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { FAULT_POINTS } from '../../simulator/faults/fault.ts';
import type { GuestProgram } from '../../simulator/guest/program.ts';
import { NANOS_PER_SECOND } from '../../simulator/kernel/time.ts';
import { JOURNAL_STORE } from '../../simulator/world/network.ts';
import { buildProgram, closeBuilder } from '../helpers/programs.ts';
import { type ScriptOptions, type Simulated, simulate } from '../helpers/simulate.ts';
import { expectCrashLaw, expectReplayLaw } from '../property/laws.ts';

const ARGS = ['wall', 'random', '8', 'print', 'a', 'post', 'http://counter/a', 'x', 'print', 'b'];

describe('faults of the journal store', () => {
  let program: GuestProgram;
  before(async () => {
    program = await buildProgram('test/fixtures/programs/script.c');
  });
  after(closeBuilder);

  function run(faults: readonly object[], more: Partial<ScriptOptions> = {}): Simulated {
    const simulated = simulate(program, { args: ARGS, plan: { faults }, ...more });
    assert.deepEqual(simulated.simulation.run(), { kind: 'ended' });
    expectCrashLaw(simulated);
    expectReplayLaw(simulated);
    return simulated;
  }

  function outcomes({ sink }: Simulated): string[] {
    return [...sink.attempts.values()].map(({ node, outcome }) => `${node} ${outcome}`);
  }

  function seconds({ simulation }: Simulated): number {
    return Number(simulation.agenda.now / NANOS_PER_SECOND);
  }

  const at = { effect: 'http.request' };

  it('let commits wait while it cannot be reached', () => {
    const short = run([{ kind: 'store-unreachable', at, for: '5s' }]);
    assert.equal(seconds(short), 5);
    assert.deepEqual(outcomes(short), ['node-a completed']);
    const sent = short.sink.traces.find(({ kind }) => kind === 'request.sent');
    assert.ok(
      (sent?.at ?? 0n) >= 5n * NANOS_PER_SECOND,
      'no call leaves before its intent is durable',
    );
  });

  it('take the lease of the node that cannot reach it', () => {
    const args = [...ARGS, 'sleep', '9000', 'sleep', '9000'];
    const long = run([{ kind: 'store-unreachable', node: '@owner', at, for: '15s' }], { args });
    assert.deepEqual(outcomes(long), ['node-a fenced', 'node-b completed']);
  });

  it('let nobody take over while nobody can reach it', () => {
    const all = run([{ kind: 'store-unreachable', at, for: '1min' }]);
    const claims = all.sink.traces.filter(({ kind }) => kind === 'lease.claimed');
    assert.deepEqual(
      claims.map((row) => [row.node, row.at / NANOS_PER_SECOND]),
      [
        ['node-a', 0n],
        ['node-b', 60n],
      ],
    );
  });

  it('begin an execution when it can be reached', () => {
    const outage = { kind: 'store-unreachable', at: { time: '0s' }, for: '15s' };
    const crash = { kind: 'crash', at: { time: '1ms' }, node: '@owner' };
    const simulated = run([outage, crash]);
    const claims = simulated.sink.traces.filter(({ kind }) => kind === 'lease.claimed');
    assert.equal(claims.at(-1)?.at, 15n * NANOS_PER_SECOND);
  });

  it('make each commit take longer, and keep their order', () => {
    const { sink, simulation } = run([{ kind: 'store-slow', at, by: '1s', for: '1min' }]);
    // The intent, the result, what was printed last, and the end.
    assert.equal(simulation.agenda.now / NANOS_PER_SECOND, 4n);
    assert.ok(!sink.traces.some(({ kind }) => kind === 'lease.expired'));
    const ending = run([{ kind: 'store-slow', at, by: '5s', for: '1s' }]);
    assert.equal(ending.simulation.agenda.now / NANOS_PER_SECOND, 5n);
  });

  it('store the beginning of a commit only, at every point, and lose nothing acknowledged', () => {
    const links = ['node-a', 'node-b', 'node-c'].map((from) => ({
      ...{ from, to: JOURNAL_STORE },
      ...{ latencyNanos: 20_000_000n, jitterNanos: 0n },
    }));
    let torn = 0;
    for (const world of [{}, { links }]) {
      for (const point of FAULT_POINTS) {
        for (let seq = 0; seq < 6; seq++) {
          for (const share of [0, 0.5, 1]) {
            const fault = { kind: 'torn-tail', point, share, at: { execution: 'script-1', seq } };
            const { sink } = run([fault], { world });
            torn += sink.traces.filter(({ kind }) => kind === 'journal.torn').length;
          }
        }
      }
    }
    assert.ok(torn > 20, `${torn}`);
  });

  it('store as much of a commit as the share says', () => {
    const fault = { kind: 'torn-tail', at, share: 0.5 };
    const { sink } = run([fault], { args: ['wall', 'wall', 'wall', ...ARGS.slice(5)] });
    const cut = sink.traces.find(({ kind }) => kind === 'journal.torn');
    assert.deepEqual(cut?.data, { stored: 1, cut: 2 });
    assert.equal(sink.attempts.get('script-1/2')?.replayed, 1);
    assert.deepEqual(
      sink.lostEntries.map(({ entry }) => entry.seq),
      [1, 2],
    );
  });
});
