import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type {
  ExchangeArgs,
  HttpHeaders,
  HttpRequestArgs,
  HttpWriteArgs,
} from '../../simulator/effects/http.ts';
import { EFFECT_POINTS } from '../../simulator/faults/fault.ts';
import type { LedgerRow } from '../../simulator/journal/records.ts';
import { NANOS_PER_MILLI } from '../../simulator/kernel/time.ts';
import type { ServiceProgram } from '../../simulator/world/service.ts';
import { echoService } from '../helpers/echo-service.ts';
import {
  HttpScript,
  readFrom,
  responseIn,
  type ScriptImports,
  scriptedComponent,
  type Upload,
} from '../helpers/scripted-component.ts';
import { countingService, type Simulated, simulate } from '../helpers/simulate.ts';
import {
  entriesOf,
  expectCompleted,
  expectOneOwner,
  expectOutputCommit,
  expectReplayLaw,
  expectShownOnce,
  expectWholeJournals,
  watchArrivals,
} from './laws.ts';
import { anyCase, type Case, checkCase, optionsOf, runs, seed } from './random-cases.ts';

const RUNS_EVERYWHERE = 4;
const RUNS_ANYTHING = 60;
const OPEN_MAX = 3;
const WHOLE = { name: 'counter', script: 'none', hosts: ['counter'], latencyNanos: 1_000_000n };
const STREAMED = { ...WHOLE, name: 'echo', hosts: ['echo'] };

interface Slot {
  readonly upload: Upload;
  stream: ReturnType<typeof streamIn>;
  isWritten: boolean;
}

/** Runs its arguments, two words each: what to do, and with which slot, service, text or duration. */
function uploading(imports: ScriptImports): void {
  const script = new HttpScript(imports);
  const { args } = script;
  const slots: Slot[] = [];
  for (let at = 0; at + 1 < args.length; at += 2) {
    const [what = '', value = ''] = [args[at], args[at + 1]];
    if (what === 'open' && slots.length < OPEN_MAX) {
      slots.push({ upload: script.upload(`http://${value}`), stream: undefined, isWritten: false });
    } else if (what === 'sleep') script.timer(Number(value)).block();
    else if (what === 'print') script.print(value);
    const slot = slots[Number(value.slice(0, 1))];
    if (slot !== undefined) ACTIONS[what]?.(script, slot, value.slice(1));
  }
  slots.forEach((slot, number) => {
    ACTIONS.finish?.(script, slot, 'end');
    for (let text = readOne(slot); text !== undefined; text = readOne(slot)) {
      script.print(`${number} to its end: ${text}`);
    }
  });
}

const ACTIONS: Readonly<Record<string, (script: HttpScript, slot: Slot, text: string) => void>> = {
  write: (script, { upload, isWritten }, text) => {
    if (!isWritten && !upload.write(text)) script.print('closed');
  },
  finish: (_script, slot, sum) => {
    if (!slot.isWritten) slot.upload.finish(sum === '' ? {} : { 'x-sum': sum });
    slot.isWritten = true;
  },
  drop: (_script, slot) => {
    if (!slot.isWritten) slot.upload.drop();
    slot.isWritten = true;
  },
  read: (script, slot) => script.print(`read ${readOne(slot)}`),
};

function streamIn({ future }: Upload) {
  future.subscribe().block();
  const response = responseIn(future);
  return response === undefined || typeof response === 'string'
    ? undefined
    : response.consume().stream();
}

/** The next part of a response; undefined when nothing is left, or nothing came in time. */
function readOne(slot: Slot): string | undefined {
  slot.stream ??= streamIn(slot.upload);
  return slot.stream && readFrom(slot.stream, 4);
}

/** The body of a request as its program has written it, which the journal tells. */
interface Written {
  readonly service: string;
  readonly body: string;
  readonly ended: boolean;
  readonly trailers: HttpHeaders;
}

function writtenIn(simulated: Simulated): ReadonlyMap<string, Written> {
  const requests = new Map<string, Written>();
  for (const { id } of simulated.simulation.executions) {
    for (const { seq, operation, args, result } of entriesOf(simulated, id)) {
      const { body, trailers = [] } = args as HttpRequestArgs;
      if (operation.name === 'http.send' || operation.name === 'http.request') {
        const { url, open } = args as HttpRequestArgs;
        const service = new URL(url).host;
        const written = { service, body: textOf(body), ended: open !== true, trailers };
        requests.set(`${id}/${seq}`, written);
      }
      if (operation.name !== 'http.write' || 'closed' in (result ?? {})) continue;
      const { exchange, ended } = args as HttpWriteArgs & ExchangeArgs;
      const before = requests.get(`${id}/${exchange}`);
      assert.ok(before !== undefined && !before.ended, `${id}/${seq} writes to no request`);
      const whole = before.body + textOf(body);
      requests.set(`${id}/${exchange}`, { ...before, body: whole, ended, trailers });
    }
  }
  return requests;
}

/** What services saw are the bodies that were written: whole, or as far as they were taken. */
function expectSeenAsWritten(simulated: Simulated): void {
  const requests = writtenIn(simulated);
  const first = new Map<string, LedgerRow>();
  // Rows are written when it is known how their requests ended, and numbered as they arrived.
  const rows = [...simulated.sink.ledgerRows].sort((one, other) => one.number - other.number);
  for (const row of rows) {
    const name = `${row.execution}/${row.seq}`;
    const written = requests.get(name);
    assert.ok(written !== undefined, `${name} was not written`);
    assert.equal(row.key, name);
    assert.equal(row.duplicateOf !== undefined, first.has(name), `${name} is marked wrongly`);
    const seen = textOf(row.body);
    if (row.service === 'counter') {
      assert.equal(written.ended, true, `${name} is not whole`);
      assert.equal(seen, written.body);
    } else {
      assert.ok(written.body.startsWith(seen), `${name}: ${seen} is no part of ${written.body}`);
    }
    if (!first.has(name)) first.set(name, row);
  }
}

/** Whatever a program did, with its journal whole, its outputs once, and its requests as written. */
function expectUploadLaw(simulated: Simulated): void {
  expectCompleted(simulated);
  expectShownOnce(simulated);
  expectWholeJournals(simulated);
  expectOneOwner(simulated);
  expectSeenAsWritten(simulated);
  expectReplayLaw(simulated);
}

function textOf(bytes: Uint8Array | undefined): string {
  return Buffer.from(bytes ?? []).toString();
}

const word = fc.stringMatching(/^[a-z]{1,5}$/);
const slotNumber = fc.integer({ min: 0, max: OPEN_MAX - 1 }).map(String);
const target = fc.constantFrom('counter/whole', 'counter/p3', 'echo/all', 'echo/refuse');
const step = fc.oneof(
  { weight: 3, arbitrary: fc.tuple(fc.constant('open'), target) },
  {
    weight: 5,
    arbitrary: fc.tuple(slotNumber, word).map(([slot, text]) => ['write', `${slot}${text}`]),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(slotNumber, fc.constantFrom('', '7'))
      .map((pair) => ['finish', pair.join('')]),
  },
  { weight: 2, arbitrary: fc.tuple(fc.constant('read'), slotNumber) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('drop'), slotNumber) },
  { weight: 2, arbitrary: fc.tuple(fc.constant('sleep'), fc.constantFrom('10', '900', '12000')) },
  { weight: 2, arbitrary: fc.tuple(fc.constant('print'), fc.constant('word')) },
) as fc.Arbitrary<string[]>;
const programs = fc
  .array(step, { minLength: 3, maxLength: 12 })
  .map((steps) => ['open', 'echo/all', ...steps.flat()]);

describe('requests that are written as they go', () => {
  const program = scriptedComponent(uploading);

  function begin(tested: Case): Simulated {
    const options = optionsOf(tested);
    const servicePrograms = new Map<string, ServiceProgram>([
      ['counter', countingService()],
      ['echo', echoService()],
    ]);
    const world = { ...options.world, services: [WHOLE, STREAMED] };
    return simulate(program, { ...options, world, setup: { servicePrograms } });
  }

  function run(tested: Case): Simulated {
    const simulated = begin(tested);
    assert.deepEqual(simulated.simulation.run(), { kind: 'ended' });
    return simulated;
  }

  function calm(args: readonly string[], worldSeed: number): Case {
    return { args, faults: [], seed: worldSeed, count: 1, commitMs: worldSeed % 3 };
  }

  it('survive a crash at every point of every effect', () => {
    fc.assert(
      fc.property(programs, seed, (args, worldSeed) => {
        const effects = entriesOf(run(calm(args, worldSeed)), 'script-1').length;
        for (let seq = 0; seq < effects; seq++) {
          for (const point of EFFECT_POINTS) {
            const faults = [{ kind: 'crash', point, at: { execution: 'script-1', seq } }];
            const tested = { ...calm(args, worldSeed), faults };
            checkCase(tested, () => expectUploadLaw(run(tested)));
          }
        }
      }),
      { numRuns: runs(RUNS_EVERYWHERE) },
    );
  });

  it('do not leave after all when they came too late', () => {
    // The request for the counter runs into its timeout before its end is written, and the program
    // leaves memory before it asks for the response.
    const late = ['open', 'echo/all', 'open', 'counter/whole', 'read', '0', 'finish', '1'];
    const simulated = run(calm([...late, 'sleep', '12000'], 1));
    const finish = entriesOf(simulated, 'script-1').find(
      ({ operation }) => operation.name === 'http.write',
    );
    assert.deepEqual(finish?.result, { closed: true });
    expectUploadLaw(simulated);
  });

  it('survive any faults, in several executions at a time', () => {
    fc.assert(
      fc.property(programs, anyCase, (args, disturbed) => {
        const tested = { ...disturbed, args };
        checkCase(tested, () => expectUploadLaw(run(tested)));
      }),
      { numRuns: runs(RUNS_ANYTHING) },
    );
  });

  it('leave once they are durable, piece by piece', () => {
    fc.assert(
      fc.property(programs, seed, fc.integer({ min: 1, max: 400 }), (args, worldSeed, commitMs) => {
        const tested = { ...calm(args, worldSeed), commitMs };
        checkCase(tested, () => {
          const simulated = begin(tested);
          const arrivals = watchArrivals(simulated, BigInt(commitMs) * NANOS_PER_MILLI);
          assert.deepEqual(simulated.simulation.run(), { kind: 'ended' });
          expectOutputCommit(simulated, arrivals);
          expectUploadLaw(simulated);
        });
      }),
      { numRuns: runs(RUNS_ANYTHING) },
    );
  });
});
