import assert from 'node:assert/strict';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';
import { NodeRealWorld } from '../../../simulator/cli/node/real-upstream.ts';
import type { HttpHeaders } from '../../../simulator/effects/http.ts';
import type { RealAnswer, RealRequest } from '../../../simulator/engine/real-requests.ts';

const SECOND = 1_000_000_000n;

function requestTo(url: string, more: Partial<RealRequest['request']> = {}): RealRequest {
  const request = { method: 'POST', url, headers: [], body: new TextEncoder().encode('tea') };
  return {
    number: 1,
    service: 'api',
    request: { ...request, ...more },
    timeoutNanos: 10n * SECOND,
    rateLimit: undefined,
  };
}

async function listen(context: TestContext, server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  context.after(() => server.close());
  return (server.address() as AddressInfo).port;
}

function send(request: RealRequest): Promise<RealAnswer> {
  return new NodeRealWorld().send(request).answer;
}

describe('a request to a real host', () => {
  it('is followed by its trailers', async (context) => {
    let got: readonly unknown[] = [];
    const server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => {
        body += String(chunk);
      });
      request.on('end', () => {
        got = [body, request.headers['content-length'], request.trailers['x-sum']];
        response.end('ok');
      });
    });
    const port = await listen(context, server);
    const trailers: HttpHeaders = [['x-sum', '7']];
    const answer = await send(requestTo(`http://localhost:${port}/`, { trailers }));
    assert.equal(answer.kind, 'answered');
    assert.deepEqual(got, ['tea', undefined, '7']);
  });

  it('carries what the program sent, and no connection of ours', async (context) => {
    let got:
      | { method: string; url: string; headers: IncomingHttpHeaders; body: string }
      | undefined;
    const server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => {
        body += String(chunk);
      });
      request.on('end', () => {
        const { method = '', url = '', headers } = request;
        got = { method, url, headers, body };
        response.writeHead(200, [
          ...['Set-Cookie', 'a=1', 'Set-Cookie', 'b=2'],
          ...['Content-Type', 'text/plain', 'Connection', 'close'],
        ]);
        response.end('ok');
      });
    });
    const port = await listen(context, server);
    const headers: HttpHeaders = [
      ['accept', 'a/b'],
      ['x-twice', 'one'],
      ['x-twice', 'two'],
      ['content-length', '999'],
      ['connection', 'keep-alive'],
      ['idempotency-key', 'order-1/3'],
    ];
    const answer = await send(requestTo(`http://localhost:${port}/buy?n=1`, { headers }));
    assert.equal(answer.kind, 'answered');
    assert.ok(answer.kind === 'answered' && answer.realNanos > 0n);
    assert.equal(new TextDecoder().decode(answer.body), 'ok');
    const kept = answer.headers.filter(([name]) => name !== 'date' && name !== 'content-length');
    assert.deepEqual(kept, [
      ['set-cookie', 'a=1'],
      ['set-cookie', 'b=2'],
      ['content-type', 'text/plain'],
    ]);
    assert.deepEqual([got?.method, got?.url, got?.body], ['POST', '/buy?n=1', 'tea']);
    const { host, connection, ...rest } = got?.headers ?? {};
    assert.equal(host, `localhost:${port}`);
    assert.equal(connection, 'close');
    assert.deepEqual(rest, {
      accept: 'a/b',
      'x-twice': 'one, two',
      'idempotency-key': 'order-1/3',
      'content-length': '3',
    });
  });

  it('follows no redirect', async (context) => {
    let requests = 0;
    const server = createServer((_request, response) => {
      requests++;
      response.writeHead(302, { location: '/other' }).end();
    });
    const port = await listen(context, server);
    const answer = await send(requestTo(`http://localhost:${port}/`));
    assert.ok(answer.kind === 'answered' && answer.status === 302);
    assert.ok(answer.headers.some(([name, value]) => name === 'location' && value === '/other'));
    assert.equal(requests, 1);
  });

  it('gives a compressed body as it came', async (context) => {
    const body = gzipSync('text');
    const server = createServer((_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(body);
    });
    const port = await listen(context, server);
    const answer = await send(requestTo(`http://localhost:${port}/`));
    assert.ok(answer.kind === 'answered');
    assert.deepEqual(Buffer.from(answer.body), body);
  });

  it('says whether it may have been sent', async (context) => {
    const failures: [string, RealAnswer][] = [];
    const silent = createTcpServer((socket) => {
      socket.on('data', () => socket.destroy());
    });
    const port = await listen(context, silent);
    failures.push(['reset', await send(requestTo(`http://localhost:${port}/`))]);
    // It is connected to, and is no TLS server: the handshake fails before anything is sent.
    failures.push(['refused', await send(requestTo(`https://localhost:${port}/`))]);
    const badHeader = requestTo(`http://localhost:${port}/`, { headers: [['x', 'a\nb']] });
    failures.push(['refused', await send(badHeader)]);
    failures.push(['unknown-host', await send(requestTo('http://nowhere.invalid/'))]);
    for (const [expected, answer] of failures) {
      assert.ok(answer.kind === 'failed');
      assert.equal(answer.failure, expected, answer.detail);
      assert.ok(answer.detail.length > 0);
    }
  });

  it('is over after its time, and when it is broken off', async (context) => {
    const port = await listen(
      context,
      createTcpServer((socket) => {
        socket.on('error', () => {});
        context.after(() => socket.destroy());
      }),
    );
    const request = requestTo(`http://localhost:${port}/`);
    const late = await send({ ...request, timeoutNanos: SECOND / 10n });
    assert.ok(late.kind === 'failed' && late.failure === 'timeout');
    assert.match(late.detail, /within 0\.1 s \(timeoutSeconds\)/);
    const sending = new NodeRealWorld().send(request);
    sending.cancel();
    const cancelled = await sending.answer;
    assert.ok(cancelled.kind === 'failed' && cancelled.failure === 'reset');
  });

  it('waits for its turn, which is no time of the host', async (context) => {
    const arrivals: number[] = [];
    const server = createServer((_request, response) => {
      arrivals.push(performance.now());
      response.end();
    });
    const port = await listen(context, server);
    const world = new NodeRealWorld();
    const startedAt = performance.now();
    const request = { ...requestTo(`http://localhost:${port}/`), rateLimit: 10 };
    const sendings = [1, 2, 3].map((number) => world.send({ ...request, number }));
    assert.equal(sendings[2]?.elapsedNanos(), 0n);
    await Promise.all(sendings.map(({ answer }) => answer));
    const last = arrivals[2] ?? 0;
    // Two turns of a tenth of a second; timers may be early by a part of a millisecond.
    assert.ok(last - startedAt >= 190, `${last - startedAt} ms`);
  });
});
