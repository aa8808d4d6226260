import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type {
  Accepted,
  ConnectionArgs,
  ConnectionReceived,
  OpenArgs,
} from '../../simulator/effects/connection.ts';
import type { DatagramSendArgs, DatagramsReceived } from '../../simulator/effects/datagram.ts';
import type { JsonObject } from '../../simulator/effects/operation.ts';
import { EFFECT_POINTS } from '../../simulator/faults/fault.ts';
import type { Entry } from '../../simulator/journal/entry.ts';
import { simulateSideBySide } from '../helpers/side-by-side.ts';
import type { Simulated } from '../helpers/simulate.ts';
import { askWords, serveWords } from '../helpers/word-server.ts';
import {
  entriesOf,
  expectCompleted,
  expectOneOwner,
  expectReplayLaw,
  expectShownOnce,
  expectWholeJournals,
} from './laws.ts';
import { anyCase, type Case, checkCase, optionsOf, runs, seed } from './random-cases.ts';

const RUNS_CALM = 40;
const RUNS_EVERYWHERE = 4;
const RUNS_ANYTHING = 40;
const EXECUTIONS = ['script-1', 'script-2'];

function run(tested: Case): Simulated {
  const simulated = simulateSideBySide([serveWords, askWords], {
    ...optionsOf(tested),
    count: EXECUTIONS.length,
  });
  assert.deepEqual(simulated.simulation.run(), { kind: 'ended' });
  return simulated;
}

function expectLaws(simulated: Simulated): void {
  expectCompleted(simulated);
  expectShownOnce(simulated);
  expectWholeJournals(simulated);
  expectOneOwner(simulated);
  expectReplayLaw(simulated);
  expectDatagramsOnce(simulated);
  for (const [one, other] of [EXECUTIONS, [...EXECUTIONS].reverse()]) {
    expectDatagramsSent(simulated, one ?? '', other ?? '');
  }
  expectStreams(simulated);
}

/** The datagram of one effect arrives once at most, however often it was sent. */
function expectDatagramsOnce({ sink }: Simulated): void {
  const arrived = sink.traces.flatMap(({ kind, execution, seq }) =>
    kind === 'request.arrived' ? [`${execution}/${seq}`] : [],
  );
  assert.deepEqual(arrived, [...new Set(arrived)]);
}

function named(simulated: Simulated, execution: string, name: string): readonly Entry[] {
  return entriesOf(simulated, execution).filter(({ operation }) => operation.name === name);
}

/** What one has received of datagrams, the other has sent, each as often at least. */
function expectDatagramsSent(simulated: Simulated, sender: string, receiver: string): void {
  const sent = named(simulated, sender, 'datagram.send').map(({ args }) =>
    Buffer.from((args as DatagramSendArgs).body).toString(),
  );
  for (const { result } of named(simulated, receiver, 'datagram.receive')) {
    const { datagrams, body } = result as DatagramsReceived;
    let start = 0;
    for (const { length } of datagrams ?? []) {
      const text = Buffer.from(body.subarray(start, start + length)).toString();
      start += length;
      const at = sent.indexOf(text);
      assert.ok(at >= 0, `${receiver} received ${text}, which ${sender} has not sent so often`);
      sent.splice(at, 1);
    }
  }
}

/** What one end of a connection has received begins what the other end has sent. */
function expectStreams(simulated: Simulated): void {
  const accepted = named(simulated, 'script-1', 'connection.accept');
  for (const { seq, args, result } of named(simulated, 'script-2', 'connection.open')) {
    if ('failure' in (result ?? {})) continue;
    const { from } = args as OpenArgs;
    const callers = accepted.filter((entry) => (entry.result as Partial<Accepted>).port === from);
    // A call that is made again after a crash leaves one behind on which nothing was sent.
    const caller = sentAndReceived(simulated, 'script-2', seq);
    callers.forEach((other, index) => {
      const isLast = index === callers.length - 1;
      const called = sentAndReceived(simulated, 'script-1', other.seq);
      const sent = isLast ? caller.sent : '';
      assert.ok(sent.startsWith(called.received), `received ${called.received} of ${sent}`);
      if (!isLast) return;
      assert.ok(called.sent.startsWith(caller.received), `${caller.received} of ${called.sent}`);
    });
  }
}

function sentAndReceived(simulated: Simulated, execution: string, connection: number) {
  const textOf = (name: string, of: (entry: Entry) => object | undefined): string =>
    named(simulated, execution, name)
      .filter(({ args }) => (args as ConnectionArgs).connection === connection)
      .map((entry) => Buffer.from((of(entry) as Partial<ConnectionReceived>).body ?? []).toString())
      .join('');
  return {
    sent: textOf('connection.send', ({ args }) => args),
    received: textOf('connection.receive', ({ result }) => result),
  };
}

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.tuple(fc.constantFrom('tcp', 'udp'), fc.constantFrom('a', 'b', 'c')),
  },
  { weight: 1, arbitrary: fc.tuple(fc.constant('sleep'), fc.constantFrom('10', '100000')) },
);
const programs = fc.array(step, { minLength: 1, maxLength: 5 }).map((steps) => steps.flat());

const at = fc.record({
  effect: fc.constantFrom('datagram.*', 'connection.*', 'connection.open', 'wait.poll'),
  match: fc.integer({ min: 1, max: 12 }),
});
/** Faults that hit sockets, besides those that hit anything. */
const socketFault = fc.oneof(
  fc.record({ kind: fc.constantFrom('lose-request', 'lose-response'), at }),
  fc.record({ kind: fc.constant('crash'), at, point: fc.constantFrom(...EFFECT_POINTS) }),
  fc.record({ kind: fc.constant('pause'), at, for: fc.constantFrom('1s', '40s') }),
) as fc.Arbitrary<JsonObject>;
const socketFaults = fc.array(socketFault, { maxLength: 3 });

function calm(args: readonly string[], worldSeed: number): Case {
  return { args, faults: [], seed: worldSeed, count: 2, commitMs: worldSeed % 3 };
}

function textsOf(simulated: Simulated): readonly string[] {
  return EXECUTIONS.map((execution) => simulated.text(execution));
}

describe('executions that reach one another through sockets', () => {
  it('have every answer in runs without faults', () => {
    fc.assert(
      fc.property(programs, seed, (args, worldSeed) => {
        const tested = calm(args, worldSeed);
        checkCase(tested, () => {
          const simulated = run(tested);
          expectLaws(simulated);
          const words = args.flatMap((how, at) =>
            at % 2 === 0 && how !== 'sleep' ? [`${args[at + 1]}${at}`] : [],
          );
          const lines = [...words, 'end'];
          const expected = [lines, lines.map((word) => `${word}!`)];
          assert.deepEqual(
            textsOf(simulated),
            expected.map((each) => `${each.join('\n')}\n`),
          );
        });
      }),
      { numRuns: runs(RUNS_CALM) },
    );
  });

  it('end the same after a crash of either, at every point of every effect', () => {
    fc.assert(
      fc.property(programs, seed, (args, worldSeed) => {
        const undisturbed = run(calm(args, worldSeed));
        for (const execution of EXECUTIONS) {
          const effects = entriesOf(undisturbed, execution).length;
          for (let seq = 0; seq < effects; seq++) {
            for (const point of EFFECT_POINTS) {
              const faults = [{ kind: 'crash', point, at: { execution, seq } }];
              const tested = { ...calm(args, worldSeed), faults };
              checkCase(tested, () => {
                const recovered = run(tested);
                expectLaws(recovered);
                assert.deepEqual(textsOf(recovered), textsOf(undisturbed));
              });
            }
          }
        }
      }),
      { numRuns: runs(RUNS_EVERYWHERE) },
    );
  });

  it('keep the laws under any faults', () => {
    fc.assert(
      fc.property(programs, anyCase, socketFaults, (args, disturbed, more) => {
        // Two programs that are hit at every effect may never meet, however often they try.
        const rare = disturbed.faults.filter(({ at }) => !('probability' in (at as object)));
        const tested = { ...disturbed, args, faults: [...rare, ...more] };
        checkCase(tested, () => expectLaws(run(tested)));
      }),
      { numRuns: runs(RUNS_ANYTHING) },
    );
  });
});
