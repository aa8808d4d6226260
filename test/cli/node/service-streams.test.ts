import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { serviceLoader } from '../../../simulator/cli/node/service-runtime.ts';
import {
  type RequestPiece,
  ServiceError,
  type ServiceProgram,
  type ServiceRequest,
  type StreamStep,
} from '../../../simulator/world/service.ts';

const CONTEXT = { wallNanos: 1_000_000n, random: () => 0.5, key: 'order-1/3' };
const REQUEST: ServiceRequest = {
  method: 'POST',
  url: 'http://echo.example/all?a=b',
  headers: [['x-a', 'b']],
  body: new Uint8Array(0),
};

async function programOf(script: string): Promise<ServiceProgram> {
  const source = { entry: 'echo.mjs', files: new Map([['echo.mjs', script]]) };
  return (await serviceLoader(new Map([['echo', source]])))('echo', source);
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}

function shown({ head, pieces, ended, trailers, note }: StreamStep): string {
  const parts = pieces.map(
    ({ bytes, delayNanos }) => `${textOf(bytes)}@${delayNanos / 1_000_000n}`,
  );
  const marks = [ended ? '.' : '', trailers?.join(';') ?? '', note ?? ''];
  return [head?.status ?? '', parts.join(), ...marks].join(' ').trim();
}

/** What a script does at each piece of a request: the last is its end. */
async function stepsOf(script: string, ...pieces: readonly (string | Uint8Array)[]) {
  const stream = (await programOf(script)).stream?.(REQUEST);
  return pieces.map((piece, index) => {
    const ended = index === pieces.length - 1;
    const trailers = ended ? { trailers: [['x-sum', '7']] as const } : {};
    const bytes = typeof piece === 'string' ? new TextEncoder().encode(piece) : piece;
    const given: RequestPiece = { bytes, ended, ...trailers };
    const step = stream?.receive(given, CONTEXT);
    return step === undefined ? '' : shown(step);
  });
}

const ECHO = `
  export const state = { seen: 0 };
  export function* stream(request, { state, note, key }) {
    yield { status: 201, headers: { 'X-A': request.headers['x-a'] } };
    let piece = yield;
    while (piece !== undefined) {
      state.seen++;
      note(key + ' ' + state.seen);
      yield piece.toUpperCase();
      yield { data: '-', afterMs: 5 };
      piece = yield;
    }
    return { trailers: { 'X-Sum': request.trailers['x-sum'] } };
  }`;

describe('a script that takes requests as they come', () => {
  it('answers each piece before it asks for the next', async () => {
    assert.deepEqual(await stepsOf(ECHO, 'one', 'two', ''), [
      '201 ONE@0,-@5   order-1/3 1',
      'TWO@0,-@5   order-1/3 2',
      '. x-sum,7',
    ]);
  });

  it('may answer before the request has ended, with nothing, a part or all of a response', async () => {
    const script = `
      export function* stream(request) {
        const first = yield;
        return { status: 413, body: 'no ' + first };
      }`;
    assert.deepEqual(await stepsOf(script, '', 'one', 'two'), ['', '413 no one@0 .', '.']);
    const early = `export function* stream({ path, query }) { yield path + query.a; }`;
    assert.deepEqual(await stepsOf(early, 'x', 'y'), ['200 /allb@0 .', '.']);
  });

  it('gets text, however its bytes were cut', async () => {
    const [first, second] = [Uint8Array.of(0xe2, 0x98), Uint8Array.of(0x83)];
    const script = `
      export function* stream() {
        let length = 0;
        let piece = yield;
        while (piece !== undefined) {
          length += piece.length;
          piece = yield;
        }
        return { body: String(length) };
      }`;
    assert.deepEqual(await stepsOf(script, first, second, ''), ['', '', '200 1@0 .']);
  });

  it('takes a request that comes whole as one piece, unless it has a handle for these', async () => {
    const body = new TextEncoder().encode('all');
    const whole: ServiceRequest = { ...REQUEST, body, trailers: [['x-sum', '1']] };
    const answer = (program: ServiceProgram): string => {
      const { status, pieces, trailers } = program.handle(whole, CONTEXT);
      return `${status} ${pieces.map(({ bytes }) => textOf(bytes)).join('')} ${trailers ?? ''}`;
    };
    assert.equal(answer(await programOf(ECHO)), '201 ALL- x-sum,1');
    const both = `${ECHO} export const handle = ({ body, trailers }) =>
      ({ body: body + trailers['x-sum'], trailers: { 'x-t': '2' } });`;
    assert.equal(answer(await programOf(both)), '200 all1 x-t,2');
  });

  it('is one stream for each request', async () => {
    const program = await programOf(ECHO);
    const [one, other] = [program.stream?.(REQUEST), program.stream?.(REQUEST)];
    const bytes = new TextEncoder().encode('a');
    const step = (stream: typeof one, ended: boolean): string => {
      const got = stream?.receive({ bytes, ended }, CONTEXT);
      return got === undefined ? '' : shown(got);
    };
    assert.equal(step(one, false), '201 A@0,-@5   order-1/3 1');
    assert.equal(step(other, false), '201 A@0,-@5   order-1/3 2');
    assert.equal(step(one, true), 'A@0,-@5 . x-sum,undefined order-1/3 3');
  });

  const wrong: readonly (readonly [script: string, message: RegExp])[] = [
    ['export function* stream() {}', /stream\(\) ended without a response/],
    ['export function stream() { return 1; }', /expected function\* stream/],
    ['export async function* stream() {}', /expected function\* stream/],
    ['export function* stream() { for (;;) yield; }', /waits for more of a request that has ended/],
    ['export function* stream() { for (;;) yield "a"; }', /more than 10000 pieces at once/],
    ['export function* stream() { yield {}; yield {}; }', /after its head; expected a piece/],
    ['export function* stream() { yield { status: 99 }; }', /returned status 99/],
    ['export function* stream() { throw new Error("no"); }', /no$/],
  ];
  for (const [script, message] of wrong) {
    it(`fails when it is ${script}`, async () => {
      await assert.rejects(stepsOf(script, ''), (error) => {
        assert.ok(error instanceof ServiceError);
        assert.match(error.message, message);
        assert.match(error.message, /^service echo failed at echo\.mjs/);
        return true;
      });
    });
  }
});
