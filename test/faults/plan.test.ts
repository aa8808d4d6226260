import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { JsonObject } from '../../simulator/effects/operation.ts';
import { checkWorld, type WorldNames } from '../../simulator/faults/check-world.ts';
import { PlanError, parseFault, parsePlan, planJson } from '../../simulator/faults/plan.ts';
import { planText } from '../../simulator/faults/plan-text.ts';
import { FAULTS_MAX } from '../../simulator/kernel/limits.ts';
import { anyFault } from '../property/random-cases.ts';

const RUNS = 500;
const AT = { execution: 'a-1', seq: 0 };

function worldOf(...nodes: string[]): WorldNames {
  return { nodes, services: ['pay'], volumes: ['shared'] };
}

function problemsOf(plan: unknown): readonly string[] {
  try {
    parsePlan(typeof plan === 'string' ? plan : JSON.stringify(plan), 'faults.json');
  } catch (error) {
    assert.ok(error instanceof PlanError, String(error));
    assert.ok(error.message.startsWith('faults.json is not a usable fault plan:\n'));
    return error.problems;
  }
  return [];
}

function problemsOfFault(fault: unknown): readonly string[] {
  return problemsOf({ faults: [fault] });
}

describe('a fault plan', () => {
  it('comes back the same from its text', () => {
    fc.assert(
      fc.property(fc.array(anyFault), (faults) => {
        const plan = parsePlan(JSON.stringify({ version: 1, faults }), 'plan');
        const printed = planJson(plan);
        assert.deepEqual(parsePlan(JSON.stringify(printed), 'plan'), plan);
        assert.deepEqual(planJson(parsePlan(JSON.stringify(printed), 'plan')), printed);
      }),
      { numRuns: RUNS },
    );
  });

  it('is printed with a fault on each line, as text that parses to the same', () => {
    fc.assert(
      fc.property(fc.array(anyFault), (faults) => {
        const plan = parsePlan(JSON.stringify({ faults }), 'plan');
        assert.deepEqual(parsePlan(planText(plan), 'plan'), plan);
      }),
      { numRuns: RUNS },
    );
    const crash = { kind: 'crash', at: AT, node: '@next' };
    const text = planText(parsePlan(JSON.stringify({ faults: [crash, crash] }), 'plan'));
    const line =
      '{"kind": "crash", "at": {"execution": "a-1", "seq": 0}, "point": "before", "node": "@next"}';
    assert.equal(text, `{\n  "version": 1,\n  "faults": [\n    ${line},\n    ${line}\n  ]\n}\n`);
    assert.equal(planText({ faults: [] }), '{\n  "version": 1,\n  "faults": []\n}\n');
    const ended = parsePlan('{"faults": [], "until": "90s"}', 'plan');
    assert.equal(ended.untilNanos, 90_000_000_000n);
    assert.match(planText(ended), /\n {2}"until": "1min30s"\n\}\n$/);
    assert.deepEqual(parsePlan(planText(ended), 'plan'), ended);
    const schedule = { order: ['a-2', 'a-1'], changes: [3], lag: '5ms' };
    const scheduled = planText(parsePlan(JSON.stringify({ faults: [], schedule }), 'plan'));
    assert.match(
      scheduled,
      /\n {2}"schedule": \{"order": \["a-2", "a-1"\], "changes": \[3\], "lag": "5ms"\}\n\}\n$/,
    );
  });

  it('keeps every nanosecond of a duration', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: 2n ** 62n }), (nanos) => {
        const fault = { kind: 'pause', point: 'before', node: 'n', forNanos: nanos } as const;
        const at = { kind: 'time', atNanos: nanos } as const;
        const plan = { faults: [{ ...fault, at }] };
        assert.deepEqual(parsePlan(JSON.stringify(planJson(plan)), 'plan'), plan);
      }),
      { numRuns: RUNS },
    );
  });

  it('has a problem or a plan for any JSON, and never another error', () => {
    const fields = ['kind', 'at', 'point', 'node', 'for', 'by', 'ppm', 'times', 'clock', 'x'];
    const value = fc.oneof(fc.jsonValue(), fc.constantFrom('crash', 'pause', 'wall', '5s', AT));
    const fault = fc.dictionary(fc.constantFrom(...fields), value);
    const plan = fc.oneof(fc.jsonValue(), fc.record({ faults: fc.array(fault) }));
    fc.assert(
      fc.property(plan, (drawn) => {
        problemsOf(JSON.stringify(drawn));
      }),
      { numRuns: 2 * RUNS },
    );
    fc.assert(
      fc.property(fc.string(), (text) => {
        problemsOf(text);
      }),
      { numRuns: RUNS },
    );
  });

  const wrong: readonly (readonly [what: string, fault: unknown, problem: RegExp])[] = [
    [
      'no kind',
      { at: AT },
      /^\$\.faults\[0\]\.kind: expected one of crash, pause, .*; found nothing/,
    ],
    ['an unknown kind', { kind: 'fire', at: AT }, /^\$\.faults\[0\]\.kind: .*found "fire"/],
    ['no place', { kind: 'crash' }, /^\$\.faults\[0\]\.at: missing; expected where it happens/],
    [
      'a probability above 1',
      { kind: 'crash', at: { effect: '*', probability: 1.5 } },
      /\.at\.probability: expected a number from 0 to 1, found 1\.5/,
    ],
    [
      'a probability and a match',
      { kind: 'crash', at: { effect: '*', probability: 1, match: 2 } },
      /\.at\.match: unknown field; known here: execution, effect, probability/,
    ],
    ['a file alone', { kind: 'crash', at: { line: 'order.c' } }, /\.at\.line: .*"order\.c:42"/],
    ['line 0', { kind: 'crash', at: { line: 'order.c:0' } }, /\.at\.line: expected a file and/],
    ['a line alone', { kind: 'crash', at: { line: ':7' } }, /\.at\.line: expected a file and/],
    ['an empty place', { kind: 'crash', at: {} }, /^\$\.faults\[0\]\.at\.seq: missing; .*"time"/],
    [
      'a seq alone',
      { kind: 'crash', at: { seq: 1 } },
      /\.at\.execution: missing; .*"seq" counts in/,
    ],
    ['a seq below 0', { kind: 'crash', at: { ...AT, seq: -1 } }, /\.at\.seq: expected an integer/],
    ['match 0', { kind: 'crash', at: { effect: '*', match: 0 } }, /\.at\.match: .*from 1, found 0/],
    ['an unknown point', { kind: 'crash', at: AT, point: 'after' }, /\.point: .*found "after"/],
    ['a time and no node', { kind: 'crash', at: { time: '1s' } }, /\.node: .*needs the name/],
    ['no duration', { kind: 'pause', at: AT, for: 'long' }, /\.for: .*such as "30s", found "long"/],
    ['a pause of nothing', { kind: 'pause', at: AT, for: '0s' }, /\.for: "0s" must be positive/],
    ['too long a pause', { kind: 'pause', at: AT, for: '60000d' }, /\.for: .*longer than 53375d/],
    [
      'a time before the start',
      { kind: 'crash', node: 'a', at: { time: '-1s' } },
      /must not be negative/,
    ],
    ['a jump without a distance', { kind: 'clock-jump', at: AT }, /\.by: missing/],
    ['a jump of no clock', { kind: 'clock-jump', at: AT, by: '1s', clock: 'sun' }, /\.clock: /],
    [
      'a stopped clock',
      { kind: 'clock-drift', at: AT, ppm: -1_000_000 },
      /\.ppm: .*from -900000 to 900000/,
    ],
    ['no drift', { kind: 'clock-drift', at: AT }, /\.ppm: .*found nothing/],
    [
      'a loss at a time',
      { kind: 'lose-request', at: { time: '1s' } },
      /\.at: it belongs to an effect/,
    ],
    [
      'a loss of none',
      { kind: 'lose-response', at: AT, times: 0 },
      /\.times: .*from 1 to 1000, found 0/,
    ],
    [
      'an unknown field',
      { kind: 'crash', at: AT, wen: 1 },
      /\.wen: unknown field; known here: kind/,
    ],
    ['an unknown field of the place', { kind: 'crash', at: { ...AT, x: 1 } }, /\.at\.x: unknown/],
    ['a text', 'crash', /^\$\.faults\[0\]: expected an object, found "crash"/],
  ];
  for (const [what, fault, problem] of wrong) {
    it(`with ${what} is refused with the path`, () => {
      const problems = problemsOfFault(fault);
      assert.ok(
        problems.some((text) => problem.test(text)),
        problems.join('\n'),
      );
    });
  }

  it('is refused with all of its problems at once', () => {
    const faults = [{ kind: 'pause', at: AT, for: 1, x: 1 }, { kind: 'crash' }];
    assert.deepEqual(problemsOf({ faults, y: 1 }), [
      '$.faults[0].for: expected a duration such as "30s", found 1',
      '$.faults[0].x: unknown field; known here: kind, at, point, node, for',
      '$.faults[1].at: missing; expected where it happens, such as {"effect": "http.request"}',
      '$.y: unknown field; known here: version, faults, schedule, until',
    ]);
  });

  it('of another version is refused', () => {
    assert.match(problemsOf({ version: 2, faults: [] })[0] ?? '', /^\$\.version: 2 is not known/);
    assert.deepEqual(problemsOf({ faults: [] }), []);
  });

  it('names the lines of what is wrong, and the word that was meant', () => {
    const text = `{"faults": [
      {"kind": "crsh", "at": {"effect": "*"}},
      {"kind": "crash", "at": {"effect": "*",
        "time": "5s"}, "restrtAfter": "5s"},
      {"kind": "pause", "for": 5, "at": []}
    ]}`;
    assert.deepEqual(problemsOf(text), [
      'line 2, $.faults[0].kind: there is no "crsh"; did you mean "crash"?',
      'line 4, $.faults[1].at.time: there is "effect" already, and a fault happens at one place: keep one',
      'line 4, $.faults[1].restrtAfter: unknown field; did you mean "restartAfter"? known here: ' +
        'kind, at, point, node, restartAfter',
      'line 5, $.faults[2].at: expected an object, found []',
      'line 5, $.faults[2].for: expected a duration such as "30s", found 5',
    ]);
    assert.match(
      problemsOf('{"faults": [\n  {"kind": "crash",}\n]}')[0] ?? '',
      /^line 2, not JSON: /,
    );
    assert.match(problemsOf('// none\n{"faults": []}')[0] ?? '', /; a fault plan has no comments$/);
  });

  it('is refused however deep, long or large what it holds is', () => {
    const deep = `{"faults":\n${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
    assert.deepEqual(problemsOf(deep), [
      'line 2, $.faults[0]: expected an object, found what is nested too deep to be told',
    ]);
    const many = {
      faults: Array.from({ length: 3000 }, () => ({ kind: 'x'.repeat(1000), at: AT })),
    };
    const started = performance.now();
    assert.equal(problemsOf(many).length, 3000);
    assert.ok(performance.now() - started < 5000);
    assert.throws(
      () => parsePlan(JSON.stringify(many), 'plan'),
      ({ message }: Error) => message.split('\n').length === 22 && /and 2980 more$/.test(message),
    );
    const huge = '{"faults": [{"kind": "crash", "at": {"effect": "*", "match": 1e400}}]}';
    assert.deepEqual(problemsOf(huge), [
      '$.faults[0].at.match: expected an integer from 1, found Infinity',
    ]);
  });

  it('that is not JSON is refused', () => {
    assert.match(problemsOf('{')[0] ?? '', /^line 1, not JSON: /);
    assert.match(problemsOf('[]')[0] ?? '', /^\$: expected an object/);
    assert.match(problemsOf('{}')[0] ?? '', /^\$\.faults: expected a list, found nothing/);
  });

  it('with more faults than the limit is refused', () => {
    const faults = Array.from({ length: FAULTS_MAX + 1 }, () => ({ kind: 'crash', at: AT }));
    assert.match(problemsOf({ faults })[0] ?? '', /has 10001 items; the limit is 10000/);
    assert.deepEqual(problemsOf({ faults: faults.slice(1) }), []);
  });

  it('is refused in a world without one of its nodes', () => {
    const plan = parsePlan(JSON.stringify({ faults: [{ kind: 'crash', at: AT, node: 'b' }] }), 'p');
    assert.throws(
      () => checkWorld(plan, worldOf('a', 'c'), 'p'),
      /\[0\]\.node: there is no node b; .*a, c/,
    );
    checkWorld(plan, worldOf('a', 'b'), 'p');
  });

  it('is refused with a role that nothing has, or no node can have', () => {
    const check = (node: string, ...nodes: string[]) =>
      checkWorld(
        parsePlan(JSON.stringify({ faults: [{ kind: 'crash', at: AT, node }] }), 'p'),
        worldOf(...nodes),
        'p',
      );
    check('@owner', 'a');
    check('@next', 'a', 'b');
    check('@other', 'a', 'b', 'c');
    assert.throws(() => check('@next', 'a'), /node: @next needs a world of 2 nodes; there is a$/);
    assert.throws(() => check('@other', 'a', 'b'), /@other needs a world of 3 nodes/);
    assert.throws(() => check('@boss', 'a'), /no node @boss; .*roles are @owner, @next, @other/);
  });
});

describe('a fault of links', () => {
  const cut = (fields: object): unknown => ({ kind: 'partition', at: AT, ...fields });
  const named: readonly (readonly [fields: object, problem: RegExp])[] = [
    [{ isolate: [] }, /isolate: expected a list of different names/],
    [{ isolate: ['a', 'a'] }, /isolate: expected a list of different names/],
    [{ isolate: ['a'], to: ['b'] }, /isolate: say either who is isolated/],
    [{ from: ['a', 'b'], to: ['b'] }, /to: b is on both sides/],
    [{ shape: 'ring', isolate: ['a'] }, /shape: a ring is one of all nodes/],
    [{ for: '-1s' }, /for: "-1s" must be positive/],
    [{ way: 'up' }, /way: expected one of both, out, in/],
    [{ at: { time: '1s' } }, /isolate: a partition at a time needs names/],
  ];
  for (const [fields, problem] of named) {
    it(`is refused with ${JSON.stringify(fields)}`, () => {
      assert.match(problemsOfFault(cut(fields)).join('\n'), problem);
    });
  }

  it('is refused where a message would be slower than can be drawn, or a share is no share', () => {
    const slow = { kind: 'slow-link', at: AT, jitter: '200d' };
    assert.match(problemsOfFault(slow).join(), /jitter: more than 104 days/);
    const lossy = { kind: 'lossy-link', at: AT, share: 1.5 };
    assert.match(problemsOfFault(lossy).join(), /share: expected a number from 0 to 1/);
  });

  it('is refused in a world that has not what it names, or where it would cut nothing', () => {
    const check = (fields: object, ...nodes: string[]) =>
      checkWorld(parsePlan(JSON.stringify({ faults: [cut(fields)] }), 'p'), worldOf(...nodes), 'p');
    const all = ['a', 'b', 'c'];
    check({ isolate: ['a', 'pay', 'shared', 'journal-store', '@next'] }, ...all);
    check({ shape: 'ring' }, ...all);
    assert.throws(() => check({ isolate: ['d'] }, ...all), /isolate: .* d; there is a, b, c, pay/);
    assert.throws(() => check({ from: ['x'], to: ['y'] }, ...all), /from: .* x;.*\n.*to: .* y;/);
    assert.throws(() => check({ shape: 'bridge' }, 'a', 'b'), /shape: a bridge needs 3 nodes/);
    const everybody = ['a', 'b', 'c', 'pay', 'shared', 'journal-store'];
    assert.throws(() => check({ isolate: everybody }, ...all), /isolate: that is everybody/);
  });
});

describe('a single fault', () => {
  it('is read as in a plan, and refused as there', () => {
    const fault: JsonObject = { kind: 'crash', at: AT, point: 'intent' };
    assert.equal(parseFault(fault, 'by hand').kind, 'crash');
    assert.throws(() => parseFault({ kind: 'crash' }, 'by hand'), /^PlanError: by hand is not/);
  });
});
