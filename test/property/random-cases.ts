import fc from 'fast-check';
import type { JsonObject } from '../../simulator/effects/operation.ts';
import { EFFECT_POINTS } from '../../simulator/faults/fault.ts';
import { NANOS_PER_MILLI } from '../../simulator/kernel/time.ts';
import { JOURNAL_STORE } from '../../simulator/world/network.ts';
import type { ScriptOptions } from '../helpers/simulate.ts';
import { anyEngineFault } from './random-engine-faults.ts';
import { anyWorldFault } from './random-world-faults.ts';

/** Everything that decides a run, as text that can be pasted into a test. */
export interface Case {
  readonly args: readonly string[];
  readonly faults: readonly JsonObject[];
  readonly seed: number;
  readonly count: number;
  /** How long a commit takes to the journal store; 0, the default, hides what is on its way. */
  readonly commitMs?: number;
  /** The most that one takes longer, so that one could overtake another. */
  readonly commitJitterMs?: number;
  /** When the plan is over. */
  readonly until?: string;
}

/** How often a property is tried; PROPERTY_RUNS multiplies it for a long search. */
export function runs(usual: number): number {
  return usual * Number(process.env.PROPERTY_RUNS ?? '1');
}

const NODES = ['node-a', 'node-b', 'node-c'];

const word = fc.stringMatching(/^[a-z]{1,5}$/);
const file = fc.constantFrom('/shared/one', '/shared/two', '/private');
const route = fc.constantFrom('http://counter/a', 'http://counter/b');
/** Longer than a lease every now and then, so that executions are given back. */
const millis = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 3000 }) },
  { weight: 1, arbitrary: fc.integer({ min: 9_000, max: 90_000_000 }) },
);

/** Effects whose results depend on nothing but what was done before. */
const steadyStep = fc.oneof(
  fc.tuple(fc.constant('print'), word),
  fc.tuple(fc.constant('warn'), word),
  fc.tuple(fc.constant('post'), route, word),
  fc.tuple(fc.constant('sleep'), millis.map(String)),
  fc.tuple(fc.constant('append'), file, word),
  fc.tuple(fc.constant('read'), file),
  fc.tuple(fc.constant('input')),
);

const anyStep = fc.oneof(
  { weight: 3, arbitrary: steadyStep },
  { weight: 1, arbitrary: fc.constantFrom(['wall'], ['monotonic']) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 40 }).map((size) => ['random', `${size}`]) },
  { weight: 1, arbitrary: route.map((url) => ['get', url]) },
);

function programOf(step: fc.Arbitrary<string[]>, stepsMax: number): fc.Arbitrary<string[]> {
  return fc.array(step, { minLength: 1, maxLength: stepsMax }).map((steps) => steps.flat());
}

export const steadyProgram = programOf(steadyStep as fc.Arbitrary<string[]>, 5);
export const anyProgram = programOf(anyStep as fc.Arbitrary<string[]>, 8);

const duration = fc.integer({ min: 1, max: 60_000 }).map((ms) => `${ms}ms`);
const node = fc.constantFrom(...NODES);
const point = fc.constantFrom(...EFFECT_POINTS);
const clock = fc.constantFrom('wall', 'monotonic');

const effectTrigger = fc.oneof(
  fc.record({
    execution: fc.constantFrom('script-1', 'script-2', 'script-3'),
    seq: fc.integer({ min: 0, max: 20 }),
  }),
  fc.record({
    effect: fc.constantFrom('*', 'http.*', 'clock.read', 'stdout.write', 'wait.poll', 'volume.*'),
    match: fc.integer({ min: 1, max: 8 }),
  }),
);
const timeTrigger = fc.record({ time: duration });

/** A fault of any kind, at an effect or an instant. */
export const anyFault = fc.oneof(
  fc.record({ kind: fc.constant('crash'), at: effectTrigger, point }),
  fc.record({ kind: fc.constant('crash'), at: timeTrigger, node, restartAfter: duration }),
  fc.record({ kind: fc.constant('crash'), at: effectTrigger, point, node }),
  fc.record({ kind: fc.constant('pause'), at: effectTrigger, point, for: duration }),
  fc.record({ kind: fc.constant('pause'), at: timeTrigger, node, for: duration }),
  fc.record({
    kind: fc.constant('clock-jump'),
    at: effectTrigger,
    clock,
    by: fc.integer({ min: -10_000_000, max: 10_000_000 }).map((ms) => `${ms}ms`),
  }),
  fc.record({
    kind: fc.constant('clock-drift'),
    at: effectTrigger,
    clock,
    ppm: fc.integer({ min: -900_000, max: 900_000 }),
    for: duration,
  }),
  { weight: 8, arbitrary: anyEngineFault },
  fc.record({ kind: fc.constant('lose-request'), at: effectTrigger }),
  fc.record({ kind: fc.constant('lose-response'), at: effectTrigger }),
  { weight: 4, arbitrary: anyWorldFault },
) as fc.Arbitrary<JsonObject>;

export const seed = fc.integer({ min: 0, max: 2 ** 31 });

/** Any program under any faults, in several executions. */
export const anyCase: fc.Arbitrary<Case> = fc.record(
  {
    args: anyProgram,
    faults: fc.array(anyFault, { maxLength: 4 }),
    seed,
    count: fc.integer({ min: 1, max: 4 }),
    commitMs: fc.integer({ min: 0, max: 3 }),
    until: duration,
  },
  { requiredKeys: ['args', 'faults', 'seed', 'count', 'commitMs'] },
);

/** Short enough for it to hit a commit that is on its way. */
const soon = fc.integer({ min: 1, max: 3_000 }).map((ms) => `${ms}ms`);
const timely = fc.oneof(
  fc.record({
    kind: fc.constant('pause'),
    at: fc.record({ time: soon }),
    node: fc.constant('node-a'),
    for: soon,
  }),
  fc.record({ kind: fc.constant('crash'), at: fc.record({ time: soon }), node }),
  anyFault,
) as fc.Arbitrary<JsonObject>;

/** The same with a journal store that is far away, so that much happens while commits travel. */
export const slowCase: fc.Arbitrary<Case> = fc.record({
  args: anyProgram,
  faults: fc.array(timely, { maxLength: 4 }),
  seed,
  count: fc.integer({ min: 1, max: 3 }),
  commitMs: fc.integer({ min: 1, max: 400 }),
  commitJitterMs: fc.integer({ min: 0, max: 400 }),
});

/** An end, or a call whose response is lost, on a node that stands still until another has taken over. */
export const zombieCase: fc.Arbitrary<Case> = fc
  .record({
    point: fc.constantFrom('intent', 'performed'),
    pauseMs: fc.integer({ min: 8_000, max: 40_000 }),
    pausedAt: soon,
    times: fc.integer({ min: 1, max: 4 }),
    word,
    calls: fc.boolean(),
    seed,
    commitMs: fc.integer({ min: 1, max: 400 }),
  })
  .map(({ point: at, pauseMs, pausedAt, times, word: body, calls, seed: worldSeed, commitMs }) => {
    const first = { execution: 'script-1', effect: 'http.*', match: 1 };
    const faults = [
      { kind: 'lose-response', at: first, times },
      { kind: 'pause', at: first, point: at, for: `${pauseMs}ms` },
      { kind: 'pause', at: { time: pausedAt }, node: 'node-a', for: `${pauseMs}ms` },
    ];
    const call = calls ? ['post', 'http://counter/a', body] : [];
    const args = [...call, 'sleep', '100', 'print', body];
    return { args, faults, seed: worldSeed, count: 1, commitMs };
  });

/** Runs a check and lets its failure say the case as a line to paste into a test. */
export function checkCase<Result>(tested: object, check: () => Result): Result {
  try {
    return check();
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`const failing = ${JSON.stringify(tested)};\n${message}`, { cause });
  }
}

export const STDIN = 'The quick brown fox jumps over the lazy dog. '.repeat(12);

export function optionsOf(tested: Case): ScriptOptions {
  const { args, faults, until, seed: worldSeed, count, commitMs = 0, commitJitterMs = 0 } = tested;
  const link = { latencyNanos: 5_000_000n, jitterNanos: 3_000_000n };
  const commit = {
    latencyNanos: BigInt(commitMs) * NANOS_PER_MILLI,
    jitterNanos: BigInt(commitJitterMs) * NANOS_PER_MILLI,
  };
  const links = NODES.map((from) => ({ from, to: JOURNAL_STORE, ...commit }));
  const world = { seed: worldSeed, defaultLink: link, links };
  const plan = until === undefined ? { faults } : { faults, until };
  return { args, plan, world, count, stdin: STDIN };
}
