import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { HttpRequestArgs, HttpWriteArgs } from '../../../../simulator/effects/http.ts';
import { Fields } from '../../../../simulator/guest/preview2/http/fields.ts';
import { OutgoingBody } from '../../../../simulator/guest/preview2/http/outgoing-body.ts';
import type { FutureIncomingResponse } from '../../../../simulator/guest/preview2/http/outgoing-handler.ts';
import type { OutputStream } from '../../../../simulator/guest/preview2/streams.ts';
import type { Answer } from '../../preview1/fake-port.ts';
import { bodyText, bytes, errorOf, HttpGuest, payloadOf, responseOf, text } from './http-guest.ts';

interface Upload {
  readonly guest: HttpGuest;
  readonly body: OutgoingBody;
  readonly stream: OutputStream;
  readonly future: FutureIncomingResponse;
}

/** A request that is handled before its body is written. */
function upload(answers: Readonly<Record<string, Answer>> = {}, authority = 'shop'): Upload {
  const guest = new HttpGuest(answers);
  const request = guest.request({ path: '/upload' });
  request.setAuthority(authority);
  const body = request.body();
  const stream = body.write();
  return { guest, body, stream, future: guest.handle(request) };
}

function finish({ body, stream }: Upload, trailers?: Fields): void {
  stream[Symbol.dispose]();
  OutgoingBody.finish(body, trailers);
}

/** What was sent of the request, piece by piece. */
function piecesOf({ port }: HttpGuest): string[] {
  return port.asked.flatMap(({ name, args }) => {
    if (name !== 'http.send' && name !== 'http.write') return [];
    const { body, ended, open } = args as HttpWriteArgs & HttpRequestArgs;
    return [`${text(body)}${ended === true || (ended === undefined && !open) ? '.' : ''}`];
  });
}

describe('the body of a request', () => {
  test('that is written at once is sent with it, also when it was handled before', () => {
    const sent = upload();
    sent.stream.blockingWriteAndFlush(bytes('da'));
    sent.stream.blockingWriteAndFlush(bytes('ta'));
    finish(sent);
    sent.future.subscribe().block();
    assert.deepEqual(sent.guest.port.names, ['http.request']);
    const args = sent.guest.port.lastArgs as HttpRequestArgs;
    assert.equal(text(args.body), 'data');
    assert.equal('open' in args, false);
  });

  test('leaves as it is written, before anything else happens', () => {
    const sent = upload();
    const { guest, stream } = sent;
    stream.blockingWriteAndFlush(bytes('one'));
    guest.print('-');
    stream.blockingWriteAndFlush(bytes('two'));
    stream.blockingWriteAndFlush(bytes('three'));
    guest.print('-');
    finish(sent);
    sent.future.subscribe().block();
    assert.deepEqual(guest.port.names, [
      'http.send',
      'stdout.write',
      'http.write',
      'stdout.write',
      'http.write',
      'http.response',
    ]);
    assert.deepEqual(piecesOf(guest), ['one', 'twothree', '.']);
    const [, , write] = guest.port.asked;
    assert.deepEqual(write?.args, { exchange: 1, ended: false, body: bytes('twothree') });
    assert.equal(responseOf(sent.future).status(), 200);
  });

  test('may be written before the request is handled, and after', () => {
    const guest = new HttpGuest();
    const request = guest.request();
    const body = request.body();
    const stream = body.write();
    stream.blockingWriteAndFlush(bytes('early'));
    guest.print('-');
    assert.deepEqual(guest.port.names, ['stdout.write']);
    const future = guest.handle(request);
    guest.print('-');
    stream.blockingWriteAndFlush(bytes('late'));
    finish({ guest, body, stream, future });
    assert.deepEqual(piecesOf(guest), ['early', 'late.']);
  });

  test('leaves in pieces when it is long', () => {
    const sent = upload();
    sent.guest.print('-');
    for (let count = 0; count < 20; count++) {
      sent.stream.blockingWriteAndFlush(new Uint8Array(4096).fill(97));
    }
    finish(sent);
    assert.deepEqual(
      piecesOf(sent.guest).map((piece) => piece.length),
      [0, 65_536, 16_385],
    );
  });

  test('need not have ended when its response comes', () => {
    const sent = upload({
      'http.response': () => ({ status: 200, headers: [], more: 1, body: bytes('a') }),
      'http.body': () => ({ ended: true, body: bytes('b') }),
    });
    sent.stream.blockingWriteAndFlush(bytes('one'));
    sent.future.subscribe().block();
    const response = responseOf(sent.future);
    sent.stream.blockingWriteAndFlush(bytes('two'));
    assert.equal(bodyText(response.consume()), 'ab');
    assert.deepEqual(sent.guest.port.names, [
      'http.send',
      'http.response',
      'http.write',
      'http.body',
    ]);
    // The exchange is over, and so is its request.
    assert.deepEqual(
      payloadOf(() => sent.stream.checkWrite()),
      { tag: 'closed' },
    );
    finish(sent);
    assert.equal(sent.guest.port.names.length, 4);
  });

  test('is closed when nobody takes it any more', () => {
    const sent = upload({ 'http.write': () => ({ closed: true }) });
    sent.guest.print('-');
    sent.stream.blockingWriteAndFlush(bytes('one'));
    sent.guest.print('-');
    assert.deepEqual(
      payloadOf(() => sent.stream.checkWrite()),
      { tag: 'closed' },
    );
    finish(sent);
    assert.deepEqual(sent.guest.port.names, [
      'http.send',
      'stdout.write',
      'http.write',
      'stdout.write',
    ]);
  });

  test('that can be written to is no reason to send a part of it', () => {
    const sent = upload();
    const polled = [sent.future.subscribe(), sent.stream.subscribe()];
    assert.deepEqual(sent.guest.poll(...polled), [1]);
    assert.deepEqual(sent.guest.port.names, []);
  });

  test('is sent as far as it is written when the program waits for anything', () => {
    const sent = upload();
    assert.deepEqual(sent.guest.poll(sent.future.subscribe(), sent.guest.timer(5n)), [0, 1]);
    assert.deepEqual(sent.guest.port.names, ['clock.read', 'http.send', 'wait.poll']);
    finish(sent);
    assert.deepEqual(piecesOf(sent.guest), ['', '.']);
  });

  test('can be followed by trailers, whole or in pieces', () => {
    const trailers = (): Fields => Fields.fromList([['X-Sum', bytes('7')]]);
    const whole = upload();
    whole.stream.blockingWriteAndFlush(bytes('data'));
    finish(whole, trailers());
    whole.future.subscribe().block();
    const args = whole.guest.port.lastArgs as HttpRequestArgs;
    assert.equal(Object.keys(args).join(), 'method,url,headers,timeoutNanos,stream,trailers,body');
    assert.deepEqual(args.trailers, [['x-sum', '7']]);
    const parts = upload();
    parts.guest.print('-');
    finish(parts, trailers());
    assert.deepEqual(parts.guest.port.lastArgs, {
      exchange: 1,
      ended: true,
      trailers: [['x-sum', '7']],
      body: bytes(''),
    });
  });
});

describe('a request whose body is dropped unfinished', () => {
  test('is not sent, when nothing of it was', () => {
    const { guest, body, stream, future } = upload();
    stream[Symbol.dispose]();
    body[Symbol.dispose]();
    assert.deepEqual(guest.poll(future.subscribe(), guest.timer(5n)), [0]);
    assert.match(JSON.stringify(errorOf(future)), /dropped before it was finished/);
    assert.deepEqual(guest.port.names, []);
  });

  test('is not sent either when it is dropped before it is handled', () => {
    const guest = new HttpGuest();
    const request = guest.request();
    request.body()[Symbol.dispose]();
    const future = guest.handle(request);
    future.subscribe().block();
    assert.match(JSON.stringify(errorOf(future)), /dropped before it was finished/);
  });

  test('is given up when a part of it was sent', () => {
    const { guest, body, stream, future } = upload();
    guest.print('-');
    stream[Symbol.dispose]();
    body[Symbol.dispose]();
    assert.match(JSON.stringify(errorOf(future)), /dropped before it was finished/);
    assert.deepEqual(guest.port.names, ['http.send', 'stdout.write', 'http.cancel']);
  });

  test('takes its response with it', () => {
    const { guest, body, stream, future } = upload({
      'http.response': () => ({ status: 200, headers: [], more: 1, body: bytes('a') }),
    });
    future.subscribe().block();
    const response = responseOf(future);
    stream[Symbol.dispose]();
    body[Symbol.dispose]();
    assert.deepEqual(guest.port.names, ['http.send', 'http.response', 'http.cancel']);
    const read = response.consume().stream();
    assert.equal(text(read.blockingRead(10n)), 'a');
    assert.match(JSON.stringify(payloadOf(() => read.blockingRead(10n))), /last-operation-failed/);
  });
});

describe('a request to a reserved host', () => {
  test('is to be finished before its response is waited for', () => {
    const { guest, future } = upload({}, 'executions.backstitch');
    guest.print('-');
    future.subscribe().block();
    assert.match(JSON.stringify(errorOf(future)), /taken as a whole/);
    assert.deepEqual(guest.port.names, ['stdout.write']);
  });
});
