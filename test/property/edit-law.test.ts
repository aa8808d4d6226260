/** Results changed by hand: the past stays, the future is as determined as ever. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import type { JsonObject } from '../../simulator/effects/operation.ts';
import { RESULT_SHAPES } from '../../simulator/effects/result-shape.ts';
import type { SimulationObserver } from '../../simulator/engine/simulation.ts';
import type { GuestProgram } from '../../simulator/guest/program.ts';
import type { AnyOperation } from '../../simulator/journal/entry.ts';
import { buildProgram, closeBuilder } from '../helpers/programs.ts';
import { type Simulated, simulate } from '../helpers/simulate.ts';
import { entriesOf, expectReplayLaw } from './laws.ts';
import { anyCase, type Case, checkCase, optionsOf, runs } from './random-cases.ts';
import { assertSameSink } from './sink-text.ts';

const RUNS_EDITS = 120;
const TEXT = new TextEncoder().encode('by hand');

/** An edit that any result of the operation can take. */
function editFor(
  { name }: AnyOperation,
  length: number,
): { fields: JsonObject; body?: Uint8Array } {
  const body = new Uint8Array(Math.min(length, TEXT.length)).fill(7);
  switch (name) {
    case 'clock.read':
      return { fields: { nanos: '123456789000000000' } };
    case 'random.read':
      return { fields: {}, body: new Uint8Array(length).fill(7) };
    case 'stdin.read':
      return { fields: {}, body };
    case 'http.request':
      return { fields: { status: 418 }, body: TEXT };
    default:
      return { fields: name.startsWith('volume.') ? { errno: 'io' } : {} };
  }
}

describe('an edited result', () => {
  let program: GuestProgram;
  before(async () => {
    program = await buildProgram('test/fixtures/programs/script.c');
  });
  after(closeBuilder);

  function run(tested: Case, observer: SimulationObserver = {}): Simulated {
    return simulate(program, { ...optionsOf(tested), setup: { observer } });
  }

  it('leaves all that came before it as it was, and comes again when it is run again', () => {
    fc.assert(
      fc.property(anyCase, fc.boolean(), fc.nat({ max: 30 }), (drawn, calm, which) => {
        const tested = calm ? { ...drawn, faults: [] } : drawn;
        checkCase(tested, () => {
          const plain = run(tested);
          plain.simulation.run();
          let left = which;
          const editable = ({ name }: AnyOperation) => RESULT_SHAPES[name] !== undefined;
          const simulated = run(tested, {
            stopsBefore: ({ operation }) => editable(operation) && left-- === 0,
          });
          const { simulation, sink } = simulated;
          const result = simulation.run();
          if (result.kind !== 'stopped' || result.at === undefined) {
            assertSameSink(sink, plain.sink);
            return;
          }
          const { at } = result;
          const { length = 0 } = at.args as { readonly length?: number };
          const { fields, body } = editFor(at.operation, length);
          simulation.inputs.edit(at, { whole: false, fields, body });
          simulation.run();
          assert.deepEqual(simulation.engine.problems, []);
          // A crash to come may take away what came before, and have it drawn anew.
          if (tested.faults.length === 0) {
            const before = entriesOf(plain, at.execution).slice(0, at.seq);
            assert.deepEqual(entriesOf(simulated, at.execution).slice(0, at.seq), before);
            expectReplayLaw(simulated);
          }
          const { choices, inputs } = sink;
          const again = simulate(program, {
            ...optionsOf(tested),
            setup: { choices, inputs },
          });
          again.simulation.run();
          assertSameSink(again.sink, sink);
        });
      }),
      { numRuns: runs(RUNS_EDITS) },
    );
  });
});
