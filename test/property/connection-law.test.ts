import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { ConnectionArgs, ConnectionReceived } from '../../simulator/effects/connection.ts';
import { EFFECT_POINTS } from '../../simulator/faults/fault.ts';
import { scriptedComponent } from '../helpers/scripted-component.ts';
import { type Simulated, simulate } from '../helpers/simulate.ts';
import { Lost, requestText, type TcpClient, TcpScript } from '../helpers/tcp-script.ts';
import {
  entriesOf,
  expectCompleted,
  expectOneOwner,
  expectReplayLaw,
  expectShownOnce,
  expectWholeJournals,
} from './laws.ts';
import { anyCase, type Case, checkCase, optionsOf, runs, seed } from './random-cases.ts';

const RUNS_CALM = 60;
const RUNS_EVERYWHERE = 5;
const RUNS_ANYTHING = 60;
/** More than any plan below can break. */
const TRIES_MAX = 40;

/**
 * Runs its arguments, two words each. A request is sent again, over a new connection and with the
 * same key, when the connection is lost: as a program does that wants it to happen once.
 */
function persistent(tcp: TcpScript): void {
  const { args } = tcp;
  let client: TcpClient | undefined;
  for (let at = 0; at + 1 < args.length; at += 2) {
    const [what = '', value = ''] = [args[at], args[at + 1]];
    if (what === 'sleep') tcp.timer(Number(value)).block();
    if (what === 'close') {
      client?.close();
      client = undefined;
    }
    if (what !== 'post' && what !== 'get') continue;
    const method = what.toUpperCase();
    const key = [`Idempotency-Key: ${at}`];
    const text = requestText(method, `/${value}`, key, what === 'post' ? value : '');
    for (let tries = 1; ; tries++) {
      assert.ok(tries < TRIES_MAX, 'it is lost every time');
      try {
        client ??= tcp.connect();
        client.send(text.slice(0, 20));
        client.send(text.slice(20));
        tcp.print(client.response());
        break;
      } catch (error) {
        // Connecting itself can time out, when a fault loses what it sends.
        if (!(error instanceof Lost) && !isTimeout(error)) throw error;
        client?.close();
        client = undefined;
      }
    }
  }
  client?.close();
}

function isTimeout(error: unknown): boolean {
  return (error as { payload?: unknown }).payload === 'timeout';
}

const program = scriptedComponent((imports) => persistent(new TcpScript(imports)));

function run(tested: Case): Simulated {
  const simulated = simulate(program, optionsOf(tested));
  assert.deepEqual(simulated.simulation.run(), { kind: 'ended' });
  return simulated;
}

function expectLaws(simulated: Simulated): void {
  expectCompleted(simulated);
  expectShownOnce(simulated);
  expectWholeJournals(simulated);
  expectOneOwner(simulated);
  expectReplayLaw(simulated);
  expectSentAtMostOnce(simulated);
}

/** The bytes of one effect never reach a service twice: each completes one request at most. */
function expectSentAtMostOnce(simulated: Simulated): void {
  const calls = simulated.sink.ledgerRows.map(({ execution, seq }) => `${execution}/${seq}`);
  assert.deepEqual(calls, [...new Set(calls)]);
  for (const { execution, seq } of simulated.sink.ledgerRows) {
    assert.ok(execution !== undefined && seq !== undefined, 'a request of nobody');
    const entry = entriesOf(simulated, execution)[seq];
    assert.equal(entry?.operation.name, 'connection.send', `${execution}/${seq} is not durable`);
    // Were it not the very effect whose bytes arrived, it would have found the connection gone.
    assert.deepEqual(entry.result, {}, `${execution}/${seq} was sent before it was durable`);
  }
}

/** Nothing is received on a connection after it was told to be lost or at its end. */
function expectEndsForGood(simulated: Simulated): void {
  for (const { id } of simulated.simulation.executions) {
    const over = new Set<number>();
    for (const { seq, operation, args, result } of entriesOf(simulated, id)) {
      if (operation.name !== 'connection.receive') continue;
      const { connection } = args as ConnectionArgs;
      const got = result as ConnectionReceived;
      assert.ok(!over.has(connection), `${id}/${seq} goes on`);
      if ('failure' in got || got.ended) over.add(connection);
      else assert.ok(got.body.length > 0, `${id}/${seq} got nothing`);
    }
  }
}

const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.tuple(fc.constantFrom('post', 'get'), fc.constantFrom('a', 'p2', 'p3')),
  },
  { weight: 1, arbitrary: fc.tuple(fc.constant('close'), fc.constant('')) },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.constant('sleep'), fc.constantFrom('10', '3000', '100000')),
  },
);
const programs = fc.array(step, { minLength: 1, maxLength: 6 }).map((steps) => steps.flat());

function calm(args: readonly string[], worldSeed: number): Case {
  return { args, faults: [], seed: worldSeed, count: 1, commitMs: worldSeed % 3 };
}

/** Which keys the service has counted, in the order in which it did. */
function countedKeys({ sink }: Simulated): readonly (string | undefined)[] {
  return sink.ledgerRows.filter(({ note }) => note?.startsWith('counted')).map(({ key }) => key);
}

describe('programs that speak HTTP over a connection', () => {
  it('have every response, in order, in runs without faults', () => {
    fc.assert(
      fc.property(programs, seed, (args, worldSeed) => {
        const tested = calm(args, worldSeed);
        checkCase(tested, () => {
          const simulated = run(tested);
          expectLaws(simulated);
          expectEndsForGood(simulated);
          const requests = args.filter((word) => word === 'post' || word === 'get').length;
          assert.equal(simulated.text().split('\n').length - 1, requests);
          assert.equal(countedKeys(simulated).length, requests);
        });
      }),
      { numRuns: runs(RUNS_CALM) },
    );
  });

  it('end the same after a crash at every point of every effect, if they use keys', () => {
    fc.assert(
      fc.property(programs, seed, (args, worldSeed) => {
        const undisturbed = run(calm(args, worldSeed));
        const effects = entriesOf(undisturbed, 'script-1').length;
        for (let seq = 0; seq < effects; seq++) {
          for (const point of EFFECT_POINTS) {
            const faults = [{ kind: 'crash', point, at: { execution: 'script-1', seq } }];
            const tested = { ...calm(args, worldSeed), faults };
            checkCase(tested, () => {
              const recovered = run(tested);
              expectLaws(recovered);
              expectEndsForGood(recovered);
              assert.equal(recovered.text(), undisturbed.text());
              assert.deepEqual(countedKeys(recovered), countedKeys(undisturbed));
            });
          }
        }
      }),
      { numRuns: runs(RUNS_EVERYWHERE) },
    );
  });

  it('keep the laws under any faults, in several executions at a time', () => {
    fc.assert(
      fc.property(programs, anyCase, (args, disturbed) => {
        const tested = { ...disturbed, args };
        checkCase(tested, () => {
          const simulated = run(tested);
          expectLaws(simulated);
          expectEndsForGood(simulated);
        });
      }),
      { numRuns: runs(RUNS_ANYTHING) },
    );
  });
});
