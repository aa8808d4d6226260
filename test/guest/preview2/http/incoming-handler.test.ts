import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { HttpBodyPart } from '../../../../simulator/effects/http.ts';
import type { ReceivedRequest, ResponseSendArgs } from '../../../../simulator/effects/request.ts';
import { Fields } from '../../../../simulator/guest/preview2/http/fields.ts';
import { IncomingBody } from '../../../../simulator/guest/preview2/http/incoming-body.ts';
import {
  type IncomingRequest,
  type OutgoingResponse,
  ResponseOutparam,
} from '../../../../simulator/guest/preview2/http/incoming-handler.ts';
import { OutgoingBody } from '../../../../simulator/guest/preview2/http/outgoing-body.ts';
import { openPreview2 } from '../../../../simulator/guest/preview2/preview2.ts';
import type { OutputStream } from '../../../../simulator/guest/preview2/streams.ts';
import { FakePort } from '../../preview1/fake-port.ts';
import { bodyText, bytes, payloadOf, text, writeBody } from './http-guest.ts';

const REQUEST: ReceivedRequest = {
  method: 'POST',
  url: 'http://localhost:8080/a?b=c',
  headers: [
    ['host', 'localhost:8080'],
    ['x-a', 'b'],
  ],
  body: bytes('data'),
};

/** A component that serves one request. */
class Server {
  readonly port: FakePort;
  readonly request: IncomingRequest;
  readonly out: ResponseOutparam;
  readonly newResponse: (...headers: [string, string][]) => OutgoingResponse;
  readonly print: (line: string) => void;

  constructor(received: ReceivedRequest = REQUEST, parts: HttpBodyPart[] = []) {
    this.port = new FakePort({
      'request.receive': () => received,
      'request.body': () => parts.shift() ?? { ended: true, body: bytes('') },
      'response.inform': () => ({}),
      'response.send': () => ({}),
      'response.body': () => ({}),
      'stdout.write': () => ({}),
    });
    const host = openPreview2({ port: this.port, args: [], env: {}, preopens: [] });
    const types = host.imports['wasi:http/types'] as {
      readonly OutgoingResponse: new (headers: Fields) => OutgoingResponse;
    };
    this.newResponse = (...headers) =>
      new types.OutgoingResponse(
        Fields.fromList(headers.map(([name, value]) => [name, bytes(value)])),
      );
    const stdout = host.imports['wasi:cli/stdout'] as { getStdout(): OutputStream };
    this.print = (line) => stdout.getStdout().blockingWriteAndFlush(bytes(line));
    [this.request, this.out] = host.receiveRequest();
  }

  respond(response: OutgoingResponse): void {
    ResponseOutparam.set(this.out, { tag: 'ok', val: response });
  }

  /** The effects after the request was received. */
  get done(): FakePort['asked'] {
    return this.port.asked.slice(1);
  }
}

describe('a request that comes in', () => {
  test('tells what it is', () => {
    const { request, port } = new Server();
    assert.deepEqual(request.method(), { tag: 'post' });
    assert.deepEqual(request.scheme(), { tag: 'HTTP' });
    assert.equal(request.authority(), 'localhost:8080');
    assert.equal(request.pathWithQuery(), '/a?b=c');
    assert.deepEqual(request.headers().entries(), [['x-a', bytes('b')]]);
    assert.equal(bodyText(request.consume()), 'data');
    assert.deepEqual(port.names, ['request.receive']);
  });

  test('may have a method of its own', () => {
    const { request } = new Server({ ...REQUEST, method: 'PURGE' });
    assert.deepEqual(request.method(), { tag: 'other', val: 'PURGE' });
  });

  test('gives its body once', () => {
    const { request } = new Server();
    request.consume();
    assert.equal(
      payloadOf(() => request.consume()),
      undefined,
    );
  });

  test('has a body that comes in pieces, and trailers', () => {
    const trailers = [['x-sum', '1']] as const;
    const { request, port } = new Server({ ...REQUEST, more: true }, [
      { ended: false, body: bytes('-more') },
      { ended: true, trailers, body: bytes('-end') },
    ]);
    const body = request.consume();
    assert.equal(bodyText(body), 'data-more-end');
    const got = IncomingBody.finish(body).get();
    assert.ok(got?.tag === 'ok' && got.val.tag === 'ok');
    assert.deepEqual(got.val.val?.entries(), [['x-sum', bytes('1')]]);
    assert.deepEqual(port.names, ['request.receive', 'request.body', 'request.body']);
  });

  test('has trailers also where its body came whole', () => {
    const server = new Server({ ...REQUEST, trailers: [['x-sum', '7']] });
    const body = server.request.consume();
    assert.equal(bodyText(body), 'data');
    const trailers = IncomingBody.finish(body).get();
    if (trailers?.tag !== 'ok' || trailers.val.tag !== 'ok') throw new Error('no trailers');
    assert.deepEqual(trailers.val.val?.entries(), [['x-sum', bytes('7')]]);
  });

  test('may be left unread', () => {
    const { request, port } = new Server({ ...REQUEST, more: true });
    request.consume()[Symbol.dispose]();
    request[Symbol.dispose]();
    assert.deepEqual(port.names, ['request.receive']);
  });
});

describe('a response', () => {
  test('that is written at once is one effect', () => {
    const server = new Server();
    const response = server.newResponse(['X-A', 'b'], ['content-length', '5']);
    response.setStatusCode(201);
    assert.equal(response.statusCode(), 201);
    const body = response.body();
    server.respond(response);
    writeBody(body, 'hello');
    assert.deepEqual(server.done, [
      {
        name: 'response.send',
        args: {
          status: 201,
          headers: [
            ['x-a', 'b'],
            ['content-length', '5'],
          ],
          ended: true,
          body: bytes('hello'),
        },
      },
    ]);
    const keys = Object.keys(server.port.lastArgs as ResponseSendArgs);
    assert.deepEqual(keys, ['status', 'headers', 'ended', 'body']);
  });

  test('may be written before it is set', () => {
    const server = new Server();
    const response = server.newResponse();
    writeBody(response.body(), 'early');
    assert.deepEqual(server.done, []);
    server.respond(response);
    assert.deepEqual(server.done, [
      {
        name: 'response.send',
        args: { status: 200, headers: [], ended: true, body: bytes('early') },
      },
    ]);
  });

  test('is sent as far as it is written before anything else happens', () => {
    const server = new Server();
    const response = server.newResponse();
    const body = response.body();
    const stream = body.write();
    server.respond(response);
    server.print('head');
    stream.blockingWriteAndFlush(bytes('one '));
    stream.blockingWriteAndFlush(bytes('two '));
    server.print('half');
    stream.blockingWriteAndFlush(bytes('three'));
    stream[Symbol.dispose]();
    OutgoingBody.finish(body, Fields.fromList([['X-Sum', bytes('1')]]));
    assert.deepEqual(
      server.done.map(({ name, args }) => `${name} ${text((args as ResponseSendArgs).body)}`),
      [
        'response.send ',
        'stdout.write head',
        'response.body one two ',
        'stdout.write half',
        'response.body three',
      ],
    );
    assert.deepEqual(server.port.lastArgs, {
      ended: true,
      trailers: [['x-sum', '1']],
      body: bytes('three'),
    });
  });

  test('is sent when much of it was written', () => {
    const server = new Server();
    const response = server.newResponse();
    const stream = response.body().write();
    server.respond(response);
    stream.checkWrite();
    stream.write(new Uint8Array(64 * 1024 - 1));
    assert.deepEqual(server.done, []);
    stream.checkWrite();
    stream.write(new Uint8Array(1));
    assert.deepEqual(
      server.done.map(({ name }) => name),
      ['response.send'],
    );
    server.print('after');
    assert.equal(server.port.names.includes('response.body'), false);
  });

  test('without a body is sent whole when it is set', () => {
    const server = new Server();
    server.respond(server.newResponse(['content-length', '5']));
    const { ended, body } = server.port.lastArgs as ResponseSendArgs;
    assert.deepEqual([ended, body.length], [true, 0]);
  });

  test('that is dropped unfinished has no end', () => {
    const server = new Server();
    const response = server.newResponse();
    const body = response.body();
    const stream = body.write();
    server.respond(response);
    stream.blockingWriteAndFlush(bytes('half'));
    stream[Symbol.dispose]();
    body[Symbol.dispose]();
    const { ended, body: sent } = server.port.lastArgs as ResponseSendArgs;
    assert.deepEqual([ended, text(sent)], [false, 'half']);
    server.print('after');
    assert.equal(server.done.length, 2);
  });

  test('that is not as long as declared has no end', () => {
    const server = new Server();
    const response = server.newResponse(['content-length', '9']);
    const body = response.body();
    server.respond(response);
    assert.deepEqual(
      payloadOf(() => writeBody(body, 'half')),
      { tag: 'HTTP-response-body-size', val: 4n },
    );
    assert.equal((server.port.lastArgs as ResponseSendArgs).ended, false);
  });

  test('has headers that do not change once it has them', () => {
    const headers = new Server().newResponse(['a', '1']).headers();
    assert.deepEqual(
      payloadOf(() => headers.delete('a')),
      { tag: 'immutable' },
    );
  });

  for (const status of [99, 600]) {
    test(`has no status ${status}`, () => {
      const response = new Server().newResponse();
      assert.equal(
        payloadOf(() => response.setStatusCode(status)),
        undefined,
      );
      assert.equal(response.statusCode(), 200);
    });
  }

  test('gives its body once', () => {
    const response = new Server().newResponse();
    response.body();
    assert.equal(
      payloadOf(() => response.body()),
      undefined,
    );
  });
});

describe('an informational response', () => {
  const hints = (): Fields => Fields.fromList([['Link', bytes('</a.css>; rel=preload')]]);

  test('is an effect of its own before the response', () => {
    const server = new Server();
    server.out.sendInformational(103, hints());
    server.out.sendInformational(103, hints());
    const response = server.newResponse();
    OutgoingBody.finish(response.body(), undefined);
    server.respond(response);
    const inform = {
      name: 'response.inform',
      args: { informational: 103, headers: [['link', '</a.css>; rel=preload']] },
    };
    assert.deepEqual(server.port.asked.slice(1, 3), [inform, inform]);
    assert.deepEqual(server.port.names.slice(3), ['response.send']);
  });

  for (const status of [99, 200]) {
    test(`has no status ${status}`, () => {
      const server = new Server();
      assert.deepEqual(
        payloadOf(() => server.out.sendInformational(status, hints())),
        { tag: 'HTTP-protocol-error' },
      );
      assert.equal(server.port.names.includes('response.inform'), false);
    });
  }

  test('switches to no other protocol', () => {
    const server = new Server();
    const error = payloadOf(() => server.out.sendInformational(101, hints()));
    assert.match(JSON.stringify(error), /not supported/);
    assert.equal(server.port.names.includes('response.inform'), false);
  });
});

describe('a handler that does not respond', () => {
  test('gives the client its error', () => {
    const server = new Server();
    ResponseOutparam.set(server.out, { tag: 'err', val: { tag: 'connection-refused' } });
    server.out[Symbol.dispose]();
    const [{ args } = { args: {} }, ...more] = server.done;
    assert.equal((args as ResponseSendArgs).status, 500);
    assert.equal(text((args as ResponseSendArgs).body), 'connection-refused\n');
    assert.deepEqual(more, []);
  });

  test('is said to have dropped its response', () => {
    const server = new Server();
    server.out[Symbol.dispose]();
    const { status, body, ended } = server.port.lastArgs as ResponseSendArgs;
    assert.deepEqual([status, ended], [500, true]);
    assert.match(text(body), /^internal-error: the handler dropped response-outparam/);
  });
});
