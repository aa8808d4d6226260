import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { EFFECT_POINTS } from '../../simulator/faults/fault.ts';
import type { GuestProgram } from '../../simulator/guest/program.ts';
import { buildProgram, closeBuilder } from '../helpers/programs.ts';
import { simulate } from '../helpers/simulate.ts';
import { expectCrashLaw } from '../property/laws.ts';

const ARGS = ['wall', 'random', '4', 'print', 'a', 'post', 'http://counter/a', 'x', 'sleep', '5'];
const EFFECTS = ['clock.read', 'random.read', 'stdout.write', 'http.request', 'wait.poll'];
/** Commits take a while, so that guests are put aside in the middle of their effects. */
const LINKS = ['node-a', 'node-b'].map((from) => {
  return { from, to: 'journal-store', latencyNanos: 1_000_000n, jitterNanos: 0n };
});

describe('a point of an effect', () => {
  let program: GuestProgram;
  before(async () => {
    program = await buildProgram('test/fixtures/programs/script.c');
  });
  after(closeBuilder);

  for (const effect of EFFECTS) {
    it(`of ${effect} is passed once, also when its guest is put aside there`, () => {
      for (const point of EFFECT_POINTS) {
        const at = { execution: 'script-1', effect };
        const faults = [
          { kind: 'pause', at, point, for: '30ms' },
          { kind: 'pause', at, point: 'performed', for: '20ms' },
          { kind: 'clock-jump', at: { ...at, match: 2 }, by: '1s' },
        ];
        const world = { nodes: ['node-a', 'node-b'], links: LINKS };
        const { simulation, ...rest } = simulate(program, {
          args: [...ARGS, ...ARGS],
          plan: { faults },
          world,
          count: 6,
        });
        assert.deepEqual(simulation.run(), { kind: 'ended' });
        expectCrashLaw({ simulation, ...rest });
        for (const { number, fired } of rest.sink.faults.values()) {
          assert.equal(fired, 1, `fault ${number} at ${point}`);
        }
        for (const { id, effects } of simulation.executions) {
          assert.equal(effects, rest.sink.entries.get(id)?.length);
        }
      }
    });

    it(`of ${effect} lets a crash come after a pause at the point before`, () => {
      for (const [index, point] of EFFECT_POINTS.slice(1).entries()) {
        const at = { execution: 'script-1', effect };
        const faults = [
          { kind: 'pause', at, point: EFFECT_POINTS[index], for: '3ms' },
          { kind: 'crash', at, point },
        ];
        const world = { nodes: ['node-a', 'node-b'], links: LINKS };
        const simulated = simulate(program, { args: ARGS, plan: { faults }, world, count: 6 });
        assert.deepEqual(simulated.simulation.run(), { kind: 'ended' });
        expectCrashLaw(simulated);
        for (const { fired } of simulated.sink.faults.values()) assert.equal(fired, 1, point);
        assert.equal(simulated.sink.attempts.get('script-1/1')?.outcome, 'crashed');
      }
    });
  }
});
