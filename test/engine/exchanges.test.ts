import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ServiceProgram } from '../../simulator/world/service.ts';
import {
  HttpScript,
  readFrom,
  responseIn,
  type ScriptImports,
  scriptedComponent,
} from '../helpers/scripted-component.ts';
import { simulate } from '../helpers/simulate.ts';

const GAP_NANOS = 200_000_000n;

interface Answer {
  readonly status: number;
  /** Each comes some time after the one before. */
  readonly pieces: readonly string[];
}

/** Gives the n-th answer to the n-th request, and the last one from then on. */
function forgetful(answers: readonly Answer[]): ServiceProgram {
  let requests = 0;
  return {
    handle: () => {
      const { status, pieces } = answers[Math.min(requests++, answers.length - 1)] as Answer;
      return {
        status,
        headers: [],
        pieces: pieces.map((text, index) => ({
          bytes: new TextEncoder().encode(text),
          delayNanos: index === 0 ? 0n : GAP_NANOS,
        })),
        delayNanos: 0n,
        note: undefined,
      };
    },
  };
}

/** Prints every part of one response as it comes, and how it ends. */
function reader(imports: ScriptImports): void {
  const script = new HttpScript(imports);
  const future = script.begin('GET', 'http://counter/news', '');
  future.subscribe().block();
  const response = responseIn(future);
  if (response === undefined || typeof response === 'string') {
    script.print(`no response: ${response}`);
    return;
  }
  const stream = response.consume().stream();
  let parts = '';
  for (let part = readFrom(stream, 64); part !== undefined; part = readFrom(stream, 64)) {
    parts += `[${part}]`;
  }
  script.print(parts);
}

const FIRST: Answer = { status: 200, pieces: ['abc', 'def', 'ghi'] };

/** What the program prints when its node crashes after it has seen the first two pieces. */
function readAcrossCrash(second: Answer): string {
  const at = { effect: 'http.body', match: 2 };
  const simulated = simulate(scriptedComponent(reader), {
    args: [],
    plan: { faults: [{ kind: 'crash', point: 'before', at }] },
    setup: { servicePrograms: new Map([['counter', forgetful([FIRST, second])]]) },
  });
  assert.deepEqual(simulated.simulation.run(), { kind: 'ended' });
  assert.equal(simulated.sink.ledgerRows.length, 2, 'it was not asked again');
  return simulated.text();
}

describe('a response that is sent again after a crash', () => {
  it('goes on where the program had come to', () => {
    assert.equal(readAcrossCrash(FIRST), '[abc][def][ghi]\n');
    assert.equal(readAcrossCrash({ status: 200, pieces: ['abcdefghi'] }), '[abc][def][ghi]\n');
  });

  const OTHERS: readonly [name: string, second: Answer][] = [
    ['another status', { status: 404, pieces: ['abc', 'def', 'ghi'] }],
    ['other bytes where it has been', { status: 200, pieces: ['abc', 'dXf', 'ghi'] }],
    ['an earlier end', { status: 200, pieces: ['ab'] }],
    ['no body at all', { status: 200, pieces: [] }],
  ];
  for (const [name, second] of OTHERS) {
    it(`breaks off where it has ${name}`, () => {
      assert.equal(readAcrossCrash(second), '[abc][def][(last-operation-failed)]\n');
    });
  }
});
