import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { JsonObject } from '../../simulator/effects/operation.ts';
import { STRATEGY_NAMES } from '../../simulator/explore/explore-options.ts';
import type { Target } from '../../simulator/explore/site.ts';
import { STRATEGIES } from '../../simulator/explore/strategies/index.ts';
import { pairAt } from '../../simulator/explore/strategies/pairs.ts';
import type { Aim, Strategy } from '../../simulator/explore/strategies/strategy.ts';
import { TrialOrder } from '../../simulator/explore/trial-order.ts';
import { EFFECT_POINTS, type Fault, specOf } from '../../simulator/faults/fault.ts';
import { faultJson, planJson } from '../../simulator/faults/plan.ts';

const EFFECTS = ['clock.read', 'http.request', 'stdout.write'] as const;

function targetAt(seq: number, execution = 'order-1'): Target {
  const effect = EFFECTS[seq % EFFECTS.length] ?? 'clock.read';
  return { execution, seq, effect, class: 'call', startedAt: BigInt(seq), lead: [] };
}

function aimAt(count: number, executions: readonly string[] = ['order-1']): Aim {
  const names = { nodes: ['node-a', 'node-b'], others: ['journal-store', 'payment'], volumes: [] };
  const targets = Array.from({ length: count }, (_, seq) => targetAt(seq));
  return { seed: 7, names, targets, executions };
}

function textOf(strategy: Strategy, aim: Aim, index: number): string {
  const trial = strategy.trials(aim).at(index);
  return JSON.stringify(trial === undefined ? null : { ...trial, plan: planJson(trial.plan) });
}

describe('strategies', () => {
  it('crash at each of the four points of every effect, once', () => {
    const list = STRATEGIES.crashes.trials(aimAt(5));
    assert.equal(list.count, 5 * 4);
    const faults = Array.from({ length: list.count }, (_, index) => list.at(index)?.plan.faults[0]);
    const places = faults.map((fault) =>
      JSON.stringify(fault === undefined ? 0 : faultJson(fault)),
    );
    assert.equal(new Set(places).size, 20);
    for (const point of EFFECT_POINTS) {
      assert.equal(places.filter((text) => text.includes(`"${point}"`)).length, 5);
    }
  });

  it('bring up first what only a fault brings up', () => {
    const lead = STRATEGIES.crashes.trials(aimAt(1)).at(2)?.plan.faults ?? [];
    assert.equal(lead.length, 1);
    const aim = { ...aimAt(0), targets: [{ ...targetAt(9), lead }] };
    const plan = STRATEGIES.crashes.trials(aim).at(0)?.plan;
    assert.equal(plan?.faults.length, 2);
    assert.equal(plan.faults[0], lead[0]);
  });

  it('hit clocks only where clocks matter, and calls only where there are calls', () => {
    const kindsAt = (name: 'clocks' | 'faults', seq: number): Set<string> => {
      const list = STRATEGIES[name].trials({ ...aimAt(0), targets: [targetAt(seq)] });
      const faults = Array.from(
        { length: list.count },
        (_, index) => list.at(index)?.plan.faults[0],
      );
      return new Set(faults.flatMap((fault) => fault?.kind ?? []));
    };
    assert.ok(kindsAt('clocks', 0).has('clock-jump'));
    assert.equal(kindsAt('clocks', 2).size, 0);
    assert.ok(kindsAt('faults', 1).has('lose-response'));
    assert.ok(!kindsAt('faults', 2).has('lose-response'));
    assert.ok(!kindsAt('faults', 1).has('corrupt-response'), 'nobody survives that');
  });

  it('leave a program a chance to know what becomes of what it writes', () => {
    const volumes = ['data'];
    const targets = ['volume.write', 'volume.sync', 'http.request'].map((effect, seq) => ({
      ...targetAt(seq),
      effect,
    }));
    const aim = { ...aimAt(0), names: { ...aimAt(0).names, volumes }, targets };
    const faultsOf = (name: 'faults' | 'swarms' | 'corruptions', max = 400): JsonObject[] => {
      const list = STRATEGIES[name].trials(aim);
      const indexes = Array.from({ length: Math.min(max, list.count) }, (_, index) => index);
      return indexes.flatMap((index) => list.at(index)?.plan.faults.map(faultJson) ?? []);
    };
    const torn = [...faultsOf('faults'), ...faultsOf('swarms', 4000)].filter(
      ({ kind }) => kind === 'torn-write',
    );
    assert.ok(torn.length > 4);
    assert.deepEqual([...new Set(torn.map(({ told }) => told))], ['part']);
    assert.ok(faultsOf('corruptions').some(({ told }) => told === 'all'));
    // Between a write and its sync, nobody can know that it is lost.
    const lost = faultsOf('faults').filter(({ kind }) => kind === 'lost-writes');
    assert.deepEqual([...new Set(lost.map(({ at }) => (at as { seq: number }).seq))], [2]);
  });

  it('know every pair once', () => {
    const pairs = Array.from({ length: 45 }, (_, index) => pairAt(index).join());
    assert.equal(new Set(pairs).size, 45);
    for (const pair of pairs) {
      const [one = 0, other = 0] = pair.split(',').map(Number);
      assert.ok(one < other && other < 10, pair);
    }
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 40 }), (index) => {
        const [one, other] = pairAt(index);
        assert.ok(one < other);
        assert.equal((other * (other - 1)) / 2 + one, index);
      }),
    );
  });

  it('need two executions for another order', () => {
    assert.equal(STRATEGIES.schedules.trials(aimAt(3)).count, 0);
    const aim = aimAt(3, ['order-1', 'order-2']);
    const orders = new Set(
      Array.from({ length: 30 }, (_, index) =>
        STRATEGIES.schedules.trials(aim).at(index)?.plan.schedule?.order.join(),
      ),
    );
    assert.deepEqual([...orders].sort(), ['order-1,order-2', 'order-2,order-1']);
  });

  it('give the same trial for the same number, and others for other seeds', () => {
    const aim = aimAt(4, ['order-1', 'order-2']);
    for (const name of STRATEGY_NAMES) {
      const strategy = STRATEGIES[name];
      for (const index of [0, 3, 11]) {
        assert.equal(textOf(strategy, aim, index), textOf(strategy, aim, index));
      }
    }
    assert.notEqual(
      textOf(STRATEGIES.swarms, aim, 0),
      textOf(STRATEGIES.swarms, { ...aim, seed: 8 }, 0),
    );
  });

  it('draw no fault in a swarm that never ends', () => {
    const aim = aimAt(6, ['order-1', 'order-2']);
    const kinds = new Set<string>();
    for (let index = 0; index < 500; index++) {
      const { plan } = STRATEGIES.swarms.trials(aim).at(index) ?? { plan: { faults: [] } };
      for (const fault of plan.faults) {
        kinds.add(fault.kind);
        assert.ok(endsByItself(fault), JSON.stringify(faultJson(fault)));
      }
    }
    assert.ok(kinds.size > 15, [...kinds].join());
    // Their fields are drawn until they go together.
    for (const kind of ['partition', 'slow-link', 'lossy-link', 'clog'])
      assert.ok(kinds.has(kind), kind);
  });
});

describe('a swarm', () => {
  it('ends at an instant that is drawn, early in the run or long after it', () => {
    const aim = aimAt(6, ['order-1', 'order-2']);
    const ends = Array.from(
      { length: 300 },
      (_, index) => STRATEGIES.swarms.trials(aim).at(index)?.plan.untilNanos,
    );
    assert.ok(ends.every((end) => end === undefined || end > 0n));
    const drawn = new Set(ends);
    // Six effects, and six lengths after each.
    assert.ok(drawn.size > 25, `${drawn.size} ends`);
    assert.ok(drawn.has(1_000_000n) && drawn.has(600_000_000_005n));
    const { plan } = STRATEGIES.swarms.trials(aim).at(0) ?? {};
    assert.ok(plan !== undefined && 'until' in planJson(plan));
  });
});

/** It says how long it lasts, where its kind can. */
function endsByItself(fault: Fault): boolean {
  return !('for' in specOf(fault.kind).fields) || faultJson(fault).for !== undefined;
}

describe('the numbers of trials', () => {
  /** Trials that can be told apart. */
  function listed(name: Strategy['name'], count: number): Strategy {
    const at = (index: number) => ({ seed: index, plan: { faults: [] } });
    return { name, says: '', trials: () => ({ count, at }) };
  }

  const lists = fc.uniqueArray(
    fc.record({
      name: fc.constantFrom(...STRATEGY_NAMES),
      count: fc.integer({ min: 0, max: 6_000 }),
    }),
    { selector: ({ name }) => name, minLength: 1 },
  );

  it('belong to each trial of each strategy, once', () => {
    fc.assert(
      fc.property(lists, (drawn) => {
        const order = new TrialOrder(
          drawn.map(({ name, count }) => listed(name, count)),
          aimAt(0),
        );
        const seen = new Set<string>();
        for (let number = 0; number < order.count; number++) {
          const { strategy, trial } = order.at(number) ?? {};
          seen.add(`${strategy} ${trial?.seed}`);
        }
        assert.equal(
          seen.size,
          drawn.reduce((sum, { count }) => sum + count, 0),
        );
        assert.equal(order.at(order.count), undefined);
      }),
      { numRuns: 20 },
    );
  });

  it('leave time for the last strategy, however much the first has to try', () => {
    const order = new TrialOrder(
      [listed('pairs', 1e9), listed('swarms', Number.POSITIVE_INFINITY)],
      aimAt(0),
    );
    const names = Array.from({ length: 5_000 }, (_, number) => order.at(number)?.strategy);
    assert.deepEqual([...new Set(names)], ['pairs', 'swarms']);
    const indices = Array.from(
      { length: 1_000 },
      (_, number) => order.at(number)?.trial?.seed ?? 0,
    );
    // Spread over all of them, and not the first ones only.
    assert.ok(Math.max(...indices) > 0.99e9);
    assert.equal(new Set(indices).size, 1_000);
  });
});
