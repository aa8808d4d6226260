/** Faults of processes, clocks, timers, the journal store and deployments, as they are drawn. */
import fc from 'fast-check';
import type { JsonObject } from '../../simulator/effects/operation.ts';
import { FAULT_POINTS } from '../../simulator/faults/fault.ts';
import { NODE_ROLES } from '../../simulator/faults/node-role.ts';
import { SAME_PROGRAM } from '../helpers/simulate.ts';

const duration = fc.integer({ min: 1, max: 60_000 }).map((ms) => `${ms}ms`);
const signed = fc.integer({ min: -10_000_000, max: 10_000_000 }).map((ms) => `${ms}ms`);
const node = fc.constantFrom('node-a', 'node-b', 'node-c', ...NODE_ROLES);
const point = fc.constantFrom(...FAULT_POINTS);
const clock = fc.constantFrom('wall', 'monotonic');
const pattern = fc.constantFrom(
  '*',
  'http.*',
  'clock.read',
  'stdout.write',
  'wait.poll',
  'volume.*',
);

const at = fc.oneof(
  fc.record({
    execution: fc.constantFrom('script-1', 'script-2'),
    seq: fc.integer({ min: 0, max: 20 }),
  }),
  fc.record({ effect: pattern, match: fc.integer({ min: 1, max: 8 }) }),
  fc.record({ effect: pattern, probability: fc.constantFrom(0, 0.1, 0.5, 1) }),
  fc.record({
    line: fc.constantFrom('script.c:42', 'script.c:31'),
    match: fc.integer({ min: 1, max: 3 }),
  }),
);
const time = fc.record({ time: duration });
const wait = fc.oneof(
  fc.record({ effect: fc.constant('wait.poll'), match: fc.integer({ min: 1, max: 4 }) }),
  fc.record({ effect: fc.constant('*'), probability: fc.constantFrom(0.5, 1) }),
);
const soon = fc.integer({ min: 1, max: 3_000 }).map((ms) => `${ms}ms`);

type Fields = Record<string, fc.Arbitrary<unknown>>;

/** At an effect, on the node that runs it or another, or at an instant. */
function onNode(kind: string, fields: Fields): fc.Arbitrary<JsonObject> {
  const base = { kind: fc.constant(kind), ...fields };
  return fc.oneof(
    fc.record({ ...base, at }),
    fc.record({ ...base, at: fc.oneof(at, time), node }),
  ) as fc.Arbitrary<JsonObject>;
}

export const anyEngineFault = fc.oneof(
  onNode('crash', { point, restartAfter: duration }),
  onNode('pause', { point, for: duration }),
  fc.record({ kind: fc.constant('out-of-memory'), at: fc.oneof(at, time), point }),
  onNode('resume', {}),
  onNode('restart', {}),
  fc.record({ kind: fc.constant('timer-early'), at: wait, by: duration }),
  fc.record({ kind: fc.constant('timer-late'), at: wait, by: duration }),
  fc.record({ kind: fc.constant('timer-twice'), at: wait, after: duration }),
  fc.record({ kind: fc.constant('timer-never'), at: wait, for: duration }),
  onNode('torn-tail', { point, share: fc.constantFrom(0, 0.3, 0.5, 0.9, 1) }),
  fc.record(
    { kind: fc.constant('store-unreachable'), at: fc.oneof(at, time), node, for: duration },
    { requiredKeys: ['kind', 'at', 'for'] },
  ),
  fc.record(
    { kind: fc.constant('store-slow'), at: fc.oneof(at, time), node, by: soon, for: duration },
    { requiredKeys: ['kind', 'at', 'for'] },
  ),
  fc.record({
    kind: fc.constant('deploy'),
    at: fc.oneof(at, time),
    module: fc.constant(SAME_PROGRAM),
    workflow: fc.constantFrom('script', 'another'),
  }),
  onNode('clock-offset', { clock, by: signed, for: duration }),
  onNode('clock-freeze', { clock, for: duration }),
  onNode('clock-strobe', { clock, by: signed, every: duration, for: duration }),
  onNode('clock-reset', { clock }),
  fc.record({
    kind: fc.constant('leap-second'),
    at: fc.oneof(at, time),
    way: fc.constantFrom('repeat', 'smear', 'skip'),
    over: duration,
  }),
) as fc.Arbitrary<JsonObject>;
