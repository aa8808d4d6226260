import assert from 'node:assert/strict';
import { request } from 'node:http';
import { connect } from 'node:net';
import { after, describe, it } from 'node:test';
import { HttpServer } from '../../../simulator/cli/node/http-server.ts';
import { SERVE_LIMITS_DEFAULT } from '../../../simulator/cli/serve-limits.ts';
import type { Answering } from '../../../simulator/cli/serving-client.ts';
import type { ResponsePart } from '../../../simulator/effects/request.ts';

const LONG_MS = 60_000;
const HINTS: ResponsePart = { informational: 103, headers: [['link', '</a.css>; rel=preload']] };
const CONTINUE: ResponsePart = { informational: 100, headers: [] };
const OK: ResponsePart = { status: 200, headers: [], ended: true, body: Buffer.from('hello') };

const servers: HttpServer[] = [];
after(() => Promise.all(servers.map((server) => server.stop(0))));

/** A port whose requests are answered by `answer`. */
async function serve(answer: (answering: Answering) => void) {
  const server = new HttpServer({
    limits: SERVE_LIMITS_DEFAULT,
    serving: {
      request: (_head: unknown, _incoming: unknown, answering: Answering) => {
        setImmediate(() => answer(answering));
        return 'handler-1';
      },
      more: () => undefined,
      drop: () => undefined,
    } as never,
    onServed: () => undefined,
    onNote: () => undefined,
  });
  servers.push(server);
  const { port } = await server.listen('127.0.0.1', 0);
  return { server, port };
}

/** Everything that comes back to these bytes until the connection ends. */
function exchange(port: number, sent: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(sent));
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
    });
    socket.on('end', () => resolve(text));
    socket.on('error', reject);
  });
}

describe('informational responses of a handler', () => {
  it('reach a client before the response', async () => {
    const { port } = await serve((answering) => {
      for (const part of [HINTS, CONTINUE, HINTS, OK]) answering.part(part);
    });
    const seen: unknown[] = [];
    await new Promise<void>((resolve) => {
      const client = request({ port, host: '127.0.0.1', agent: false }, (response) => {
        seen.push(response.statusCode);
        response.resume().once('end', resolve);
      });
      client.on('information', ({ statusCode, headers }) => seen.push([statusCode, headers.link]));
      client.end();
    });
    const hints = [103, '</a.css>; rel=preload'];
    assert.deepEqual(seen, [hints, hints, 200]);
  });

  it('are left out for a client that does not know them', async () => {
    const { port } = await serve((answering) => {
      for (const part of [HINTS, OK]) answering.part(part);
    });
    const text = await exchange(port, 'GET / HTTP/1.0\r\n\r\n');
    assert.match(text, /^HTTP\/1\.1 200 OK\r\n/);
    assert.equal(text.includes('103'), false);
  });

  it('are left out after the head of the response', async () => {
    const { port } = await serve((answering) => {
      answering.part({ status: 200, headers: [], ended: false, body: Buffer.from('he') });
      answering.part(HINTS);
      answering.part({ ended: true, body: Buffer.from('llo') });
    });
    const text = await exchange(port, 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    assert.equal(text.includes('103'), false);
  });

  it('spoil the response when they have headers that HTTP does not allow', async () => {
    const { port } = await serve((answering) => {
      answering.part({ informational: 103, headers: [['link', 'a\r\nx: y']] });
    });
    const text = await exchange(port, 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    assert.match(text, /^HTTP\/1\.1 502 Bad Gateway/);
    assert.equal(text.includes('x: y'), false);
  });
});

describe('a port that is stopped twice', () => {
  it('is stopped for both when what is in flight is over', async () => {
    let answering: Answering | undefined;
    const asked = new Promise<void>((resolve) => {
      void serve((each) => {
        answering = each;
        resolve();
      }).then(({ server, port }) => {
        stopped = () => Promise.all([server.stop(LONG_MS), server.stop(LONG_MS)]);
        void exchange(port, 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
      });
    });
    let stopped: () => Promise<number[]> = () => Promise.resolve([]);
    await asked;
    const both = stopped();
    answering?.part(OK);
    assert.deepEqual(await both, [0, 0]);
  });
});
