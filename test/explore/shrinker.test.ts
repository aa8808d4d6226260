import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { faultAt } from '../../simulator/explore/aimed-fault.ts';
import { CHANCE_KINDS } from '../../simulator/explore/aspect.ts';
import { pick } from '../../simulator/explore/draw.ts';
import { drawFields } from '../../simulator/explore/fault-values.ts';
import { neighboursOf } from '../../simulator/explore/shrink/neighbours.ts';
import { withoutNeedless } from '../../simulator/explore/shrink/removal.ts';
import {
  SHRINK_RUNS_MAX,
  SHRINK_STEPS_MAX,
  Shrinker,
} from '../../simulator/explore/shrink/shrinker.ts';
import { simplerChoices } from '../../simulator/explore/shrink/simpler-choices.ts';
import { simplerFaults } from '../../simulator/explore/shrink/simpler-faults.ts';
import { simplerSchedules } from '../../simulator/explore/shrink/simpler-schedules.ts';
import type { Outcome, Trial } from '../../simulator/explore/trial.ts';
import type { Fault } from '../../simulator/faults/fault.ts';
import { faultJson, parseFault, parsePlan } from '../../simulator/faults/plan.ts';
import { executionId, seqOf } from '../../simulator/journal/entry.ts';
import type { Choice } from '../../simulator/kernel/choices.ts';
import { RandomStream } from '../../simulator/kernel/random-stream.ts';

function finished<T>(steps: Generator<void, T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

function crashAt(seq: number, more: object = {}): Fault {
  return parseFault({ kind: 'crash', at: { execution: 'a-1', seq }, ...more }, 'a test');
}

/** What matters of an outcome: the faults that have happened, which are all. */
function outcomeOf({ plan }: Trial): Outcome {
  const fired = plan.faults.map((fault) => {
    const { at } = fault;
    const seq = at.kind === 'seq' ? at.seq : 0;
    const site = { execution: executionId('a-1'), seq: seqOf(seq), effect: 'http.request' };
    return { fault, site };
  });
  return { fired, plan, choices: [], steps: 10 } as unknown as Outcome;
}

function shrunk(
  trial: Trial,
  breaks: (trial: Trial) => boolean,
  more: (trial: Trial) => Partial<Outcome> = () => ({}),
) {
  const outcomes = new Map<Outcome, Trial>();
  const run = (tried: Trial): Outcome => {
    const outcome = { ...outcomeOf(tried), ...more(tried) };
    outcomes.set(outcome, tried);
    return outcome;
  };
  const setup = {
    run,
    breaks: (outcome: Outcome) => breaks(outcomes.get(outcome) ?? trial),
    seed: 1,
  };
  return finished(new Shrinker(setup, trial, run(trial)).shrink());
}

const seqsOf = ({ plan }: Trial): number[] =>
  plan.faults.map(({ at }) => (at.kind === 'seq' ? at.seq : -1));

describe('shrinking', () => {
  it('leaves exactly the faults that are needed', () => {
    const seqs = fc.uniqueArray(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 24 });
    fc.assert(
      fc.property(seqs, fc.integer({ min: 1, max: 4 }), (drawn, count) => {
        const needed = drawn.slice(0, count).sort((one, other) => one - other);
        const faults = drawn.map((seq) => crashAt(seq, { restartAfter: '1h' }));
        const breaks = (trial: Trial) => needed.every((seq) => seqsOf(trial).includes(seq));
        const result = shrunk({ seed: 5, plan: { faults } }, breaks);
        assert.ok(result !== undefined && breaks(result.trial));
        assert.deepEqual(
          seqsOf(result.trial).sort((one, other) => one - other),
          needed,
        );
        assert.equal(result.trial.seed, 1);
        // No field is left that need not be there.
        for (const fault of result.trial.plan.faults)
          assert.equal(faultJson(fault).restartAfter, undefined);
      }),
      { numRuns: 60 },
    );
  });

  it('takes the earliest, the shortest and the fewest that still break', () => {
    const fault = parseFault(
      { kind: 'pause', point: 'recorded', for: '1h', at: { execution: 'a-1', seq: 40 } },
      'a test',
    );
    const result = shrunk({ seed: 1, plan: { faults: [fault] } }, ({ plan }) =>
      plan.faults.some((each) => {
        const { at, for: length = '20s' } = faultJson(each) as {
          at: { seq: number };
          for?: string;
        };
        return at.seq >= 13 && ['1min', '10min', '1h', '24h'].includes(length);
      }),
    );
    assert.deepEqual(result?.trial.plan.faults.map(faultJson), [
      { kind: 'pause', at: { execution: 'a-1', seq: 13 }, point: 'before', for: '1min' },
    ]);
  });

  it('keeps a seed that matters, or what it decides', () => {
    const result = shrunk({ seed: 5, plan: { faults: [] } }, ({ seed }) => seed === 5);
    assert.equal(result?.trial.seed, 5);
  });

  it('comes to an end when everything breaks, and to nothing', () => {
    const faults = Array.from({ length: 60 }, (_, seq) => crashAt(seq));
    const schedule = { order: ['a-2', 'a-1'], changes: [1, 5, 9], lagNanos: 5n };
    const result = shrunk({ seed: 5, plan: { faults, schedule } }, () => true);
    assert.deepEqual(result?.trial, { seed: 1, plan: { faults: [] } });
  });

  it('writes down what another seed decides, as little of it and as small as it may be', () => {
    /** What a run with a seed draws: the choices that are given, and then from the seed. */
    const drawn = ({ seed, choices = [] }: Trial): readonly Choice[] =>
      ['clock', 'loss'].flatMap((stream) => {
        const given = choices.filter((choice) => choice.stream === stream);
        const all = Array.from({ length: 6 }, (_, index) => seed * 1000 + index * 7);
        return all.map((value, index) => given[index] ?? { stream, value });
      });
    const breaks = (trial: Trial): boolean =>
      (drawn(trial).filter(({ stream }) => stream === 'loss')[2]?.value ?? 0) >= 4321;
    const more = (trial: Trial) => ({ choices: drawn(trial) });
    const result = shrunk({ seed: 5, plan: { faults: [] } }, breaks, more);
    assert.deepEqual(result?.trial, {
      seed: 1,
      plan: { faults: [] },
      choices: [
        { stream: 'loss', value: 0 },
        { stream: 'loss', value: 0 },
        { stream: 'loss', value: 4321 },
      ],
    });
    assert.ok(result.runs < 60, `${result.runs} runs`);
  });

  it('runs no trial twice that does not break', () => {
    const ran = new Map<string, number>();
    const faults = Array.from({ length: 12 }, (_, seq) => crashAt(seq, { restartAfter: '1h' }));
    shrunk({ seed: 1, plan: { faults } }, (trial) => {
      const text = JSON.stringify(trial.plan.faults.map(faultJson));
      const isBroken = [3, 7].every((seq) => seqsOf(trial).includes(seq));
      if (!isBroken) ran.set(text, (ran.get(text) ?? 0) + 1);
      return isBroken;
    });
    assert.ok(ran.size > 10);
    assert.equal(Math.max(...ran.values()), 1);
  });

  it('stops when its runs have taken so many steps, and says so', () => {
    const faults = Array.from({ length: 40 }, (_, seq) => crashAt(seq));
    const steps = SHRINK_STEPS_MAX / 10;
    const trial = { seed: 1, plan: { faults } };
    const result = shrunk(
      trial,
      ({ plan }) => plan.faults.length >= 5,
      () => ({ steps }),
    );
    assert.equal(result?.runs, 10);
    assert.equal(result.isUsedUp, true);
    assert.ok(result.trial.plan.faults.length < 40, 'it has come somewhere');
  });

  it('keeps the end of a plan where that is what breaks, as early as it can be', () => {
    const plan = { faults: [crashAt(3)], untilNanos: 47_000_000_000n };
    const needed = shrunk(
      { seed: 5, plan },
      ({ plan: { untilNanos = 0n } }) => untilNanos > 6n ** 12n,
    );
    assert.deepEqual(needed?.trial, { seed: 1, plan: { faults: [], untilNanos: 5_000_000_000n } });
    const other = shrunk({ seed: 5, plan }, (trial) => seqsOf(trial).includes(3));
    assert.equal(other?.trial.plan.untilNanos, undefined);
  });

  it('takes all that has happened before the end of a plan, however much', () => {
    const faults = Array.from({ length: 90 }, (_, seq) => crashAt(seq));
    const breaks = (trial: Trial) => seqsOf(trial).includes(88);
    assert.equal(shrunk({ seed: 1, plan: { faults } }, breaks), undefined);
    const ended = { faults, untilNanos: 1_000_000_000n };
    assert.deepEqual(shrunk({ seed: 1, plan: ended }, breaks)?.trial.plan, {
      faults: [crashAt(88)],
    });
  });

  it('stops after so many runs', () => {
    const faults = Array.from({ length: 60 }, (_, seq) => crashAt(seq, { restartAfter: '1h' }));
    let runs = 0;
    const result = shrunk({ seed: 1, plan: { faults } }, ({ plan }) => {
      runs++;
      const isLong = plan.faults.every((fault) => faultJson(fault).restartAfter === '1h');
      return plan.faults.length >= 50 && isLong;
    });
    assert.ok(runs <= SHRINK_RUNS_MAX + 1, `${runs}`);
    assert.equal(result?.runs, SHRINK_RUNS_MAX);
  });

  it('is no finding when only faults that never stop break it', () => {
    const plan = { faults: Array.from({ length: 80 }, (_, seq) => crashAt(seq)) };
    assert.equal(
      shrunk({ seed: 1, plan }, (trial) => trial.plan.faults.length > 64),
      undefined,
    );
  });
});

describe('leaving out what is needless', () => {
  it('leaves a list of which nothing can be left out alone', () => {
    const numbers = fc.uniqueArray(fc.nat(99), { maxLength: 30 });
    fc.assert(
      fc.property(numbers, fc.integer({ min: 0, max: 150 }), (list, wanted) => {
        fc.pre(list.reduce((sum, each) => sum + each, 0) >= wanted);
        function* breaks(kept: readonly number[]): Generator<void, boolean> {
          yield;
          return kept.reduce((sum, each) => sum + each, 0) >= wanted;
        }
        const kept = finished(withoutNeedless(list, breaks));
        assert.ok(finished(breaks(kept)));
        for (const [index] of kept.entries()) {
          assert.ok(!finished(breaks(kept.toSpliced(index, 1))), `${kept} without ${kept[index]}`);
        }
      }),
    );
  });
});

describe('simpler choices', () => {
  const lists = fc.array(
    fc.record({
      stream: fc.constantFrom('a', 'b'),
      value: fc.integer({ min: 0, max: 2 ** 53 - 1 }),
    }),
    { minLength: 1, maxLength: 12 },
  );

  it('break, and none of them can be smaller, where larger ones break whenever smaller ones do', () => {
    const limits = fc.array(fc.integer({ min: 0, max: 2 ** 29 }), { maxLength: 4 });
    fc.assert(
      fc.property(lists, limits, (list, wanted) => {
        const isBreaking = (choices: readonly Choice[]): boolean => {
          const own = choices.filter(({ stream }) => stream === 'a');
          return wanted.every((limit, index) => (own[index]?.value ?? -1) >= limit);
        };
        fc.pre(isBreaking(list));
        function* breaks(choices: readonly Choice[]): Generator<void, boolean> {
          yield;
          return isBreaking(choices);
        }
        const simple = finished(simplerChoices(list, breaks));
        assert.deepEqual(
          simple,
          wanted.map((value) => ({ stream: 'a', value })),
        );
      }),
    );
  });

  it('takes few questions for each', () => {
    let questions = 0;
    const list = Array.from({ length: 100 }, () => ({ stream: 'a', value: 2 ** 53 - 1 }));
    function* breaks(choices: readonly Choice[]): Generator<void, boolean> {
      yield;
      questions++;
      return choices.length === 100 && (choices[42]?.value ?? 0) > 99;
    }
    const simple = finished(simplerChoices(list, breaks));
    assert.deepEqual(
      simple.flatMap(({ value }, index) => (value === 0 ? [] : [[index, value]])),
      [[42, 100]],
    );
    assert.ok(questions < 80, `${questions} questions`);
  });
});

describe('simpler forms', () => {
  it('are other faults of the same kind, and come to an end', () => {
    let fault = parseFault(
      {
        kind: 'clock-jump',
        by: '-24h',
        clock: 'monotonic',
        node: 'node-b',
        at: { execution: 'a-1', seq: 9 },
      },
      'a test',
    );
    for (let steps = 0; ; steps++) {
      assert.ok(steps < 40);
      const [simpler] = simplerFaults(fault);
      if (simpler === undefined) break;
      assert.equal(simpler.kind, 'clock-jump');
      assert.notDeepEqual(faultJson(simpler), faultJson(fault));
      fault = simpler;
    }
    assert.deepEqual(faultJson(fault), {
      kind: 'clock-jump',
      at: { execution: 'a-1', seq: 0 },
      clock: 'wall',
      by: '-1ms',
    });
  });

  it('never lead back to where they came from, whatever the kind and its fields', () => {
    const names = {
      nodes: ['node-a', 'node-b'],
      others: ['journal-store', 'bank'],
      volumes: ['d'],
    };
    for (const kind of CHANCE_KINDS) {
      for (let draw = 0; draw < 40; draw++) {
        const random = new RandomStream(draw, kind);
        const fault = faultAt(kind, { execution: 'a-1', seq: 5 }, drawFields(kind, names, random));
        if (fault === undefined) continue;
        const seen = new Set<string>();
        for (let at: Fault | undefined = fault; at !== undefined; ) {
          const text = JSON.stringify(faultJson(at));
          assert.ok(!seen.has(text), `${text} comes back, of ${JSON.stringify(faultJson(fault))}`);
          seen.add(text);
          const forms: readonly Fault[] = simplerFaults(at);
          at = forms.length === 0 ? undefined : pick(forms, random);
        }
      }
    }
  });

  it('tell as much as before', () => {
    const at = { execution: 'a-1', seq: 0 };
    const told = parseFault({ kind: 'torn-write', at, told: 'part', keep: 9 }, 'a test');
    assert.ok(simplerFaults(told).length > 0);
    for (const form of simplerFaults(told)) assert.equal(faultJson(form).told, 'part');
  });

  it('of a schedule begin with none at all', () => {
    const schedule = { order: ['b', 'a'], changes: [4], lagNanos: 2_000_000_000n };
    const [none, ...others] = simplerSchedules(schedule);
    assert.equal(none, undefined);
    assert.ok(others.length > 4);
    assert.deepEqual(simplerSchedules({ order: [], changes: [], lagNanos: 0n }), [undefined]);
  });
});

describe('neighbours of a plan', () => {
  it('differ in one thing, and say which', () => {
    const plan = parsePlan(
      '{"faults": [{"kind": "pause", "at": {"execution": "a-1", "seq": 3}, "point": "performed"}]}',
      'a test',
    );
    const changes = neighboursOf(plan).map(({ change }) => change);
    assert.deepEqual(changes, [
      'the pause comes at the point before instead of performed',
      'the pause comes at the point intent instead of performed',
      'the pause comes at the point recorded instead of performed',
      'the pause is at #4 instead of #3',
      'the pause is at #2 instead of #3',
      '"for" of the pause is 10 s instead of 20 s',
      '"for" of the pause is 5 s instead of 20 s',
      '"for" of the pause is 1.25 s instead of 20 s',
      'nothing goes wrong',
    ]);
  });
});
