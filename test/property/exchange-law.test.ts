import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { ExchangeArgs, HttpAnswer, HttpBodyPart } from '../../simulator/effects/http.ts';
import { EFFECT_POINTS } from '../../simulator/faults/fault.ts';
import type {
  FutureIncomingResponse,
  IncomingResponse,
} from '../../simulator/guest/preview2/http/outgoing-handler.ts';
import type { InputStream } from '../../simulator/guest/preview2/streams.ts';
import {
  HttpScript,
  readFrom,
  responseIn,
  type ScriptImports,
  scriptedComponent,
} from '../helpers/scripted-component.ts';
import { type Simulated, simulate } from '../helpers/simulate.ts';
import { entriesOf, expectCrashLaw, expectKeysKept, expectReplayLaw, hitBy } from './laws.ts';
import { anyCase, type Case, checkCase, optionsOf, runs, seed } from './random-cases.ts';

const RUNS_EVERYWHERE = 6;
const RUNS_PAIRS = 80;
const RUNS_ANYTHING = 80;
const OPEN_MAX = 4;

/** What the program was shown of a response, in one piece or many, is what the service answered. */
function expectWholeBodies(simulated: Simulated): void {
  const changed = hitBy(simulated, 'corrupt-response', 'status');
  for (const { id } of simulated.simulation.executions) {
    const shown = new Map<number, string>();
    const ended = new Set<number>();
    for (const { seq, operation, args, result } of entriesOf(simulated, id)) {
      const { exchange = seq } = args as Partial<ExchangeArgs>;
      if (!/^http\.(request|response|body)$/.test(operation.name)) continue;
      const got = result as HttpAnswer & HttpBodyPart;
      const part = Buffer.from(got.body ?? []).toString();
      shown.set(exchange, (shown.get(exchange) ?? '') + part);
      const isLast = operation.name === 'http.body' ? got.ended : got.more === undefined;
      if (isLast && !('failure' in got)) ended.add(exchange);
      assert.ok(
        isLast || operation.name !== 'http.body' || part !== '',
        `${id}/${seq} got nothing`,
      );
    }
    for (const exchange of ended) {
      if (changed.has(`${id}/${exchange}`)) continue;
      const rows = simulated.sink.ledgerRows.filter(
        (row) => row.execution === id && row.seq === exchange,
      );
      const answered = rows.map(({ responseBody }) => Buffer.from(responseBody).toString());
      assert.ok(answered.includes(shown.get(exchange) ?? ''), `${id}/${exchange} is not whole`);
    }
  }
}

/** One exchange of the program, in the slot that its number names. */
interface Slot {
  readonly future: FutureIncomingResponse;
  response: IncomingResponse | undefined;
  stream: InputStream | undefined;
}

/** Runs its arguments, two words each: what to do, and with which slot, path or duration. */
function overlapping(imports: ScriptImports): void {
  const script = new HttpScript(imports);
  const slots: (Slot | undefined)[] = [];
  const { args } = script;
  for (let at = 0; at + 1 < args.length; at += 2) {
    const [what = '', value = ''] = [args[at], args[at + 1]];
    const number = Number(value) % OPEN_MAX;
    const slot = slots[number];
    if (what === 'post' || what === 'get') {
      if (slots.length >= OPEN_MAX) continue;
      const future = script.begin(
        what === 'get' ? 'GET' : 'POST',
        `http://counter/${value}`,
        value,
      );
      slots.push({ future, response: undefined, stream: undefined });
    } else if (what === 'sleep') {
      script.timer(Number(value)).block();
    } else if (what === 'print') {
      script.print(value);
    } else if (what === 'race') {
      raceAll(script, slots, Number(value));
    } else if (slot !== undefined) {
      if (what === 'read') script.print(`${number}: ${readOne(slot)}`);
      if (what === 'drop') {
        slot.stream?.[Symbol.dispose]();
        slot.response?.[Symbol.dispose]();
        slot.future[Symbol.dispose]();
        slots[number] = undefined;
      }
    }
  }
  slots.forEach((slot, number) => {
    for (let text = slot && readOne(slot); text !== undefined; text = slot && readOne(slot)) {
      script.print(`${number} to its end: ${text}`);
    }
  });
}

/** Waits for any open exchange or a time, and says only how many were asked about. */
function raceAll(script: HttpScript, slots: readonly (Slot | undefined)[], ms: number): void {
  const open = slots.filter((slot) => slot !== undefined && slot.response === undefined);
  const timer = script.timer(ms);
  const pollables = [timer, ...open.map((slot) => (slot as Slot).future.subscribe())];
  assert.ok(script.poll(pollables).length > 0);
  for (const pollable of pollables) pollable[Symbol.dispose]();
  script.print(`raced ${open.length}`);
}

/** The next part of a response; undefined when nothing is left. */
function readOne(slot: Slot): string | undefined {
  if (slot.response === undefined) {
    slot.future.subscribe().block();
    const got = responseIn(slot.future);
    if (got === undefined || typeof got === 'string') return undefined;
    slot.response = got;
    slot.stream = got.consume().stream();
    return `status ${got.status()}`;
  }
  return slot.stream && readFrom(slot.stream, 5);
}

const path = fc.constantFrom('a', 'p2', 'p3', 'p5');
const slotNumber = fc.integer({ min: 0, max: OPEN_MAX - 1 }).map(String);
const ms = fc.integer({ min: 0, max: 1500 }).map(String);
const step = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(fc.constantFrom('post', 'get'), path) },
  { weight: 3, arbitrary: fc.tuple(fc.constant('read'), slotNumber) },
  { weight: 2, arbitrary: fc.tuple(fc.constant('race'), ms) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('drop'), slotNumber) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('sleep'), ms) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('print'), fc.constant('word')) },
);
const programs = fc.array(step, { minLength: 2, maxLength: 10 }).map((steps) => steps.flat());

describe('exchanges that overlap', () => {
  const program = scriptedComponent(overlapping);

  function run(tested: Case): Simulated {
    const simulated = simulate(program, optionsOf(tested));
    assert.deepEqual(simulated.simulation.run(), { kind: 'ended' });
    return simulated;
  }

  function calm(args: readonly string[], worldSeed: number): Case {
    return { args, faults: [], seed: worldSeed, count: 1, commitMs: worldSeed % 3 };
  }

  it('end in every run without faults, each request sent once', () => {
    fc.assert(
      fc.property(programs, seed, (args, worldSeed) => {
        const tested = calm(args, worldSeed);
        checkCase(tested, () => {
          const simulated = run(tested);
          expectCrashLaw(simulated);
          expectReplayLaw(simulated);
          expectWholeBodies(simulated);
          const sent = simulated.sink.ledgerRows.map(({ execution, seq }) => `${execution}/${seq}`);
          assert.deepEqual(sent, [...new Set(sent)]);
        });
      }),
      { numRuns: runs(RUNS_PAIRS) },
    );
  });

  it('survive a crash at every point of every effect', () => {
    fc.assert(
      fc.property(programs, seed, (args, worldSeed) => {
        const effects = entriesOf(run(calm(args, worldSeed)), 'script-1').length;
        for (let seq = 0; seq < effects; seq++) {
          for (const point of EFFECT_POINTS) {
            const faults = [{ kind: 'crash', point, at: { execution: 'script-1', seq } }];
            const tested = { ...calm(args, worldSeed), faults };
            checkCase(tested, () => {
              const recovered = run(tested);
              expectCrashLaw(recovered);
              expectKeysKept(recovered);
              expectWholeBodies(recovered);
              expectReplayLaw(recovered);
            });
          }
        }
      }),
      { numRuns: runs(RUNS_EVERYWHERE) },
    );
  });

  it('survive any faults, in several executions at a time', () => {
    fc.assert(
      fc.property(programs, anyCase, (args, disturbed) => {
        const tested = { ...disturbed, args };
        checkCase(tested, () => {
          const simulated = run(tested);
          expectCrashLaw(simulated);
          expectReplayLaw(simulated);
        });
      }),
      { numRuns: runs(RUNS_ANYTHING) },
    );
  });
});
