import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import type { JsonObject } from '../../simulator/effects/operation.ts';
import { planJson } from '../../simulator/faults/plan.ts';
import type { GuestProgram } from '../../simulator/guest/program.ts';
import { RandomStream } from '../../simulator/kernel/random-stream.ts';
import type { MemorySink } from '../helpers/memory-sink.ts';
import { buildProgram, closeBuilder } from '../helpers/programs.ts';
import { type Simulated, simulate } from '../helpers/simulate.ts';
import { injectByHand } from './inject-by-hand.ts';
import { anyCase, anyFault, type Case, checkCase, optionsOf, runs } from './random-cases.ts';
import { assertSameSink } from './sink-text.ts';

const RUNS = 200;
/** A driver that stops more often than this does not come to an end. */
const STOPS_MAX = 10_000;

/** Ones that a person would click: they hit what is there now, or comes next. */
function clicked({ simulation }: Simulated, fault: JsonObject): JsonObject {
  const { at } = fault as { at: JsonObject };
  const latest = simulation.executions[0]?.latest;
  if (at.seq === undefined || latest === undefined) return fault;
  return { ...fault, at: { execution: 'script-1', seq: latest.view.length } };
}

/** The rows of faults, but for whether they were injected. */
function faultsOf({ faults }: MemorySink): readonly object[] {
  return [...faults.values()].map(({ injected: _injected, ...row }) => row);
}

describe('faults that are injected by hand', () => {
  let program: GuestProgram;
  before(async () => {
    program = await buildProgram('test/fixtures/programs/script.c');
  });
  after(closeBuilder);

  /** Runs, stops now and then, and injects a fault at each stop as long as there are some. */
  function runByHand(tested: Case, faults: readonly JsonObject[], stops: number): Simulated {
    const stream = new RandomStream(stops, 'stops');
    const isTime = (): boolean => stream.nextUint32() % 4 === 0;
    const stopped = new Set<string>();
    const simulated = simulate(program, {
      ...optionsOf(tested),
      setup: {
        observer: {
          stopsBefore: ({ execution, attempt, seq }) => {
            const id = `${execution}/${attempt}/${seq}`;
            if (stopped.has(id) || !isTime()) return false;
            stopped.add(id);
            return true;
          },
          poll: isTime,
        },
      },
    });
    const left = [...faults];
    for (let stop = 0; simulated.simulation.run().kind === 'stopped'; stop++) {
      assert.ok(stop < STOPS_MAX);
      const fault = left.pop();
      if (fault === undefined) continue;
      injectByHand(simulated.simulation, clicked(simulated, fault));
    }
    return simulated;
  }

  it('do in a plan what they did when they were injected', () => {
    const many = fc.array(anyFault, { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(anyCase, many, fc.nat(), (tested, faults, stops) => {
        checkCase({ tested, faults, stops }, () => {
          const byHand = runByHand(tested, faults, stops);
          const plan = planJson(byHand.simulation.plan());
          const planned = simulate(program, { ...optionsOf(tested), plan });
          assert.deepEqual(planned.simulation.run(), { kind: 'ended' });
          assert.deepEqual(faultsOf(planned.sink), faultsOf(byHand.sink));
          assertSameSink(planned.sink, byHand.sink, ['inputs', 'faults']);
        });
      }),
      { numRuns: runs(RUNS) },
    );
  });
});
