import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { HttpBodyResult, HttpRequestArgs } from '../../../../simulator/effects/http.ts';
import type { PollArgs } from '../../../../simulator/effects/wait.ts';
import { HTTP_LIMITS } from '../../../../simulator/guest/preview1/http.ts';
import { httpErrorCode } from '../../../../simulator/guest/preview2/http/error-code.ts';
import { IncomingBody } from '../../../../simulator/guest/preview2/http/incoming-body.ts';
import { OutgoingBody } from '../../../../simulator/guest/preview2/http/outgoing-body.ts';
import { IoError, READ_BYTES_MAX } from '../../../../simulator/guest/preview2/streams.ts';
import { InvariantError } from '../../../../simulator/kernel/assert.ts';
import {
  ANSWER,
  bodyText,
  bytes,
  errorOf,
  HttpGuest,
  payloadOf,
  readAll,
  text,
} from './http-guest.ts';

/** A service whose response comes in pieces; the first with its head. */
function inPieces(first: string, ...later: HttpBodyResult[]): HttpGuest {
  return new HttpGuest({
    'http.request': () => ({ ...ANSWER, more: 0, body: bytes(first) }),
    'http.body': () => {
      const next = later.shift();
      if (next === undefined) throw new Error('there is no further piece');
      return next;
    },
  });
}

function piece(content: string, ended = false): HttpBodyResult {
  return { ended, body: bytes(content) };
}

function streamError(call: () => unknown): unknown {
  const payload = payloadOf(call) as { tag: string; val?: unknown };
  return payload.val instanceof IoError ? httpErrorCode(payload.val) : payload.tag;
}

describe('the body of a response', () => {
  test('is read in pieces as small as the program likes, and fetched as large as it comes', () => {
    const guest = inPieces('hel', piece('lo '), piece('world', true));
    const body = guest.fetch().consume();
    assert.equal(readAll(body.stream(), 2n), 'hello world');
    assert.deepEqual(guest.port.names, ['http.request', 'http.body', 'http.body']);
    assert.deepEqual(guest.port.lastArgs, { exchange: 0, length: READ_BYTES_MAX });
  });

  test('is closed after its end, and stays so', () => {
    const stream = inPieces('', piece('', true)).fetch().consume().stream();
    assert.equal(
      streamError(() => stream.blockingRead(5n)),
      'closed',
    );
    assert.equal(
      streamError(() => stream.read(5n)),
      'closed',
    );
  });

  test('is polled by its inbox, and then read without another wait', () => {
    const guest = inPieces('', piece('abc'), piece('', true));
    const stream = guest.fetch().consume().stream();
    assert.deepEqual(guest.poll(guest.timer(9n), stream.subscribe()), [0, 1]);
    assert.deepEqual((guest.port.lastArgs as PollArgs).inboxes, ['body:0']);
    assert.equal(text(stream.read(9n)), 'abc');
    assert.deepEqual(guest.port.names.slice(1), ['clock.read', 'wait.poll', 'http.body']);
  });

  test('is fetched by waiting for it alone', () => {
    const guest = inPieces('', piece('abc', true));
    const stream = guest.fetch().consume().stream();
    stream.subscribe().block();
    assert.equal(text(stream.read(2n)), 'ab');
    assert.equal(stream.subscribe().ready(), true);
    assert.equal(text(stream.read(2n)), 'c');
    assert.deepEqual(guest.port.names, ['http.request', 'http.body']);
  });

  test('gives nothing to a read that does not wait while nothing is there', () => {
    const guest = new HttpGuest({
      'http.request': () => ({ ...ANSWER, more: 0, body: bytes('') }),
      'wait.poll': () => ({ passed: [0], readable: [] }),
    });
    const stream = guest.fetch().consume().stream();
    assert.equal(stream.read(5n).length, 0);
    assert.deepEqual(guest.port.names, ['http.request', 'wait.poll']);
  });

  test('tells once why it broke off', () => {
    const guest = inPieces('abc', { failure: 'reset', detail: 'gone' });
    const body = guest.fetch().consume();
    const stream = body.stream();
    assert.equal(text(stream.blockingRead(9n)), 'abc');
    assert.deepEqual(
      streamError(() => stream.blockingRead(9n)),
      { tag: 'connection-terminated' },
    );
    assert.equal(
      streamError(() => stream.blockingRead(9n)),
      'closed',
    );
    stream[Symbol.dispose]();
    const code = { tag: 'connection-terminated' };
    assert.deepEqual(IncomingBody.finish(body).get(), {
      tag: 'ok',
      val: { tag: 'err', val: code },
    });
    assert.equal(guest.port.names.includes('http.cancel'), false);
  });

  test('never seems to end because the engine had nothing to give', () => {
    const stream = inPieces('', piece('')).fetch().consume().stream();
    assert.throws(() => stream.blockingRead(5n), InvariantError);
  });

  test('has its stream once', () => {
    const body = new HttpGuest().fetch().consume();
    body.stream();
    assert.equal(
      payloadOf(() => body.stream()),
      undefined,
    );
  });

  test('is not finished while its stream is there', () => {
    const body = new HttpGuest().fetch().consume();
    body.stream();
    assert.throws(() => IncomingBody.finish(body), WebAssembly.RuntimeError);
  });

  test('has to go on within the time between bytes that was set', () => {
    const guest = new HttpGuest({
      'http.request': () => ({ ...ANSWER, more: 0, body: bytes('a') }),
      'wait.poll': () => ({ passed: [0], readable: [] }),
    });
    const options = new guest.imports['wasi:http/types'].RequestOptions();
    options.setBetweenBytesTimeout(77n);
    assert.equal(options.betweenBytesTimeout(), 77n);
    const stream = guest.fetch({ options }).consume().stream();
    assert.equal(text(stream.blockingRead(9n)), 'a');
    assert.deepEqual(
      streamError(() => stream.blockingRead(9n)),
      { tag: 'connection-read-timeout' },
    );
    assert.deepEqual(guest.port.names, ['http.request', 'wait.poll', 'http.cancel']);
    assert.deepEqual(guest.port.asked[1]?.args, {
      deadlines: [{ clock: 'monotonic', nanos: '77', absolute: false }],
      inboxes: ['body:0'],
    });
  });

  test('that goes on in time is read with a time between bytes', () => {
    const guest = inPieces('', piece('abc', true));
    const options = new guest.imports['wasi:http/types'].RequestOptions();
    options.setBetweenBytesTimeout(77n);
    assert.equal(bodyText(guest.fetch({ options }).consume()), 'abc');
    assert.deepEqual(guest.port.names, ['http.request', 'wait.poll', 'http.body']);
  });
});

describe('trailers', () => {
  test('that came with the whole body are there at once', () => {
    const guest = new HttpGuest({
      'http.request': () => ({ ...ANSWER, trailers: [['x-sum', '1']] }),
    });
    const body = guest.fetch().consume();
    bodyText(body);
    const future = IncomingBody.finish(body);
    assert.equal(future.subscribe().ready(), true);
    const got = future.get();
    assert.ok(got?.tag === 'ok' && got.val.tag === 'ok');
    assert.deepEqual(got.val.val?.entries(), [['x-sum', bytes('1')]]);
    assert.deepEqual(future.get(), { tag: 'err', val: undefined });
    assert.deepEqual(guest.port.names, ['http.request']);
  });

  test('come after a body that is read to its end for them', () => {
    const trailers = [['x-sum', '1']] as const;
    const guest = inPieces('a', piece('b'), { ended: true, trailers, body: bytes('c') });
    const future = IncomingBody.finish(guest.fetch().consume());
    future.subscribe().block();
    const got = future.get();
    assert.ok(got?.tag === 'ok' && got.val.tag === 'ok');
    assert.deepEqual(got.val.val?.entries(), [['x-sum', bytes('1')]]);
    assert.deepEqual(guest.port.names, ['http.request', 'http.body', 'http.body']);
    future[Symbol.dispose]();
    assert.equal(guest.port.names.includes('http.cancel'), false);
  });

  test('are there when a poll says so', () => {
    const guest = inPieces('', piece('b'), piece('c', true));
    const future = IncomingBody.finish(guest.fetch().consume());
    assert.deepEqual(guest.poll(guest.timer(5n), future.subscribe()), [0, 1]);
    assert.deepEqual(future.get(), { tag: 'ok', val: { tag: 'ok', val: undefined } });
  });

  test('are not there while the body goes on', () => {
    const guest = new HttpGuest({
      'http.request': () => ({ ...ANSWER, more: 3 }),
      'wait.poll': () => ({ passed: [0], readable: [] }),
    });
    const future = IncomingBody.finish(guest.fetch().consume());
    assert.equal(future.get(), undefined);
    future[Symbol.dispose]();
    assert.deepEqual(guest.port.asked.at(-1), { name: 'http.cancel', args: { exchange: 3 } });
  });
});

describe('the body of a request', () => {
  test('is what was written in all its pieces', () => {
    const guest = new HttpGuest();
    const request = guest.request({ headers: [['content-length', '6']] });
    const body = request.body();
    const stream = body.write();
    assert.ok(stream.checkWrite() >= 4n);
    stream.write(bytes('ab'));
    stream.write(bytes('cd'));
    stream.blockingFlush();
    stream.blockingWriteAndFlush(bytes('ef'));
    assert.equal(stream.subscribe().ready(), true);
    stream[Symbol.dispose]();
    OutgoingBody.finish(body, undefined);
    guest.handle(request).subscribe().block();
    assert.deepEqual(guest.port.names, ['http.request']);
    assert.equal(text((guest.port.lastArgs as HttpRequestArgs).body), 'abcdef');
  });

  test('has its stream once, and is not finished while it is there', () => {
    const body = new HttpGuest().request().body();
    body.write();
    assert.equal(
      payloadOf(() => body.write()),
      undefined,
    );
    assert.throws(() => OutgoingBody.finish(body, undefined), WebAssembly.RuntimeError);
  });

  test('is not longer than was declared', () => {
    const guest = new HttpGuest();
    const request = guest.request({ headers: [['content-length', '3']] });
    const body = request.body();
    const future = guest.handle(request);
    const stream = body.write();
    const code = { tag: 'HTTP-request-body-size', val: 4n };
    assert.deepEqual(
      streamError(() => stream.blockingWriteAndFlush(bytes('abcd'))),
      code,
    );
    assert.equal(
      streamError(() => stream.checkWrite()),
      'closed',
    );
    stream[Symbol.dispose]();
    assert.equal(
      (payloadOf(() => OutgoingBody.finish(body, undefined)) as typeof code).tag,
      code.tag,
    );
    future.subscribe().block();
    assert.equal(errorOf(future).tag, 'internal-error');
    assert.deepEqual(guest.port.asked, []);
  });

  for (const declared of ['3', 'x']) {
    test(`is as long as declared, and not content-length ${declared}`, () => {
      const guest = new HttpGuest();
      const body = guest.request({ headers: [['content-length', declared]] }).body();
      const stream = body.write();
      stream.blockingWriteAndFlush(bytes('ab'));
      stream[Symbol.dispose]();
      assert.deepEqual(
        payloadOf(() => OutgoingBody.finish(body, undefined)),
        { tag: 'HTTP-request-body-size', val: 2n },
      );
    });
  }

  test('is kept up to its limit', () => {
    const guest = new HttpGuest();
    const request = guest.request();
    const body = request.body();
    const stream = body.write();
    const part = new Uint8Array(64 * 1024);
    for (let size = 0; size < HTTP_LIMITS.bodyBytesMax; size += part.length) {
      stream.checkWrite();
      stream.write(part);
    }
    stream.checkWrite();
    assert.deepEqual(
      streamError(() => stream.write(bytes('x'))),
      { tag: 'HTTP-request-body-size', val: BigInt(HTTP_LIMITS.bodyBytesMax) },
    );
    stream[Symbol.dispose]();
    assert.deepEqual(
      payloadOf(() => OutgoingBody.finish(body, undefined)),
      { tag: 'HTTP-request-body-size', val: BigInt(HTTP_LIMITS.bodyBytesMax) },
    );
  });
});

test('http-error-code knows only errors of bodies', () => {
  assert.equal(httpErrorCode(new IoError('a file', 'no-entry')), undefined);
});
