import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { nextSteps, placeOf, shortMessage } from '../../../extension/model/next-steps.ts';
import { ProgramOutput } from '../../../extension/model/program-output.ts';
import {
  RECORDINGS_OFFERED_MAX,
  recordingItems,
} from '../../../extension/model/recording-items.ts';
import { recordingName } from '../../../extension/model/recording-name.ts';
import { shortPaths } from '../../../extension/model/short-paths.ts';
import type { HostEvent, ProblemReport } from '../../../simulator/host/protocol.ts';

function printed(
  execution: string,
  bytes: Uint8Array | string,
): Extract<HostEvent, { kind: 'output' }> {
  const encoded = typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes;
  return { kind: 'output', execution, seq: 0, stream: 'stdout', bytes: encoded };
}

describe('what programs print', () => {
  it('is put together again where a character was cut in two', () => {
    const output = new ProgramOutput();
    const bytes = new TextEncoder().encode('5 €');
    const first = output.text(printed('a-1', bytes.subarray(0, 3)), false);
    const second = output.text(printed('a-1', bytes.subarray(3)), false);
    assert.deepEqual([first, second], ['5 ', '€']);
  });

  it('is labelled whenever another execution speaks', () => {
    const output = new ProgramOutput();
    const text = [
      printed('a-1', 'one\n'),
      printed('a-1', 'two'),
      printed('a-2', 'three\n'),
      printed('a-1', 'four\n'),
    ].map((event) => output.text(event, true));
    assert.equal(text.join(''), '[a-1]\none\ntwo\n[a-2]\nthree\n[a-1]\nfour\n');
  });
});

describe('a problem in a notification', () => {
  const problem = (fields: Partial<ProblemReport>): ProblemReport => ({
    severity: 'error',
    code: 'any',
    message: 'It failed.',
    ...fields,
  });

  it('is its first line, with what it announces', () => {
    assert.equal(
      shortMessage(problem({ message: 'a.c does not compile.\na.c:1: error' })),
      'a.c does not compile.',
    );
    assert.equal(
      shortMessage(problem({ message: 'It is wrong:\n  $.at: missing' })),
      'It is wrong: $.at: missing',
    );
    assert.equal(shortMessage(problem({ message: 'x'.repeat(1000) })).length, 300);
  });

  it('says what the compiler says first, and goes there', () => {
    const message =
      '/shop/a.c does not compile.\nIn file included from /shop/a.c:1:\n' +
      "/shop/b.h:2:10: error: use of undeclared identifier 'nothing'\n  2 | return nothing;";
    const compiling = problem({ message });
    assert.equal(
      shortMessage(compiling),
      "/shop/a.c does not compile: use of undeclared identifier 'nothing' (line 2, column 10)",
    );
    assert.deepEqual(placeOf(compiling), { file: '/shop/b.h', line: 2, column: 10 });
    assert.deepEqual(nextSteps(compiling), ['open-place', 'show-log']);
  });

  it('goes to what is wrong in a file that a person writes', () => {
    const places = [
      '/shop/backstitch.json:1:50: unknown key "persistance"\n/shop/backstitch.json:2:1: more',
      'C:\\shop\\backstitch.json:3:7: expected a text',
      '/shop/scenarios/a.scenario.json is not a usable scenario:\n  $.plan: missing',
      'cannot read /shop/backstitch.json',
    ].map((message) => placeOf(problem({ message })));
    assert.deepEqual(places, [
      { file: '/shop/backstitch.json', line: 1, column: 50 },
      { file: 'C:\\shop\\backstitch.json', line: 3, column: 7 },
      { file: '/shop/scenarios/a.scenario.json', line: 1, column: 1 },
      undefined,
    ]);
  });

  it('always offers a next step', () => {
    assert.deepEqual(nextSteps(problem({})), ['show-log']);
    const place = { file: '/a.c', line: 1, column: 1 };
    assert.deepEqual(nextSteps(problem({ place })), ['open-place', 'show-log']);
    assert.equal(nextSteps(problem({ code: 'no-compiler' }))[0], 'install-clang');
  });
});

describe('a text with paths, where there is little room', () => {
  const relative = (path: string) => path.replace(/^(\/home\/me\/flows\/|C:\\flows\\)/, '');
  const cases: readonly (readonly [string, string])[] = [
    ['compiling /home/me/flows/order.c', 'compiling order.c'],
    ['/home/me/flows/a/b.c does not compile.', 'a/b.c does not compile.'],
    ['cannot read /home/me/flows/b.json.', 'cannot read b.json.'],
    ['compiling C:\\flows\\order.c', 'compiling order.c'],
    ['"/home/me/flows/x.wasm" (1 of 2)', '"x.wasm" (1 of 2)'],
    ['/elsewhere/order.c is no program', '/elsewhere/order.c is no program'],
    ['POST https://payment.example/home/me/flows/', 'POST https://payment.example/home/me/flows/'],
    ['5 and/or 6', '5 and/or 6'],
  ];
  for (const [text, short] of cases) {
    it(`says ${JSON.stringify(short)}`, () => {
      assert.equal(shortPaths(text, relative), short);
    });
  }
});

describe('the name of a recording', () => {
  const at = new Date(Date.UTC(2026, 0, 2, 15, 4, 5));

  it('says what ran and when', () => {
    assert.equal(
      recordingName('order', at, () => false),
      'order-20260102-150405.backstitch',
    );
    assert.equal(
      recordingName('a/b c', at, () => false),
      'a-b-c-20260102-150405.backstitch',
    );
  });

  it('is one that is not taken', () => {
    const taken = new Set(['order-20260102-150405.backstitch']);
    const name = recordingName('order', at, (one) => taken.has(one));
    assert.equal(name, 'order-20260102-150405-2.backstitch');
  });

  it('is given up on when all are taken', () => {
    assert.throws(() => recordingName('order', at, () => true), /1000 recordings/);
  });
});

describe('recordings that are offered to be opened', () => {
  const kept = (name: string, modifiedMs: number, bytes: number) => ({
    path: `/shop/.backstitch/recordings/${name}.backstitch`,
    modifiedMs,
    bytes,
  });

  it('come newest first, with when they were made and how big they are', () => {
    const all = [
      kept('order-1', 5, 900),
      kept('order-2', 9, 70_000),
      kept('order-3', 7, 3_000_000),
    ];
    const items = recordingItems(all, (ms) => `at ${ms}`);
    assert.deepEqual(
      items.map(({ label, description }) => `${label} | ${description}`),
      ['order-2 | at 9 · 68 KB', 'order-3 | at 7 · 2.9 MB', 'order-1 | at 5 · 900 B'],
    );
    assert.equal(items[0]?.path, '/shop/.backstitch/recordings/order-2.backstitch');
  });

  it('are not endless', () => {
    const many = Array.from({ length: RECORDINGS_OFFERED_MAX + 1 }, (_, index) =>
      kept(`order-${index}`, index, 1),
    );
    const items = recordingItems(many, String);
    assert.equal(items.length, RECORDINGS_OFFERED_MAX);
    assert.ok(!items.some(({ label }) => label === 'order-0'));
  });
});
