import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { EFFECT_POINTS } from '../../simulator/faults/fault.ts';
import type { ServiceProgram, ServiceRequest } from '../../simulator/world/service.ts';
import { echoService } from '../helpers/echo-service.ts';
import {
  HttpScript,
  readFrom,
  responseIn,
  type ScriptImports,
  scriptedComponent,
  wholeOf,
} from '../helpers/scripted-component.ts';
import { type Simulated, simulate } from '../helpers/simulate.ts';

/** How long the program thinks between two pieces. */
const PAUSE_MS = 1_000;
const LATENCY_NANOS = 1_000_000n;

interface RunOptions {
  readonly faults?: readonly object[];
  readonly program?: ServiceProgram;
  readonly policy?: 'retry' | 'fail' | 'ask';
}

function run(
  script: (script: HttpScript) => void,
  { faults = [], program = echoService(), policy = 'retry' }: RunOptions = {},
): Simulated {
  const component = scriptedComponent((imports: ScriptImports) => script(new HttpScript(imports)));
  const simulated = simulate(component, {
    args: [],
    plan: { faults },
    workflow: { unknownOutcome: [{ method: '*', url: '*', policy }] },
    setup: { servicePrograms: new Map([['counter', program]]) },
  });
  assert.deepEqual(simulated.simulation.run(), { kind: 'ended' });
  return simulated;
}

/** Writes three pieces with pauses, and reads what comes back to each before the next. */
function conversation(script: HttpScript): void {
  const upload = script.upload('http://counter/echo');
  upload.write('one');
  upload.future.subscribe().block();
  const response = responseIn(upload.future);
  if (response === undefined || typeof response === 'string') {
    script.print(`no response: ${response}`);
    return;
  }
  const stream = response.consume().stream();
  for (const piece of ['two', 'three']) {
    script.print(`${readFrom(stream, 64)}`);
    script.timer(PAUSE_MS).block();
    upload.write(piece);
  }
  upload.finish({ 'x-sum': '3' });
  let rest = '';
  for (let part = readFrom(stream, 64); part !== undefined; part = readFrom(stream, 64)) {
    rest += part;
  }
  script.print(rest);
}

const SAID = 'ONE\nTWO\nTHREE|x-sum=3\n';

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** Takes requests whole and keeps them. */
function keeper(kept: ServiceRequest[]): ServiceProgram {
  return {
    handle: (request) => {
      kept.push(request);
      const body = new TextEncoder().encode(`got ${request.body.length}`);
      const pieces = [{ bytes: body, delayNanos: 0n }];
      return { status: 200, headers: [], pieces, delayNanos: 0n, note: undefined };
    },
  };
}

describe('a body that is written after its request has begun', () => {
  it('is answered piece by piece by a service that takes it so', () => {
    const simulated = run(conversation);
    assert.equal(simulated.text(), SAID);
    const { sink } = simulated;
    const [row, ...others] = sink.ledgerRows;
    assert.deepEqual(others, []);
    assert.equal(textOf(row?.body ?? new Uint8Array(0)), 'onetwothree');
    assert.equal(textOf(row?.responseBody ?? new Uint8Array(0)), 'ONETWOTHREE|x-sum=3');
    assert.equal(row?.status, 200);
    assert.equal(row?.key, 'script-1/0');
  });

  it('comes in pieces each at its own time, in their order', () => {
    const { sink } = run(conversation);
    const arrived = sink.traces.filter(({ kind }) => kind === 'request.arrived');
    const operations = arrived.map(({ execution, seq }) => {
      const entries = execution === undefined ? [] : (sink.entries.get(execution) ?? []);
      return entries[seq ?? 0]?.operation.name;
    });
    assert.deepEqual(operations, ['http.send', 'http.write', 'http.write']);
    const [first, second, third] = arrived.map(({ at }) => at);
    assert.ok((second ?? 0n) - (first ?? 0n) > BigInt(PAUSE_MS) * 1_000_000n - LATENCY_NANOS);
    assert.ok((third ?? 0n) - (second ?? 0n) > BigInt(PAUSE_MS) * 1_000_000n - LATENCY_NANOS);
  });

  it('is sent again from its beginning after a crash at any point of any effect', () => {
    const undisturbed = run(conversation);
    const effects = undisturbed.sink.entries.get('script-1' as never)?.length ?? 0;
    assert.ok(effects > 10);
    for (let seq = 0; seq < effects; seq++) {
      for (const point of EFFECT_POINTS) {
        const at = { execution: 'script-1', seq };
        const { sink, text } = run(conversation, { faults: [{ kind: 'crash', point, at }] });
        assert.equal(text(), SAID, `${point} of #${seq}`);
        for (const row of sink.ledgerRows) {
          assert.equal(row.key, 'script-1/0', `${point} of #${seq}`);
          assert.ok('onetwothree'.startsWith(textOf(row.body)), `${point} of #${seq}`);
        }
        const whole = sink.ledgerRows.filter((row) => textOf(row.body) === 'onetwothree');
        assert.ok(whole.length > 0, `${point} of #${seq}`);
        assert.equal(
          sink.ledgerRows.filter(({ duplicateOf }) => duplicateOf === undefined).length,
          1,
        );
      }
    }
  });

  it('is handed whole, with its trailers, to a service that takes requests whole', () => {
    const kept: ServiceRequest[] = [];
    const simulated = run(
      (script) => {
        const upload = script.upload('http://counter/whole');
        upload.write('one');
        script.timer(PAUSE_MS).block();
        upload.write('two');
        upload.finish({ 'x-sum': '2' });
        upload.future.subscribe().block();
        script.print(wholeOf(responseIn(upload.future)));
      },
      { program: keeper(kept) },
    );
    assert.equal(simulated.text(), '200 got 6\n');
    assert.deepEqual(
      kept.map(({ body, trailers }) => [textOf(body), trailers]),
      [['onetwo', [['x-sum', '2']]]],
    );
    assert.equal(simulated.sink.ledgerRows.length, 1);
  });

  it('is not handed over when it is never finished, and its response is waited for in vain', () => {
    const kept: ServiceRequest[] = [];
    const simulated = run(
      (script) => {
        const upload = script.upload('http://counter/whole');
        upload.write('one');
        upload.future.subscribe().block();
        script.print(wholeOf(responseIn(upload.future)));
        script.print(String(upload.write('two')));
      },
      { program: keeper(kept) },
    );
    assert.equal(simulated.text(), 'HTTP-response-timeout\nfalse\n');
    assert.deepEqual([kept, simulated.sink.ledgerRows], [[], []]);
  });

  it('is written in vain once the response is over', () => {
    const simulated = run((script) => {
      const upload = script.upload('http://counter/refuse');
      upload.write('12345');
      upload.future.subscribe().block();
      script.print(wholeOf(responseIn(upload.future)));
      script.print(String(upload.write('6')));
      upload.finish();
    });
    assert.equal(simulated.text(), '413 \nfalse\n');
    const [row] = simulated.sink.ledgerRows;
    assert.deepEqual(
      [row?.status, row?.note, textOf(row?.body ?? new Uint8Array(0))],
      [413, 'refused 413', '12345'],
    );
  });

  it('leaves a row of what had come when the program gives it up', () => {
    const { sink } = run((script) => {
      const upload = script.upload('http://counter/echo');
      upload.write('one');
      upload.future.subscribe().block();
      upload.drop();
      script.timer(PAUSE_MS).block();
    });
    assert.deepEqual(
      sink.ledgerRows.map(({ status, body }) => [status, textOf(body)]),
      [[200, 'one']],
    );
  });

  it('is given up by a service that waits in vain for the rest of it', () => {
    const simulated = run((script) => {
      const upload = script.upload('http://counter/echo');
      upload.write('one');
      upload.future.subscribe().block();
      script.print(wholeOf(responseIn(upload.future)));
      script.print(String(upload.write('two')));
    });
    assert.equal(simulated.text(), '200 ONE(last-operation-failed)\nfalse\n');
    assert.equal(simulated.sink.ledgerRows.length, 1);
  });

  it('is sent again as a whole when a piece was lost', () => {
    const kept: ServiceRequest[] = [];
    const at = { execution: 'script-1', effect: 'http.write', match: 1 };
    const simulated = run(
      (script) => {
        const upload = script.upload('http://counter/whole');
        upload.write('one');
        script.print('-');
        upload.write('two');
        script.print('-');
        upload.write('three');
        upload.finish();
        upload.future.subscribe().block();
        script.print(wholeOf(responseIn(upload.future)));
      },
      { program: keeper(kept), faults: [{ kind: 'lose-request', at }] },
    );
    assert.equal(simulated.text(), '-\n-\n200 got 11\n');
    assert.deepEqual(
      kept.map(({ body }) => textOf(body)),
      ['onetwothree'],
    );
    const retries = simulated.sink.traces.filter(({ kind }) => kind === 'call.retried');
    assert.equal(retries.length, 1);
  });

  it('is not tried again before it is written to its end, however long that takes', () => {
    const kept: ServiceRequest[] = [];
    const { sink, text } = run(
      (script) => {
        const upload = script.upload('http://counter/whole');
        for (let count = 0; count < 3; count++) {
          upload.write('x');
          script.timer(20_000).block();
        }
        upload.finish();
        upload.future.subscribe().block();
        script.print(wholeOf(responseIn(upload.future)));
      },
      { program: keeper(kept) },
    );
    assert.equal(text(), '200 got 3\n');
    assert.deepEqual(
      sink.traces.filter(({ kind }) => kind === 'call.retried'),
      [],
    );
  });

  it('fails after a crash where its route is not to be tried again', () => {
    const at = { execution: 'script-1', effect: 'stdout.write', match: 1 };
    const { sink, text } = run(
      (script) => {
        const upload = script.upload('http://counter/echo');
        upload.write('one');
        script.timer(PAUSE_MS).block();
        script.print('-');
        script.print(String(upload.write('two')));
        script.print('-');
        script.print(String(upload.write('three')));
        upload.future.subscribe().block();
        script.print(wholeOf(responseIn(upload.future)));
      },
      { policy: 'fail', faults: [{ kind: 'crash', point: 'before', at }] },
    );
    assert.equal(text(), '-\ntrue\n-\nfalse\ninternal-error\n');
    assert.equal(sink.ledgerRows.length, 1);
  });
});
