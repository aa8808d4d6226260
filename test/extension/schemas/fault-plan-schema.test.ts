import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { EFFECT_POINTS } from '../../../simulator/faults/fault.ts';
import { PlanError, parsePlan } from '../../../simulator/faults/plan.ts';
import { DRIFT_PPM_MAX } from '../../../simulator/world/node-clock.ts';
import { projectRoot } from '../../helpers/project-root.ts';
import { anyFault } from '../../property/random-cases.ts';

const file = join(projectRoot, 'extension/schemas/fault-plan.schema.json');
const schema: unknown = JSON.parse(readFileSync(file, 'utf8'));
assert.ok(typeof schema === 'object' && schema !== null);
// Not strict: VS Code's own keywords, such as defaultSnippets, are unknown to ajv.
const validate = new Ajv({ strict: false, allErrors: true }).compile(schema);

function isParsed(plan: unknown): boolean {
  try {
    parsePlan(JSON.stringify(plan), 'a test');
    return true;
  } catch (error) {
    assert.ok(error instanceof PlanError);
    return false;
  }
}

function check(plan: unknown, accepted: boolean): void {
  assert.equal(isParsed(plan), accepted, `the parser: ${JSON.stringify(plan)}`);
  const messages = JSON.stringify(validate.errors);
  assert.equal(validate(plan), accepted, `the schema: ${JSON.stringify(plan)} ${messages}`);
}

const seq = fc.record({ execution: fc.constant('order-1'), seq: fc.nat(99) });
const match = fc.record(
  {
    effect: fc.constantFrom('http.*', 'clock.read'),
    match: fc.integer({ min: 1, max: 9 }),
    execution: fc.constant('order-1'),
  },
  { requiredKeys: ['effect'] },
);
const time = fc.record({ time: fc.constantFrom('0s', '10s', '3d 4h') });
const length = fc.constantFrom('250ms', '10s', '1.5h', '3d 4h');
const point = fc.constantFrom(...EFFECT_POINTS);
const clock = fc.constantFrom('wall', 'monotonic');
const node = fc.constantFrom('node-a', 'node-b');

type Fields = Record<string, fc.Arbitrary<unknown>>;

/** A fault on a node: at an effect, or at a time, and then the node is named. */
function onNode(kind: string, optional: Fields, needed: Fields = {}): fc.Arbitrary<object> {
  const may = (fields: Fields) => fc.record(fields, { requiredKeys: [] });
  const must = (fields: Fields) => fc.record({ kind: fc.constant(kind), ...fields, ...needed });
  const here = fc.tuple(must({ at: fc.oneof(seq, match) }), may({ ...optional, node }));
  const then = fc.tuple(must({ at: time, node }), may(optional));
  return fc.oneof(here, then).map(([base, more]) => ({ ...base, ...more }));
}

function loss(kind: string) {
  const times = fc.integer({ min: 1, max: 1000 });
  const fields = { kind: fc.constant(kind), at: fc.oneof(seq, match), times };
  return fc.record(fields, { requiredKeys: ['kind', 'at'] });
}

const ppm = fc.integer({ min: -DRIFT_PPM_MAX, max: DRIFT_PPM_MAX });
const signed = fc.constantFrom('-1h', '+1h', '20ms');
const fault = fc.oneof(
  onNode('crash', { point, restartAfter: length }),
  onNode('pause', { point, for: length }),
  onNode('clock-jump', { clock }, { by: signed }),
  onNode('clock-drift', { clock, for: length }, { ppm }),
  loss('lose-request'),
  loss('lose-response'),
);

function drift(ppm: number): object {
  return { kind: 'clock-drift', at: { effect: 'clock.read' }, ppm };
}

const BAD: readonly (readonly [what: string, fault: unknown])[] = [
  ['an unknown kind', { kind: 'flood', at: { execution: 'a-1', seq: 0 } }],
  ['no kind', { at: { execution: 'a-1', seq: 0 } }],
  ['no place', { kind: 'crash' }],
  ['an unknown field', { kind: 'crash', at: { execution: 'a-1', seq: 0 }, loud: true }],
  ['another kind of field', { kind: 'crash', at: { execution: 'a-1', seq: 0 }, times: 1 }],
  ['a seq without its execution', { kind: 'crash', at: { seq: 0 } }],
  ['two places', { kind: 'crash', at: { execution: 'a-1', seq: 0, time: '1s' } }],
  ['a negative seq', { kind: 'crash', at: { execution: 'a-1', seq: -1 } }],
  ['a match of zero', { kind: 'crash', at: { effect: 'http.*', match: 0 } }],
  ['an unknown point', { kind: 'crash', at: { effect: 'http.*' }, point: 'later' }],
  ['a time without a node', { kind: 'crash', at: { time: '1s' } }],
  ['a message lost at a time', { kind: 'lose-request', at: { time: '1s' } }],
  ['a jump of no length', { kind: 'clock-jump', at: { effect: 'clock.read' } }],
  ['a pause of nothing', { kind: 'pause', at: { effect: 'clock.read' }, for: '0s' }],
  ['a pause into the past', { kind: 'pause', at: { effect: 'clock.read' }, for: '-1s' }],
  ['a drift beyond bounds', drift(DRIFT_PPM_MAX + 1)],
  ['a drift below bounds', drift(-DRIFT_PPM_MAX - 1)],
  ['a drift of half a ppm', drift(0.5)],
  ['no object', 'crash'],
  ['a probability above 1', { kind: 'crash', at: { effect: '*', probability: 2 } }],
  ['a probability and a match', { kind: 'crash', at: { effect: '*', probability: 1, match: 1 } }],
  ['a file without a line', { kind: 'crash', at: { line: 'order.c' } }],
  ['line 0', { kind: 'crash', at: { line: 'order.c:0' } }],
  ['a timer at a time', { kind: 'timer-late', at: { time: '1s' } }],
  ['a share above 1', { kind: 'torn-tail', at: { effect: '*' }, share: 2 }],
  ['an unknown way', { kind: 'leap-second', at: { effect: '*' }, way: 'jump' }],
];

describe('the schema of fault plans', () => {
  it('accepts what the parser accepts', () => {
    fc.assert(
      fc.property(fc.array(fault, { maxLength: 5 }), (faults) => {
        check({ version: 1, faults }, true);
      }),
    );
  });

  it('accepts faults of every kind', () => {
    fc.assert(
      fc.property(anyFault, (drawn) => {
        check({ version: 1, faults: [drawn] }, true);
      }),
      { numRuns: 2000 },
    );
  });

  it('accepts the largest drifts that a clock can take', () => {
    check({ version: 1, faults: [drift(DRIFT_PPM_MAX), drift(-DRIFT_PPM_MAX)] }, true);
  });

  for (const [what, bad] of BAD) {
    it(`refuses, as the parser does, ${what}`, () => check({ version: 1, faults: [bad] }, false));
  }

  it('refuses, as the parser does, another version and unknown fields', () => {
    check({ version: 2, faults: [] }, false);
    check({ version: 1, faults: [], more: 1 }, false);
  });

  it('accepts and refuses schedules as the parser does', () => {
    const plan = (schedule: unknown) => ({ faults: [], schedule });
    check(plan({}), true);
    check(plan({ order: ['order-2'], changes: [1, 7], lag: '10ms' }), true);
    for (const wrong of [{ order: [] }, { order: ['a', 'a'] }, { changes: [0] }, { lag: '-1s' }]) {
      check(plan(wrong), false);
    }
    check(plan({ first: 'order-1' }), false);
  });

  it('accepts the plan of the example', () => {
    const plan = join(projectRoot, 'examples/order/faults/crash-after-charge.json');
    check(JSON.parse(readFileSync(plan, 'utf8')), true);
  });
});
