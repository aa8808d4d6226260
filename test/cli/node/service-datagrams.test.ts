import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { serviceLoader } from '../../../simulator/cli/node/service-runtime.ts';
import { ServiceError, type ServiceProgram } from '../../../simulator/world/service.ts';

const CONTEXT = { wallNanos: 1_000_000n, random: () => 0.5, key: 'order-1/3' };

async function programOf(script: string): Promise<ServiceProgram> {
  const source = { entry: 'stats.mjs', files: new Map([['stats.mjs', script]]) };
  const load = await serviceLoader(new Map([['stats', source]]));
  return load('stats', source);
}

/** What a script sends back for a datagram. */
async function answerTo(script: string, body: Uint8Array | string = 'hits:1|c') {
  const program = await programOf(script);
  const datagram = {
    from: { host: '10.128.0.1', port: 49_152 },
    host: 'stats.example',
    port: 8125,
    body: typeof body === 'string' ? Buffer.from(body) : body,
  };
  const answer = program.takeDatagram?.(datagram, CONTEXT);
  return {
    sent: answer?.datagrams.map(({ bytes, delayNanos }) => [
      Buffer.from(bytes).toString('latin1'),
      delayNanos,
    ]),
    note: answer?.note,
  };
}

describe('a script that takes datagrams', () => {
  it('is told where each comes from and where it went, and keeps its state', async () => {
    const script = `
      export const state = { count: 0 };
      export function datagram({ from, host, port, body, bytes }, { state, key, now, note }) {
        note([++state.count, from.host, from.port, host, port, body, bytes.length, key, now].join());
      }`;
    const note = '1,10.128.0.1,49152,stats.example,8125,hits:1|c,8,order-1/3,1';
    assert.deepEqual(await answerTo(script), { sent: [], note });
  });

  const answers: readonly (readonly [string, readonly unknown[]])[] = [
    ['null', []],
    [`'pong'`, [['pong', 0n]]],
    ['bytes', [['\xff\x00', 0n]]],
    [
      `[{ data: 'late', afterMs: 5 }, 'now']`,
      [
        ['late', 5_000_000n],
        ['now', 0n],
      ],
    ],
    [`Promise.resolve('later')`, [['later', 0n]]],
  ];
  for (const [value, sent] of answers) {
    it(`may send back ${value}`, async () => {
      const script = `export const datagram = ({ bytes }) => (${value});`;
      const answer = await answerTo(script, Uint8Array.of(255, 0));
      assert.deepEqual(answer.sent, sent);
    });
  }

  it('fails by its name, and where', async () => {
    const nonsense = await answerTo('export const datagram = () => 7;').catch((error) => error);
    assert.ok(nonsense instanceof ServiceError);
    assert.match(nonsense.message, /datagram\(\) returned what is neither a text, a Uint8Array/);
    const never = await answerTo('export const datagram = () => new Promise(() => {});').catch(
      (error) => error,
    );
    assert.match(String(never), /datagram\(\) returned a promise that never settles/);
    const thrown = await answerTo(
      `export function datagram() {\n  throw new Error('no');\n}`,
    ).catch((error) => error);
    assert.match(String(thrown), /service stats failed at stats\.mjs:2: no/);
  });

  it('need not answer requests, and says so when one comes', async () => {
    const program = await programOf('export const datagram = () => {};');
    const request = { method: 'GET', url: 'http://stats.example/', headers: [], body: Buffer.of() };
    assert.throws(() => program.handle(request, CONTEXT), /it exports no function handle/);
  });
});

describe('a script without a function for datagrams', () => {
  it('takes none', async () => {
    const program = await programOf('export const handle = () => ({});');
    assert.equal(program.takeDatagram, undefined);
  });

  it('does not load without a function for requests either', async () => {
    await assert.rejects(
      () => programOf('export const other = 1;'),
      /exports no function handle\(request, context\), .* nor datagram\(packet, context\)/,
    );
  });
});
