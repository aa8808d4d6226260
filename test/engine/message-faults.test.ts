import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { GuestProgram } from '../../simulator/guest/program.ts';
import { buildProgram, closeBuilder } from '../helpers/programs.ts';
import {
  HttpScript,
  responseIn,
  scriptedComponent,
  wholeOf,
} from '../helpers/scripted-component.ts';
import { type ScriptOptions, type Simulated, simulate } from '../helpers/simulate.ts';
import { Lost, requestText, TcpScript } from '../helpers/tcp-script.ts';
import { entriesOf, expectReplayLaw } from '../property/laws.ts';

const HTTP = { effect: 'http.*' };
const SECOND = 1_000_000_000n;
/** Long enough for what goes on besides to come to its end. */
const AFTERWARDS = ['sleep', '9000', 'sleep', '9000'];

interface Told {
  readonly text: string;
  /** When the first effect of the program had its result, in tenths of a second. */
  readonly tenths: number;
  /** The number of an earlier request that each one repeats, or what was noted. */
  readonly ledger: readonly (number | string | undefined)[];
  readonly simulated: Simulated;
}

describe('a fault of messages', () => {
  let program: GuestProgram;
  before(async () => {
    program = await buildProgram('test/fixtures/programs/script.c');
  });
  after(closeBuilder);

  function tell(simulated: Simulated): Told {
    assert.deepEqual(simulated.simulation.run(), { kind: 'ended' });
    expectReplayLaw(simulated);
    for (const { fired, number } of simulated.sink.faults.values()) {
      assert.ok(fired > 0, `fault ${number} fires`);
    }
    const endedAt = entriesOf(simulated, 'script-1')[0]?.endedAt ?? 0n;
    const ledger = simulated.sink.ledgerRows.map(({ duplicateOf, note }) => duplicateOf ?? note);
    return { text: simulated.text(), tenths: Number((10n * endedAt) / SECOND), ledger, simulated };
  }

  /** Posts once with this fault at it. */
  function post(fault: object, options: Partial<ScriptOptions> = {}, path = 'a'): Told {
    const plan = { faults: [{ at: HTTP, ...fault }] };
    const args = ['post', `http://counter/${path}`, 'hello', ...AFTERWARDS];
    return tell(simulate(program, { args, plan, ...options }));
  }

  function answering(body: string): Partial<ScriptOptions> {
    const pieces = body === '' ? [] : [{ bytes: Buffer.from(body), delayNanos: 0n }];
    const answer = { status: 200, headers: [], pieces, delayNanos: 0n, note: undefined };
    const setup = { servicePrograms: new Map([['counter', { handle: () => answer }]]) };
    return { setup };
  }

  it('delays a request until another overtakes it', () => {
    const { text, tenths, ledger } = post({ kind: 'delay-request', by: '7s' });
    assert.match(text, /^POST 200 POST is number 1\n/);
    assert.equal(tenths, 50);
    assert.deepEqual(ledger, ['counted 1', 1]);
    assert.equal(post({ kind: 'delay-request', by: '2s' }).tenths, 20);
  });

  it('delays a response', () => {
    const { tenths, ledger } = post({ kind: 'delay-response', by: '2s' });
    assert.equal(tenths, 20);
    assert.deepEqual(ledger, ['counted 1']);
  });

  it('lets a request arrive twice, which its key tells, and its answer is not waited for', () => {
    const { text, ledger, simulated } = post({ kind: 'duplicate-request', by: '1s' });
    assert.match(text, /^POST 200 POST is number 1\n/);
    assert.deepEqual(ledger, ['counted 1', 1]);
    assert.equal(simulated.sink.ledgerRows[1]?.duplicateBy, 'key');
  });

  it('lets a request without a key arrive twice, which its content tells', () => {
    const workflow = { persistence: 'workflow' } as const;
    const { simulated } = post({ kind: 'duplicate-request' }, { workflow });
    assert.equal(simulated.sink.ledgerRows[1]?.duplicateBy, 'content');
  });

  it('lets a response arrive twice, which changes nothing', () => {
    const { text, ledger, simulated } = post({ kind: 'duplicate-response', by: '1s' });
    assert.match(text, /^POST 200 POST is number 1\n/);
    assert.deepEqual(ledger, ['counted 1']);
    const again = simulated.sink.traces.filter(({ data }) => data?.again === true);
    assert.deepEqual(
      again.map(({ kind }) => kind),
      ['response.arrived'],
    );
  });

  it('flips bytes of a body on its way there', () => {
    const { simulated } = post({ kind: 'corrupt-request', bytes: 2 });
    const got = [...(simulated.sink.ledgerRows[0]?.body ?? [])];
    const wrong = got.filter((byte, index) => byte !== Buffer.from('hello')[index]);
    assert.equal(got.length, 5);
    assert.equal(wrong.length, 2);
    assert.deepEqual(
      new Set(simulated.sink.choices.map(({ stream }) => stream)),
      new Set(['corrupt-request']),
    );
  });

  it('flips bytes of a body on its way back, and breaks a response without one', () => {
    const { text, ledger } = post({ kind: 'corrupt-response' }, answering('hello'));
    assert.match(text, /^POST 200 .{5}\n/s);
    assert.doesNotMatch(text, /^POST 200 hello/);
    assert.equal(ledger.length, 1);
    assert.equal(post({ kind: 'corrupt-response' }, answering('')).ledger.length, 2);
  });

  it('breaks a response off, and the engine asks for it again', () => {
    const { text, tenths, ledger, simulated } = post({ kind: 'truncate-response' });
    assert.match(text, /^POST 200 POST is number 1\n/);
    assert.equal(tenths, 50);
    assert.deepEqual(ledger, ['counted 1', 1]);
    assert.ok(simulated.sink.traces.some(({ kind }) => kind === 'call.retried'));
  });

  it('breaks a response off for good where a call is not repeated', () => {
    const unknownOutcome = [{ method: '*', url: '*', policy: 'fail' as const }];
    const options = { workflow: { unknownOutcome } };
    for (const kind of ['truncate-response', 'reset']) {
      const { text, ledger } = post(
        { kind, ...(kind === 'reset' ? { when: 'after' } : {}) },
        options,
      );
      assert.match(text, /^POST failed with \d+\n/, kind);
      assert.deepEqual(ledger, ['counted 1']);
    }
  });

  it('breaks a response off within what a program has seen of it', () => {
    const script = scriptedComponent((imports) => {
      const http = new HttpScript(imports);
      const future = http.begin('GET', 'http://counter/p3', '');
      future.subscribe().block();
      http.print(wholeOf(responseIn(future)));
    });
    const faults = [{ kind: 'truncate-response', keep: 5, at: { effect: 'http.*' } }];
    const { text } = tell(simulate(script, { args: [], plan: { faults } }));
    assert.equal(text, '200 GET i(last-operation-failed)\n');
  });

  it('lets a body come slowly', () => {
    assert.equal(post({ kind: 'slow-body', for: '3s', pieces: 4 }).tenths, 30);
    // What has come in time is no response to a program that takes a whole one.
    const { text, tenths } = post({ kind: 'slow-body', for: '40s' });
    assert.match(text, /^POST failed with \d+\n/);
    assert.equal(tenths, 300);
  });

  it('resets a connection before or after the service has done it', () => {
    assert.deepEqual(post({ kind: 'reset' }).ledger, ['counted 1']);
    assert.deepEqual(post({ kind: 'reset', when: 'after' }).ledger, ['counted 1', 1]);
    const often = post({ kind: 'reset', times: 100 });
    assert.match(often.text, /^POST failed with \d+\n/);
    assert.deepEqual(often.ledger, []);
  });

  it('refuses a connection, which the program is told at once', () => {
    for (const kind of ['refuse', 'dns-failure']) {
      const { text, tenths, ledger } = post({ kind });
      assert.match(text, /^POST failed with \d+\n/, kind);
      assert.equal(tenths, 0);
      assert.deepEqual(ledger, []);
    }
  });

  it('answers with a status of its own, before or after the service has done it', () => {
    const early = post({ kind: 'status', status: 429 });
    assert.match(early.text, /^POST 429 \n/);
    assert.deepEqual(early.ledger, []);
    const late = post({ kind: 'status', status: 502, when: 'after' });
    assert.match(late.text, /^POST 502 \n/);
    assert.deepEqual(late.ledger, ['counted 1']);
  });

  it('hits as many messages of a call as it says', () => {
    const { ledger, tenths } = post({ kind: 'reset', when: 'after', times: 2 });
    assert.deepEqual(ledger, ['counted 1', 1, 1]);
    assert.equal(tenths, 150);
  });

  /** Sends two requests over one connection; what came of it, a line each. */
  function overConnection(fault: object): readonly string[] {
    const script = scriptedComponent((imports) => {
      const tcp = new TcpScript(imports);
      const attempt = (step: () => string): void => {
        try {
          tcp.print(step());
        } catch (error) {
          tcp.print(error instanceof Lost ? `lost ${error.message}` : `failed`);
        }
      };
      attempt(() => {
        const client = tcp.connect();
        for (const path of ['/a', '/b']) {
          client.send(requestText('POST', path, [], 'hello'));
          attempt(() => client.response());
        }
        return 'end';
      });
    });
    const plan = { faults: [{ at: { effect: 'connection.send' }, ...fault }] };
    const { text, tenths, ledger } = tell(simulate(script, { args: [], plan }));
    return [...text.split('\n').slice(0, -1), `${ledger.length} done`, `opened at ${tenths}`];
  }

  it('befalls connections of the program itself', () => {
    const bytes = '200 POST is number';
    assert.deepEqual(overConnection({ kind: 'status', status: 500 }), [
      ...['500 ', `${bytes} 1`, 'end', '1 done', 'opened at 0'],
    ]);
    const reset = ['lost last-operation-failed', 'lost last-operation-failed'];
    assert.deepEqual(overConnection({ kind: 'reset' }).at(-2), '0 done');
    assert.deepEqual(overConnection({ kind: 'reset', when: 'after' }).at(-2), '1 done');
    assert.equal(overConnection({ kind: 'reset' })[0], reset[0]);
    const cut = overConnection({ kind: 'truncate-response', keep: 4 });
    assert.equal(cut[0], 'lost it has ended');
    assert.equal(cut.at(-2), '1 done');
    const wrong = overConnection({ kind: 'corrupt-response' });
    assert.match(wrong[0] ?? '', /^200 .{16}/s);
    assert.notEqual(wrong[0], `${bytes} 1`);
    assert.equal(wrong[1], `${bytes} 2`);
    const slow = overConnection({ kind: 'slow-body', for: '5s' });
    assert.equal(slow[0], `${bytes} 1`);
    assert.equal(overConnection({ kind: 'delay-request', by: '5s' })[1], `${bytes} 2`);
    assert.equal(overConnection({ kind: 'delay-response', by: '5s' })[1], `${bytes} 2`);
    const refused = overConnection({ kind: 'refuse', at: { effect: 'connection.open' } });
    assert.deepEqual(refused, ['failed', '0 done', 'opened at 0']);
    const late = overConnection({
      kind: 'delay-request',
      by: '5s',
      at: { effect: 'connection.open' },
    });
    assert.equal(late.at(-1), 'opened at 50');
  });

  it('keeps requests from a real host, and never doubles or corrupts one', () => {
    const real = { name: 'counter', hosts: ['counter'], latencyNanos: 0n, real: true } as const;
    const services = [{ ...real, timeoutNanos: 6_000_000_000n, rateLimit: undefined }];
    const sent = (fault: object): readonly string[] => {
      const bodies: string[] = [];
      const simulated = simulate(program, {
        args: ['post', 'http://counter/a', 'hello'],
        plan: { faults: [{ at: HTTP, ...fault }] },
        world: { services },
        setup: {
          servicePrograms: new Map(),
          observer: {
            onRealRequest: ({ request }) => bodies.push(Buffer.from(request.body).toString()),
          },
        },
      });
      simulated.simulation.run();
      return bodies;
    };
    for (const kind of ['status', 'refuse', 'dns-failure', 'lose-request']) {
      const result = sent({ kind, times: 100 });
      assert.deepEqual(result, [], kind);
    }
    for (const kind of ['duplicate-request', 'corrupt-request', 'delay-response']) {
      assert.deepEqual(sent({ kind }), ['hello'], kind);
    }
  });

  it('leaves a run alone that it does not hit', () => {
    const args = ['post', 'http://counter/a', 'hello', 'print', 'x'];
    const calm = tell(simulate(program, { args }));
    const kinds = ['delay-request', 'corrupt-response', 'status', 'reset', 'refuse'];
    const faults = kinds.map((kind) => ({ kind, at: { ...HTTP, match: 9 } }));
    const other = simulate(program, { args, plan: { faults } });
    assert.deepEqual(other.simulation.run(), { kind: 'ended' });
    assert.deepEqual(other.sink.traces, calm.simulated.sink.traces);
    assert.deepEqual(other.sink.choices, calm.simulated.sink.choices);
    assert.deepEqual(entriesOf(other, 'script-1'), entriesOf(calm.simulated, 'script-1'));
  });
});
