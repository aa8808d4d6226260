import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { backstitch, ensureDist } from '../helpers/dist.ts';
import { handlerComponent } from '../helpers/handler-component.ts';
import { ServeProcess } from './serve-process.ts';

const CONFIG = {
  workflows: { handler: { module: 'handler.wasm', limits: { secondsBetweenEffects: 1 } } },
};

describe('backstitch serve, with an HTTP handler', () => {
  let folder: string;
  let server: ServeProcess;

  before(async () => {
    ensureDist();
    folder = mkdtempSync(join(tmpdir(), 'backstitch-serve-'));
    writeFileSync(join(folder, 'handler.wasm'), await handlerComponent());
    writeFileSync(join(folder, 'backstitch.json'), JSON.stringify(CONFIG));
    mkdirSync(join(folder, 'faults'));
  });

  afterEach(async () => {
    await server.stop();
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  function serve(...args: readonly string[]): void {
    server = new ServeProcess(
      ['.', '--record', join(folder, 'served.backstitch'), ...args],
      folder,
    );
  }

  async function get(path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(await server.url(path), init);
  }

  /** A chunked request with trailers, by the client of Node; the body's second half may come late. */
  async function exchange(
    path: string,
    trailers: readonly (readonly [string, string])[],
    pauseMs: number,
  ): Promise<{ readonly body: string; readonly trailers: readonly string[] }> {
    const sending = request(await server.url(path), {
      method: 'POST',
      headers: { 'transfer-encoding': 'chunked' },
    });
    const answered = once(sending, 'response') as Promise<[IncomingMessage]>;
    sending.write('half ');
    await delay(pauseMs);
    sending.addTrailers(trailers as [string, string][]);
    sending.end('and half');
    const [response] = await answered;
    let body = '';
    for await (const chunk of response.setEncoding('utf8')) body += chunk;
    return { body, trailers: response.rawTrailers };
  }

  it('answers each request by an execution, which its response names and its recording holds', async () => {
    serve();
    const hello = await get('/hello');
    assert.equal(hello.status, 200);
    assert.equal(hello.headers.get('backstitch-execution'), 'handler-1');
    assert.equal(await hello.text(), 'hello\n');
    const missing = await get('/nowhere');
    assert.equal(missing.status, 404);
    assert.equal(missing.headers.get('backstitch-execution'), 'handler-2');
    const echo = await get('/echo', { method: 'POST', body: 'some text' });
    assert.equal(await echo.text(), 'some text');
    assert.equal(await server.stop(), 0, server.log());
    const replay = backstitch(['replay', 'served.backstitch', '--json'], { cwd: folder });
    assert.equal(replay.code, 0, replay.stderr);
    const same = replay.stdout.split('\n').filter((line) => line.includes('"kind":"same"'));
    assert.equal(same.length, 3);
  });

  it('keeps promises, takes messages and tells of executions for programs of this machine', async () => {
    serve('--max-body', '1k');
    assert.equal(await (await get('/hello')).text(), 'hello\n');
    await server.served('handler-1');
    const state = await get('/.backstitch/executions/handler-1');
    assert.equal(state.headers.get('backstitch-execution'), null);
    assert.deepEqual(await state.json(), {
      id: 'handler-1',
      workflow: 'handler',
      status: 'completed',
      exitCode: 0,
    });
    const statusOf = async (path: string, init: RequestInit): Promise<number> =>
      (await get(`/.backstitch/${path}`, init)).status;
    const put = { method: 'PUT', body: 'yes' };
    assert.equal(await statusOf('promises/handler-2/go%20on', put), 200);
    assert.equal(await statusOf('promises/handler-2/go on', put), 409);
    assert.equal(await statusOf('promises/self/approval', put), 400);
    assert.equal(await statusOf('promises/a', { method: 'PUT', body: 'x'.repeat(2000) }), 413);
    const fromPage = { ...put, headers: { origin: 'http://evil.example' } };
    assert.equal(await statusOf('promises/b', fromPage), 403);
    const post = { method: 'POST', body: 'hi' };
    assert.equal(await statusOf('executions/handler-9/messages', post), 404);
    assert.equal(await statusOf('executions/handler-9', {}), 404);
    assert.equal(await statusOf('promises/a', {}), 404);
    // None of these started an execution.
    assert.equal((await get('/hello')).headers.get('backstitch-execution'), 'handler-2');
  });

  it('lets faults happen by hand, and says what is wrong with one', async () => {
    serve();
    assert.equal(await (await get('/hello')).text(), 'hello\n');
    const inject = async (body: string): Promise<readonly [number, string]> => {
      const response = await get('/.backstitch/faults', { method: 'POST', body });
      return [response.status, await response.text()];
    };
    assert.deepEqual(await inject('{"kind": "crash", "node": "node-b"}'), [202, '{}\n']);
    const losing = { kind: 'crash', at: { effect: '*' }, point: 'before' };
    assert.deepEqual(await inject(JSON.stringify(losing)), [202, '{}\n']);
    // It is served all the same, by another node.
    assert.equal(await (await get('/hello')).text(), 'hello\n');
    for (const [body, said] of [
      ['{"kind": "meteor"}', /kind: expected one of crash, .*found \\"meteor\\"/],
      ['{"kind": "crash", "node": "node-z"}', /there is no node node-z; there is node-a/],
      ['{"kind": "deploy", "module": "none.wasm"}', /none\.wasm/],
      ['[]', /the body is no fault/],
      ['{', /the body is not JSON/],
    ] as const) {
      const [status, text] = await inject(body);
      assert.equal(status, 400, text);
      assert.match(text, said);
    }
  });

  it('says nothing of a body to HEAD, and nothing at all for status 204', async () => {
    serve();
    const head = await get('/hello', { method: 'HEAD' });
    assert.equal(head.status, 200);
    assert.equal(await head.text(), '');
    const none = await get('/status/204');
    assert.equal(none.status, 204);
  });

  it('takes a chunked body that is larger than a piece, and gives as much', async () => {
    serve();
    const client = await server.connect();
    const block = 'Q'.repeat(50_000);
    client.send('POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n');
    client.send('Connection: close\r\n\r\n');
    for (let index = 0; index < 8; index++) client.send(`c350\r\n${block}\r\n`);
    client.send('0\r\n\r\n');
    const reply = await client.all();
    assert.match(reply, /^HTTP\/1\.1 200 OK\r\n/);
    assert.equal(countIn(reply, 'Q'), 400_000);
  });

  it('gives trailers of a request to the handler, and those of its response to the client', async () => {
    serve();
    const trailers = [
      ['X-Sum', '7'],
      ['X-Sum', '8'],
    ] as const;
    for (const pauseMs of [0, 200]) {
      const reply = await exchange('/trailers', trailers, pauseMs);
      assert.equal(reply.body, 'half and half');
      assert.deepEqual(reply.trailers, ['x-sum', '7', 'x-sum', '8']);
    }
    const none = await exchange('/trailers', [], 0);
    assert.deepEqual([none.body, none.trailers], ['half and half', []]);
    assert.equal(await server.stop(), 0, server.log());
    const replay = backstitch(['replay', 'served.backstitch'], { cwd: folder });
    assert.equal(replay.code, 0, replay.stderr + replay.stdout);
  });

  it('answers pipelined requests in their order', async () => {
    serve('--time', 'virtual');
    const client = await server.connect();
    client.send('GET /sleep HTTP/1.1\r\nHost: a\r\n\r\n');
    client.send('GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    const reply = await client.all();
    const [, first = '', second = ''] = reply.split('HTTP/1.1 ');
    assert.match(first, /handler-1[\s\S]*slept\n$/);
    assert.match(second, /handler-2[\s\S]*hello\n$/);
  });

  it('answers a hundred clients at once, each by an execution of its own', async () => {
    serve();
    const bodies = await Promise.all(
      Array.from({ length: 100 }, async (_, index) => {
        const reply = await get('/echo', { method: 'POST', body: `client ${index}` });
        return [reply.headers.get('backstitch-execution'), await reply.text()] as const;
      }),
    );
    assert.equal(new Set(bodies.map(([execution]) => execution)).size, 100);
    assert.deepEqual(
      bodies.map(([, body]) => body),
      Array.from({ length: 100 }, (_, index) => `client ${index}`),
    );
  });

  it('refuses what is no HTTP, heads and bodies that are too long, without an execution', async () => {
    serve('--max-body', '1k');
    const malformed = await server.connect();
    malformed.send('this is no HTTP\r\n\r\n');
    assert.match(await malformed.all(), /^HTTP\/1\.1 400 /);
    const longHead = await server.connect();
    longHead.send(`GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`);
    assert.match(await longHead.all(), /^HTTP\/1\.1 431 /);
    const declared = await get('/echo', { method: 'POST', body: 'x'.repeat(1025) });
    assert.equal(declared.status, 413);
    assert.equal(declared.headers.get('backstitch-execution'), null);
    const chunked = await server.connect();
    chunked.send('POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n');
    chunked.send(`800\r\n${'y'.repeat(2048)}\r\n0\r\n\r\n`);
    assert.match(await chunked.until('\r\n\r\n'), /^HTTP\/1\.1 413 /);
    const fits = await get('/echo', { method: 'POST', body: 'x'.repeat(1024) });
    assert.equal(fits.headers.get('backstitch-execution'), 'handler-1');
  });

  it('refuses requests beyond --max-concurrent, and takes others once there is room', async () => {
    serve('--max-concurrent', '1');
    const slow = await server.connect();
    slow.send('POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n');
    slow.send('Connection: close\r\nContent-Length: 4\r\n\r\n');
    await slow.until('100 Continue');
    const refused = await get('/hello');
    assert.equal(refused.status, 503);
    assert.equal(refused.headers.get('retry-after'), '1');
    slow.send('last');
    assert.match(await slow.all(), /last$/);
    await server.served('handler-1');
    assert.equal((await get('/hello')).status, 200);
  });

  it('says that a handler trapped or gave no response, and cuts what it had begun', async () => {
    serve('--time', 'virtual');
    const trapped = await get('/trap');
    assert.equal(trapped.status, 502);
    assert.match(await trapped.text(), /^handler-1 gave no response: trapped: `unreachable`/);
    const nothing = await get('/nothing');
    assert.equal(nothing.status, 502);
    assert.match(await nothing.text(), /^handler-2 gave no response/);
    const half = await server.connect();
    half.send('GET /half HTTP/1.1\r\nHost: a\r\n\r\n');
    const reply = await half.all();
    assert.match(reply, /^HTTP\/1\.1 200 OK[\s\S]*\r\n4\r\nhalf\r\n$/);
    assert.equal((await server.served('handler-3')).ended, 'trapped');
  });

  it('goes on without a handler that computes for ever, and answers whoever waited', async () => {
    serve();
    await (await get('/hello')).text();
    const slow = await server.connect();
    slow.send('POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n');
    // It has answered with what came, and waits for the rest.
    await slow.until('first');
    const loop = await get('/loop');
    assert.equal(loop.status, 504);
    assert.equal(loop.headers.get('backstitch-execution'), 'handler-3');
    assert.match(await loop.text(), /computed for 1 s without an effect/);
    slow.send('4\r\nlast\r\n0\r\n\r\n');
    const reply = await slow.until('\r\n0\r\n\r\n');
    assert.equal(countIn(reply, 'first'), 1);
    assert.equal(countIn(reply, 'last'), 1);
    const next = await get('/hello');
    assert.equal(next.headers.get('backstitch-execution'), 'handler-4');
    assert.equal((await server.served('handler-3')).ended, 'cancelled');
    assert.equal(await server.stop(), 0, server.log());
    const replay = backstitch(['replay', 'served.backstitch'], { cwd: folder });
    assert.equal(replay.code, 0, replay.stderr);
    assert.equal(countIn(replay.stdout, ': the same'), 4);
  });

  it('gives a client one response when its node crashes in the middle', async () => {
    const plan = join(folder, 'faults/crash.json');
    const crash = { kind: 'crash', point: 'recorded', at: { effect: 'request.receive', match: 2 } };
    writeFileSync(plan, JSON.stringify({ version: 1, faults: [crash] }));
    serve('--faults', plan);
    assert.equal(await (await get('/hello')).text(), 'hello\n');
    const reply = await get('/echo', { method: 'POST', body: 'kept' });
    assert.equal(reply.status, 200);
    assert.equal(await reply.text(), 'kept');
    const line = await server.served('handler-2');
    assert.equal(line.recoveries, 1);
    assert.equal(line.attempts, 2);
  });

  it('cancels an execution whose request never comes whole', async () => {
    serve();
    const client = await server.connect();
    client.send('POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf');
    await client.until('half');
    client.socket.destroy();
    const line = await server.served('handler-1');
    assert.equal(line.ended, 'cancelled');
    assert.equal(line.gone, true);
  });

  it('finishes what is in flight when it is interrupted, and takes nothing new', async () => {
    serve();
    const client = await server.connect();
    client.send('POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n');
    client.send('Content-Length: 4\r\n\r\n');
    await client.until('100 Continue');
    const port = (await server.address()).port;
    server.interrupt();
    await server.event('note', ({ text }) => String(text).startsWith('stopping'));
    await assert.rejects(fetch(`http://127.0.0.1:${port}/hello`));
    client.send('last');
    // A body that comes late is echoed as it comes, in chunks.
    assert.match(await client.all(), /last(\r\n0\r\n\r\n)?$/);
    assert.equal(await server.exit, 0, server.log());
    assert.equal((await server.event('summary')).exitCode, 0);
  });

  it('says which port cannot be had', async () => {
    serve();
    const { port } = await server.address();
    const args = ['serve', '.', '--port', port, '--record', join(folder, 'other.backstitch')];
    const second = backstitch(args, { cwd: folder });
    assert.equal(second.code, 69);
    assert.match(second.stderr, new RegExp(`port ${port} of 127.0.0.1 cannot be had`));
  });
});

function countIn(text: string, part: string): number {
  return text.split(part).length - 1;
}
