import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ServiceProgram } from '../../simulator/world/service.ts';
import {
  HttpScript,
  responseIn,
  type ScriptImports,
  scriptedComponent,
  wholeOf,
} from '../helpers/scripted-component.ts';
import { countingService, type Simulated, simulate } from '../helpers/simulate.ts';

const NANOS_PER_SECOND = 1_000_000_000n;

function run(
  script: (script: HttpScript) => void,
  program: ServiceProgram,
  faults: readonly object[] = [],
): Simulated {
  const component = scriptedComponent((imports: ScriptImports) => script(new HttpScript(imports)));
  const simulated = simulate(component, {
    args: [],
    plan: { faults },
    setup: { servicePrograms: new Map([['counter', program]]) },
  });
  assert.deepEqual(simulated.simulation.run(), { kind: 'ended' });
  return simulated;
}

/** Answers after some seconds, and lets as many pass between the two pieces of the body. */
function slow(seconds: bigint, gapSeconds = 0n): ServiceProgram {
  const piece = (text: string, delayNanos: bigint) => ({
    bytes: new TextEncoder().encode(text),
    delayNanos,
  });
  return {
    handle: () => ({
      status: 200,
      headers: [],
      pieces: [piece('one', 0n), piece('two', gapSeconds * NANOS_PER_SECOND)],
      delayNanos: seconds * NANOS_PER_SECOND,
      note: undefined,
    }),
  };
}

describe('a program with a key of its own', () => {
  const OWN = { 'idempotency-key': 'order-7' };

  function post(script: HttpScript): void {
    const future = script.begin('POST', 'http://counter/orders', 'cup', { headers: OWN });
    future.subscribe().block();
    script.print(wholeOf(responseIn(future)));
  }

  it('sends that and no other', () => {
    const { sink, text } = run(post, countingService());
    assert.equal(text(), '200 POST is number 1\n');
    const [row] = sink.ledgerRows;
    assert.equal(row?.key, 'order-7');
    const keys = row?.headers.filter(([name]) => name === 'idempotency-key');
    assert.deepEqual(keys, [['idempotency-key', 'order-7']]);
    assert.equal(sink.entries.get('script-1' as never)?.[0]?.key, 'order-7');
  });

  it('sends it again after a crash, and when a response was lost', () => {
    const at = { execution: 'script-1', seq: 0 };
    const faults = [[{ kind: 'crash', point: 'performed', at }], [{ kind: 'lose-response', at }]];
    for (const plan of faults) {
      const { sink, text } = run(post, countingService(), plan);
      assert.equal(text(), '200 POST is number 1\n');
      assert.deepEqual(
        sink.ledgerRows.map(({ key, duplicateOf, duplicateBy }) => [key, duplicateOf, duplicateBy]),
        [
          ['order-7', undefined, undefined],
          ['order-7', 1, 'key'],
        ],
      );
    }
  });

  it('may give a safe request one, which gets none by itself', () => {
    const { sink } = run((script) => {
      for (const headers of [{}, OWN]) {
        const future = script.begin('GET', 'http://counter/orders', '', { headers });
        future.subscribe().block();
        script.print(wholeOf(responseIn(future)));
      }
    }, countingService());
    assert.deepEqual(
      sink.ledgerRows.map(({ key }) => key),
      [undefined, 'order-7'],
    );
  });
});

describe('a program with timeouts of its own', () => {
  /** What it is told, and after how many seconds, with timeouts in seconds. */
  function ask(
    program: ServiceProgram,
    timeouts: { connect?: bigint; firstByte?: bigint; betweenBytes?: bigint },
  ): string {
    const { simulation, text } = run((script) => {
      const options = script.options();
      const nanos = (seconds: bigint | undefined) =>
        seconds === undefined ? undefined : seconds * NANOS_PER_SECOND;
      options.setConnectTimeout(nanos(timeouts.connect));
      options.setFirstByteTimeout(nanos(timeouts.firstByte));
      options.setBetweenBytesTimeout(nanos(timeouts.betweenBytes));
      const future = script.begin('GET', 'http://counter/', '', { options });
      future.subscribe().block();
      script.print(wholeOf(responseIn(future)));
    }, program);
    return `${text().trim()} after ${simulation.agenda.now / NANOS_PER_SECOND} s`;
  }

  it('waits for the first byte as long as it says', () => {
    assert.equal(ask(slow(4n), { firstByte: 3n }), 'HTTP-response-timeout after 3 s');
    assert.equal(ask(slow(4n), { firstByte: 5n }), '200 onetwo after 4 s');
  });

  it('gives connecting the time that it says besides', () => {
    const timeouts = { connect: 2n, firstByte: 3n };
    assert.equal(ask(slow(4n), timeouts), '200 onetwo after 4 s');
    assert.equal(ask(slow(6n), timeouts), 'HTTP-response-timeout after 5 s');
    // The time for the first byte is the usual one then.
    assert.equal(ask(slow(31n), { connect: 2n }), '200 onetwo after 31 s');
    assert.equal(ask(slow(33n), { connect: 2n }), 'HTTP-response-timeout after 32 s');
  });

  it('waits between the pieces of a body as long as it says', () => {
    assert.equal(ask(slow(0n, 4n), { betweenBytes: 5n }), '200 onetwo after 4 s');
    assert.equal(
      ask(slow(0n, 4n), { betweenBytes: 3n }),
      '200 one(last-operation-failed) after 3 s',
    );
    assert.equal(ask(slow(0n, 4n), {}), '200 onetwo after 4 s');
  });
});
