/** A simulation that follows real time runs again from its inputs exactly as it was, in no time. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { EFFECT_POINTS } from '../../simulator/faults/fault.ts';
import { RealPace } from '../../simulator/host/real-pace.ts';
import type { InputRow } from '../../simulator/journal/records.ts';
import { VIRTUAL_START } from '../../simulator/kernel/time.ts';
import { FakeClock } from '../helpers/fake-clock.ts';
import {
  HttpScript,
  responseIn,
  type ScriptImports,
  scriptedComponent,
  wholeOf,
} from '../helpers/scripted-component.ts';
import { type Simulated, simulate } from '../helpers/simulate.ts';
import { runs } from './random-cases.ts';

const RUNS = 150;
const PROMISES = ['a', 'b', 'c'];
const NOTHING = new Uint8Array(0);
/** Steps after which a run that has not ended never will. */
const STEPS_MAX = 20_000;

/** Runs its arguments: `post`, `sleep ms` or `wait promise ms`. */
function worker(imports: ScriptImports): void {
  const script = new HttpScript(imports);
  for (const line of script.args) {
    const [what, first = '', second = ''] = line.split(' ');
    if (what === 'sleep') script.timer(Number(first)).block();
    else {
      const wait = `http://promises.backstitch/${first}?timeout=${second}ms`;
      const [method, url] = what === 'post' ? ['POST', 'http://counter/'] : ['GET', wait];
      const future = script.begin(method, url, '');
      future.subscribe().block();
      script.print(wholeOf(responseIn(future)));
    }
  }
}

const program = scriptedComponent(worker);

const millis = fc.constantFrom(0, 1, 40, 900, 9_000, 11_000, 60_000);
const deed = fc.oneof(
  fc.constant('post'),
  millis.map((ms) => `sleep ${ms}`),
  fc.tuple(fc.constantFrom(...PROMISES), millis).map(([name, ms]) => `wait ${name} ${ms}`),
);
const event = fc.record({
  afterMs: fc.nat(15_000),
  comes: fc.oneof(
    fc.array(deed, { maxLength: 4 }).map((deeds) => ({ kind: 'connects' as const, deeds })),
    fc.constantFrom(...PROMISES).map((promise) => ({ kind: 'keeps' as const, promise })),
  ),
});
const crash = fc.record({
  kind: fc.constant('crash'),
  point: fc.constantFrom(...EFFECT_POINTS),
  at: fc.record({ effect: fc.constantFrom('*', 'http.*'), match: fc.integer({ min: 1, max: 8 }) }),
});

type Event = typeof event extends fc.Arbitrary<infer T> ? T : never;

function world(
  events: readonly Event[],
  faults: readonly object[],
  source: { readonly clock: FakeClock } | { readonly inputs: readonly InputRow[] },
): Simulated {
  const deeds = events.flatMap(({ comes }) => (comes.kind === 'connects' ? [comes.deeds] : []));
  const simulated: Simulated = simulate(program, {
    args: [],
    count: 0,
    plan: { faults },
    setup: {
      followsRealTime: true,
      workflowFor: (name) => {
        const { workflow } = simulated;
        return {
          ...workflow,
          config: { ...workflow.config, name, args: deeds[Number(name)] ?? [] },
        };
      },
      ...('clock' in source ? { pace: new RealPace(source.clock, VIRTUAL_START) } : source),
    },
  });
  return simulated;
}

describe('the law of real time', () => {
  it('holds for whatever comes whenever', () => {
    fc.assert(
      fc.property(
        fc.array(event, { minLength: 1, maxLength: 8 }),
        fc.array(crash, { maxLength: 2 }),
        (events, faults) => {
          const clock = new FakeClock();
          const served = world(events, faults, { clock });
          const { simulation } = served;
          let left = [...events];
          let connections = 0;
          let waitedMs = 0;
          for (let step = 0; step < STEPS_MAX; step++) {
            const [next] = left;
            const result = simulation.run();
            if (next === undefined && result.kind !== 'paced') break;
            if (next !== undefined && waitedMs >= next.afterMs) {
              left = left.slice(1);
              waitedMs = 0;
              if (next.comes.kind === 'connects') {
                simulation.inputs.connect(`${connections++}`, NOTHING, true);
              } else {
                const value = { contentType: 'text/plain', body: NOTHING };
                simulation.inputs.keepPromise(next.comes.promise, value);
              }
              continue;
            }
            // As a host does: to what is next, or to what comes in before that.
            const toNext = next === undefined ? Number.POSITIVE_INFINITY : next.afterMs - waitedMs;
            const dueNanos = result.kind === 'paced' ? result.dueAt - simulation.agenda.now : 0n;
            const toDue = result.kind === 'paced' ? Number(dueNanos) / 1e6 : toNext;
            const passedMs = Math.max(Math.min(toNext, toDue), 0.001);
            clock.pass(passedMs);
            waitedMs += passedMs;
          }
          assert.equal(simulation.run().kind, 'ended');
          const again = world(events, faults, { inputs: served.sink.inputs });
          assert.equal(again.simulation.run().kind, 'ended');
          assert.deepEqual(again.sink, served.sink);
        },
      ),
      { numRuns: runs(RUNS) },
    );
  });
});
