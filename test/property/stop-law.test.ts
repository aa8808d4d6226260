import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import type { UnknownOutcomePolicy } from '../../simulator/config/config.ts';
import type { JsonObject } from '../../simulator/effects/operation.ts';
import type { ShownOutput } from '../../simulator/engine/journal-store.ts';
import type { SimulationObserver } from '../../simulator/engine/simulation.ts';
import type { GuestProgram } from '../../simulator/guest/program.ts';
import type { ExecutionId } from '../../simulator/journal/entry.ts';
import { RandomStream } from '../../simulator/kernel/random-stream.ts';
import { buildProgram, closeBuilder } from '../helpers/programs.ts';
import { type Simulated, simulate } from '../helpers/simulate.ts';
import { injectByHand } from './inject-by-hand.ts';
import { anyCase, anyFault, type Case, checkCase, optionsOf, runs } from './random-cases.ts';
import { assertSameSink } from './sink-text.ts';

/** Found by the properties below: a paused node's turn ran inside an event of another execution. */
const PAUSED: Case = {
  args: ['input', 'get', 'http://counter/a'],
  faults: [{ kind: 'pause', at: { effect: '*', match: 1 }, point: 'performed', for: '3ms' }],
  seed: 0,
  count: 4,
  commitMs: 1,
};
/** An execution that was cancelled while it was stopped shifted the inputs after it. */
const CANCELLED: Case = {
  args: ['input', 'post', 'http://counter/a', 'a', 'input'],
  faults: [],
  seed: 0,
  count: 3,
};
const LOST: JsonObject = { kind: 'lose-request', at: { execution: 'script-1', seq: 0 } };

const RUNS_STOPS = 120;
const RUNS_INPUTS = 150;
const TURNS_MAX = 10_000;

/** Stops before about every `every`-th effect, each once, and as often between happenings. */
function stopping(seed: number, every: number, outputs: ShownOutput[]): SimulationObserver {
  const stream = new RandomStream(seed, 'stops');
  const stopped = new Set<string>();
  return {
    stopsBefore: ({ execution, attempt, seq }) => {
      const id = `${execution}/${attempt}/${seq}`;
      if (stopped.has(id) || stream.nextUint32() % every !== 0) return false;
      stopped.add(id);
      return true;
    },
    poll: () => stream.nextUint32() % every === 0,
    onOutput: (output) => outputs.push(output),
  };
}

describe('a simulation', () => {
  let program: GuestProgram;
  before(async () => {
    program = await buildProgram('test/fixtures/programs/script.c');
  });
  after(closeBuilder);

  function run(tested: Case): Simulated {
    const simulated = simulate(program, optionsOf(tested));
    assert.deepEqual(simulated.simulation.run(), { kind: 'ended' });
    return simulated;
  }

  it('gives the same recording for the same seed', () => {
    fc.assert(
      fc.property(anyCase, (tested) => {
        checkCase(tested, () => assertSameSink(run(tested).sink, run(tested).sink));
      }),
      { numRuns: runs(RUNS_STOPS) },
    );
  });

  it('gives the same recording for the same choices under another seed', () => {
    fc.assert(
      fc.property(anyCase, (tested) => {
        checkCase(tested, () => {
          const { sink } = run(tested);
          const again = simulate(program, {
            ...optionsOf({ ...tested, seed: tested.seed + 1 }),
            setup: { choices: sink.choices },
          });
          again.simulation.run();
          assertSameSink(again.sink, sink);
        });
      }),
      { numRuns: runs(RUNS_STOPS) },
    );
  });

  it('is the same whether it is stopped or not', () => {
    fc.assert(
      fc.property(anyCase, fc.nat(), fc.integer({ min: 1, max: 12 }), (tested, stops, every) => {
        checkCase(tested, () => {
          const free = run(tested);
          const outputs: ShownOutput[] = [];
          const observer = stopping(stops, every, outputs);
          const options = { ...optionsOf(tested), setup: { observer } };
          const { simulation, sink } = simulate(program, options);
          let turns = 0;
          while (simulation.run().kind === 'stopped') assert.ok(turns++ < TURNS_MAX);
          assertSameSink(sink, free.sink);
          assert.deepEqual(outputs, free.outputs);
          assert.equal(simulation.agenda.steps, free.simulation.agenda.steps);
        });
      }),
      { numRuns: runs(RUNS_STOPS), examples: [[PAUSED, 0, 1]] },
    );
  });

  it('changes in nothing under a plan whose faults never fire', () => {
    const never = [
      { kind: 'crash', at: { execution: 'script-1', seq: 10_000 } },
      { kind: 'pause', at: { effect: 'wait.poll', match: 1000 }, point: 'recorded' },
      { kind: 'crash', at: { effect: 'nothing.*' }, point: 'intent' },
      { kind: 'clock-jump', at: { time: '50000d' }, node: 'node-a', by: '-1h' },
      { kind: 'lose-request', at: { effect: 'http.*', match: 1000 } },
      { kind: 'lose-response', at: { execution: 'script-2', seq: 10_000 } },
    ];
    fc.assert(
      fc.property(anyCase, (tested) => {
        const calm = { ...tested, faults: [] };
        checkCase(calm, () => {
          const planned = run({ ...calm, faults: never });
          assertSameSink(planned.sink, run(calm).sink, ['faults']);
          for (const { fired } of planned.sink.faults.values()) assert.equal(fired, 0);
        });
      }),
      { numRuns: runs(RUNS_STOPS) },
    );
  });

  it('takes in recorded inputs at the places where they came', () => {
    const waiting = anyCase.map(
      (tested): Case => ({
        ...tested,
        args: ['input', ...tested.args, 'input'],
      }),
    );
    const policies = fc.constantFrom<UnknownOutcomePolicy>('retry', 'ask', 'fail');
    fc.assert(
      fc.property(waiting, fc.nat(), policies, fc.array(anyFault, { maxLength: 3 }), (...drawn) => {
        const [tested, operatorSeed, policy, byHand] = drawn;
        checkCase(tested, () => {
          const observer = stopping(operatorSeed, 3, []);
          const options = {
            ...optionsOf(tested),
            stdin: '',
            stdinEnds: false,
            workflow: { unknownOutcome: [{ method: '*', url: '*', policy }] },
          } as const;
          const first = simulate(program, { ...options, setup: { observer } });
          operate(first, operatorSeed, byHand);
          const { choices, inputs } = first.sink;
          const again = simulate(program, { ...options, setup: { choices, inputs } });
          again.simulation.run();
          assertSameSink(again.sink, first.sink);
        });
      }),
      { numRuns: runs(RUNS_INPUTS), examples: [[CANCELLED, 906479836, 'retry', [LOST]]] },
    );
  });
});

/** Runs to the end, and meddles wherever the simulation stops or waits. */
function operate({ simulation }: Simulated, seed: number, byHand: readonly object[]): void {
  const stream = new RandomStream(seed, 'operator');
  const chance = (among: number): boolean => stream.nextUint32() % among === 0;
  const faults = [...byHand];
  for (let turn = 0; turn < TURNS_MAX; turn++) {
    const result = simulation.run();
    if (result.kind === 'ended') return;
    const mustMove = result.kind === 'waiting';
    const fault = faults[0];
    if (fault !== undefined && chance(4)) {
      faults.shift();
      injectByHand(simulation, fault);
    }
    for (const { id, ended, journal } of simulation.executions) {
      if (ended) continue;
      if (!journal.stdin.ended && (mustMove || chance(6))) {
        simulation.inputs.feed(id, new Uint8Array(stream.nextUint32() % 400), chance(2));
      }
      if (chance(60)) simulation.inputs.cancel(id);
    }
    if (result.kind !== 'waiting') continue;
    for (const { execution, seq } of result.questions) {
      simulation.inputs.answer(execution as ExecutionId, seq, chance(2) ? 'retry' : 'fail');
    }
  }
  assert.fail('it never ends');
}
