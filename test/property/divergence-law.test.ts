import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { EFFECT_POINTS } from '../../simulator/faults/fault.ts';
import type { GuestProgram } from '../../simulator/guest/program.ts';
import type { Entry } from '../../simulator/journal/entry.ts';
import { buildProgram, closeBuilder } from '../helpers/programs.ts';
import { type Simulated, simulate } from '../helpers/simulate.ts';
import { entriesOf, replayOf } from './laws.ts';
import { anyProgram, checkCase, optionsOf, runs, seed } from './random-cases.ts';

const RUNS = 400;
const ID = 'script-1';

/** A program that is another one from the second life of its execution on. */
interface ChangingCase {
  readonly args: readonly string[];
  readonly changedArgs: readonly string[];
  readonly crashAt: number;
  readonly point: string;
  readonly seed: number;
}

/** Another ending; what it has in common with the first program is replayed. */
const anyChange: fc.Arbitrary<ChangingCase> = fc
  .record({
    args: anyProgram,
    // The program says goodbye unless it exits.
    ending: fc.oneof(fc.constant([]), fc.constant(['exit', '7']), anyProgram),
    kept: fc.nat(24),
    crashAt: fc.nat(24),
    point: fc.constantFrom(...EFFECT_POINTS),
    seed,
  })
  .map(({ args, ending, kept, ...rest }) => ({
    args,
    changedArgs: [...args.slice(0, kept), ...ending],
    ...rest,
  }));

describe('the divergence law', () => {
  let program: GuestProgram;
  before(async () => {
    program = await buildProgram('test/fixtures/programs/script.c');
  });
  after(closeBuilder);

  /** Runs it; gives what the second life was to replay, if there was one. */
  function run(tested: ChangingCase): Simulated & { readonly replayed: readonly Entry[] } {
    const { args, changedArgs, crashAt, point, seed: worldSeed } = tested;
    const crash = { kind: 'crash', point, at: { execution: ID, seq: crashAt } };
    const simulated = simulate(
      program,
      optionsOf({ args, faults: [crash], seed: worldSeed, count: 1 }),
    );
    const { sink, workflow, simulation } = simulated;
    const write = sink.attempt.bind(sink);
    let replayed: Entry[] | undefined;
    sink.attempt = (row) => {
      if (row.number === 2 && replayed === undefined) {
        replayed = entriesOf(simulated, ID).map((entry) => ({ ...entry }));
        Object.assign(workflow, { config: { ...workflow.config, args: changedArgs } });
      }
      write(row);
    };
    assert.deepEqual(simulation.run(), { kind: 'ended' });
    return { ...simulated, replayed: replayed ?? [] };
  }

  it('a changed program is stopped where its replay asks for something else, and only there', () => {
    fc.assert(
      fc.property(anyChange, (tested) => {
        checkCase(tested, () => {
          const changed = run(tested);
          const [execution] = changed.simulation.executions;
          assert.ok(execution !== undefined);
          const end = replayOf(changed, execution.id, changed.replayed);
          const isLeft = end.kind === 'finished' && changed.replayed[end.replayed] !== undefined;
          if (end.kind !== 'diverged' && !isLeft) {
            assert.equal(execution.status, 'completed', execution.reason);
            return;
          }
          assert.equal(execution.status, 'diverged');
          // Replay alone cannot tell a program that ends from one whose last call was broken off.
          if (end.kind === 'diverged') assert.equal(execution.reason, end.error.message);
          else assert.match(execution.reason ?? '', /the program ended instead/);
          // What was journaled stays as it was, and nothing is added.
          assert.deepEqual(
            entriesOf(changed, ID).map(({ seq, argsHash }) => [seq, argsHash]),
            changed.replayed.map(({ seq, argsHash }) => [seq, argsHash]),
          );
        });
      }),
      { numRuns: runs(RUNS) },
    );
  });
});
