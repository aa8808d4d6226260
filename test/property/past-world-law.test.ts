import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import type { WorldConfig } from '../../simulator/config/config.ts';
import type { GuestProgram } from '../../simulator/guest/program.ts';
import { pastWorld } from '../../simulator/host/past-world.ts';
import { liveWorld, type WorldSummary, worldSummary } from '../../simulator/host/world-summary.ts';
import { LiveHistory } from '../../simulator/journal/history.ts';
import { RandomStream } from '../../simulator/kernel/random-stream.ts';
import { buildProgram, closeBuilder } from '../helpers/programs.ts';
import { simulate } from '../helpers/simulate.ts';
import { anyCase, type Case, checkCase, optionsOf, runs } from './random-cases.ts';

const RUNS = 300;

/** As a configuration has it whose volume the tests mount. */
function withVolume(world: WorldConfig): WorldConfig {
  return { ...world, volumes: [{ name: 'shared', from: undefined, sizeMiB: 1 }] };
}

describe('the world of the past', () => {
  let program: GuestProgram;
  before(async () => {
    program = await buildProgram('test/fixtures/programs/script.c');
  });
  after(closeBuilder);

  it('is at each instant as the simulation had it then', () => {
    let looks = 0;
    fc.assert(
      fc.property(anyCase, fc.nat(), (tested, stops) => {
        checkCase({ tested, stops }, () => {
          looks += checkPast(tested, stops);
        });
      }),
      { numRuns: runs(RUNS) },
    );
    assert.ok(looks > RUNS, `the world was looked at ${looks} times only`);
  });

  /** Looks at the world whenever the simulation stops; gives how often. */
  function checkPast(tested: Case, stops: number): number {
    const stream = new RandomStream(stops, 'stops');
    const isTime = (): boolean => stream.nextUint32() % 3 === 0;
    const history = new LiveHistory(0n);
    const { simulation } = simulate(program, {
      ...optionsOf(tested),
      setup: { sink: history.sink, observer: { poll: isTime } },
    });
    const world = withVolume(simulation.engine.world);
    for (let looks = 1; ; looks++) {
      const { kind } = simulation.run();
      const { now } = simulation.agenda;
      const live = worldSummary(history, { ...liveWorld(simulation), world }, now);
      const past = worldSummary(history, pastWorld(history, world, { at: now }), now);
      assert.deepEqual(past, live);
      if (kind !== 'stopped') return looks;
    }
  }

  function worldOf(history: LiveHistory, world: WorldConfig) {
    return (at: bigint, seq?: number): WorldSummary => {
      const instant = seq === undefined ? { at } : { at, before: { execution: 'script-1', seq } };
      const state = pastWorld(history, world, instant);
      return worldSummary(history, state, state.now);
    };
  }

  it('is before an effect without what befalls that effect', () => {
    const history = new LiveHistory(0n);
    const at = { execution: 'script-1', seq: 1 };
    const { simulation } = simulate(program, {
      args: ['post', 'http://counter/a', 'x', 'print', 'end'],
      plan: {
        faults: [
          { kind: 'clock-jump', by: '1h', clock: 'wall', at },
          { kind: 'partition', isolate: ['@next'], for: '1h', at },
          { kind: 'full', volume: 'shared', for: '1h', at },
          { kind: 'crash', at },
        ],
      },
      setup: { sink: history.sink },
    });
    assert.equal(simulation.run().kind, 'ended');
    const look = worldOf(history, withVolume(simulation.engine.world));
    const crashedAt = history.traces().find(({ kind }) => kind === 'node.crashed')?.at ?? -1n;
    const before = look(crashedAt, 1);
    assert.deepEqual(
      before.nodes.map(({ state, wallSkewNanos }) => [state, wallSkewNanos]),
      [
        ['up', 0n],
        ['up', 0n],
        ['up', 0n],
      ],
    );
    assert.deepEqual(before.nodes[0]?.executions, ['script-1']);
    assert.deepEqual([before.links, before.faults.map(({ fired }) => fired)], [[], [0, 0, 0, 0]]);
    assert.equal(before.volumes[0]?.isFull, false);
    const after = look(crashedAt);
    assert.deepEqual(
      [after.nodes[0]?.state, after.nodes[0]?.wallSkewNanos],
      ['down', 3_600_000_000_000n],
    );
    assert.ok(
      after.links.some(({ from, to, isCut }) => from === 'node-b' && to === 'counter' && isCut),
    );
    assert.equal(after.volumes[0]?.isFull, true);
    assert.deepEqual(
      after.faults.map(({ fired }) => fired),
      [1, 1, 1, 1],
    );
  });
});
