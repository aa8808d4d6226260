import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { HttpFailure, HttpRequestArgs } from '../../../../simulator/effects/http.ts';
import type { PollArgs, PollResult } from '../../../../simulator/effects/wait.ts';
import { OPEN_RESPONSES_MAX } from '../../../../simulator/guest/preview1/http.ts';
import {
  ANSWER,
  bodyText,
  bytes,
  errorOf,
  HttpGuest,
  payloadOf,
  responseOf,
  text,
} from './http-guest.ts';

describe('a response that is waited for alone', () => {
  test('is one effect with all of the request', () => {
    const guest = new HttpGuest();
    const response = guest.fetch({ path: '/orders', headers: [['X-A', 'b']], body: 'data' });
    assert.deepEqual(guest.port.asked, [
      {
        name: 'http.request',
        args: {
          method: 'GET',
          url: 'http://shop/orders',
          headers: [['x-a', 'b']],
          timeoutNanos: '30000000000',
          stream: true,
          body: bytes('data'),
        },
      },
    ]);
    assert.deepEqual(Object.keys(guest.port.lastArgs ?? {}).join(), ARGUMENT_ORDER);
    assert.equal(response.status(), 200);
    assert.deepEqual(response.headers().get('Content-Type'), [bytes('text/plain')]);
    assert.equal(bodyText(response.consume()), 'hello');
    assert.deepEqual(guest.port.names, ['http.request']);
  });

  test('may be polled for alone, or asked for before', () => {
    const guest = new HttpGuest();
    const future = guest.send();
    assert.equal(future.get(), undefined);
    assert.deepEqual(guest.poll(future.subscribe()), [0]);
    assert.equal(responseOf(future).status(), 200);
    assert.deepEqual(guest.port.names, ['http.request']);
  });

  test('is given once', () => {
    const guest = new HttpGuest();
    const future = guest.send();
    future.subscribe().block();
    responseOf(future);
    assert.deepEqual(future.get(), { tag: 'err', val: undefined });
  });

  test('is waited for once, however often it is', () => {
    const guest = new HttpGuest();
    const future = guest.send();
    const pollable = future.subscribe();
    pollable.block();
    pollable.block();
    assert.equal(pollable.ready(), true);
    assert.deepEqual(guest.port.names, ['http.request']);
  });

  test('gives its body once', () => {
    const response = new HttpGuest().fetch();
    response.consume();
    assert.equal(
      payloadOf(() => response.consume()),
      undefined,
    );
  });

  test('comes after other requests have been sent, and timers begun', () => {
    const guest = new HttpGuest();
    guest.timer(5n);
    const first = guest.send({ path: '/1' });
    const second = guest.send({ path: '/2' });
    second.subscribe().block();
    assert.deepEqual(guest.port.names, ['clock.read', 'http.send', 'http.request']);
    assert.equal((guest.port.lastArgs as HttpRequestArgs).url, 'http://shop/2');
    first.subscribe().block();
    assert.deepEqual(guest.port.asked.at(-1), { name: 'http.response', args: { exchange: 2 } });
    assert.equal(responseOf(first).status(), 200);
  });
});

const ARGUMENT_ORDER = 'method,url,headers,timeoutNanos,stream,body';

describe('a response that is not waited for alone', () => {
  test('is sent before the program does anything else', () => {
    const guest = new HttpGuest();
    const future = guest.send({ body: 'data' });
    assert.equal(guest.port.asked.length, 0);
    guest.print('sent\n');
    assert.deepEqual(guest.port.names, ['http.send', 'stdout.write']);
    const args = guest.port.asked[0]?.args as HttpRequestArgs;
    assert.equal(Object.keys(args).join(), ARGUMENT_ORDER);
    assert.equal(text(args.body), 'data');
    future.subscribe().block();
    assert.equal(responseOf(future).status(), 200);
    assert.deepEqual(guest.port.names, ['http.send', 'stdout.write', 'http.response']);
  });

  test('is sent in the order of the requests, and polled by inbox', () => {
    const readable: PollResult = {
      passed: [],
      readable: [{ inbox: 1, available: 5, ended: true }],
    };
    const guest = new HttpGuest({ 'wait.poll': () => readable });
    const first = guest.send({ path: '/1' });
    const second = guest.send({ path: '/2' });
    assert.deepEqual(guest.poll(first.subscribe(), second.subscribe()), [1]);
    assert.deepEqual(guest.port.names, ['http.send', 'http.send', 'wait.poll']);
    assert.deepEqual(guest.port.lastArgs, {
      deadlines: [],
      inboxes: ['response:1', 'response:2'],
    });
    assert.equal(responseOf(second).status(), 200);
    assert.deepEqual(guest.port.asked.at(-1), { name: 'http.response', args: { exchange: 2 } });
  });

  test('is polled with a timer that began when the program asked for it', () => {
    const guest = new HttpGuest();
    const future = guest.send();
    const timer = guest.timer(50n);
    assert.deepEqual(guest.poll(timer, future.subscribe()), [0, 1]);
    assert.deepEqual(guest.port.names, ['clock.read', 'http.send', 'wait.poll']);
    assert.deepEqual((guest.port.lastArgs as PollArgs).deadlines, [
      { clock: 'monotonic', nanos: '1050', absolute: true },
    ]);
  });

  test('is sent though something that is polled with it is ready', () => {
    const guest = new HttpGuest({ 'wait.poll': () => ({ passed: [0], readable: [] }) });
    const over = guest.timer(1n);
    over.block();
    const future = guest.send();
    assert.deepEqual(guest.poll(over, future.subscribe()), [0]);
    assert.deepEqual(guest.port.names, ['wait.poll', 'http.send', 'wait.poll']);
  });

  test('is sent when the program looks whether it is there', () => {
    const guest = new HttpGuest({ 'wait.poll': () => ({ passed: [0], readable: [] }) });
    const future = guest.send();
    assert.equal(future.subscribe().ready(), false);
    assert.deepEqual(guest.port.names, ['http.send', 'wait.poll']);
    assert.equal(future.get(), undefined);
    assert.deepEqual(guest.port.names, ['http.send', 'wait.poll', 'wait.poll']);
  });

  test('comes to a program that only ever asks for it', () => {
    const guest = new HttpGuest();
    const future = guest.send();
    assert.equal(future.get(), undefined);
    assert.equal(responseOf(future).status(), 200);
    assert.deepEqual(guest.port.names, ['http.send', 'wait.poll', 'http.response']);
  });
});

describe('an exchange that is dropped', () => {
  test('is never sent when nothing has happened since', () => {
    const guest = new HttpGuest();
    guest.send()[Symbol.dispose]();
    guest.print('after');
    assert.deepEqual(guest.port.names, ['stdout.write']);
  });

  test('is cancelled once it was sent', () => {
    const guest = new HttpGuest();
    const future = guest.send();
    guest.print('between');
    future[Symbol.dispose]();
    assert.deepEqual(guest.port.asked.at(-1), { name: 'http.cancel', args: { exchange: 1 } });
  });

  test('is over when the response has come whole', () => {
    const guest = new HttpGuest();
    const future = guest.send();
    future.subscribe().block();
    future[Symbol.dispose]();
    guest.fetch()[Symbol.dispose]();
    assert.deepEqual(guest.port.names, ['http.request', 'http.request']);
  });

  test('is cancelled while more of the response is to come', () => {
    const guest = new HttpGuest({ 'http.request': () => ({ ...ANSWER, more: 0 }) });
    const unread = guest.send();
    unread.subscribe().block();
    unread[Symbol.dispose]();
    guest.fetch()[Symbol.dispose]();
    guest.fetch().consume()[Symbol.dispose]();
    const request = 'http.request';
    const cancel = 'http.cancel';
    assert.deepEqual(guest.port.names, [request, cancel, request, cancel, request, cancel]);
    assert.deepEqual(guest.port.lastArgs, { exchange: 0 });
  });

  test('makes room for another', () => {
    const guest = new HttpGuest();
    const open = Array.from({ length: OPEN_RESPONSES_MAX }, () => guest.send());
    const request = guest.request();
    assert.deepEqual(
      payloadOf(() => guest.handle(request)),
      { tag: 'connection-limit-reached' },
    );
    open[0]?.[Symbol.dispose]();
    open[1]?.subscribe().block();
    guest.send();
    guest.send();
    assert.deepEqual(
      payloadOf(() => guest.send()),
      { tag: 'connection-limit-reached' },
    );
  });
});

describe('a request that fails', () => {
  const codes: Readonly<Record<HttpFailure, unknown>> = {
    timeout: { tag: 'HTTP-response-timeout' },
    refused: { tag: 'connection-refused' },
    reset: { tag: 'connection-terminated' },
    'unknown-host': { tag: 'DNS-error', val: { rcode: 'NXDOMAIN', infoCode: undefined } },
    'outcome-unknown': { tag: 'internal-error', val: 'what happened' },
    'service-failed': { tag: 'internal-error', val: 'what happened' },
  };
  for (const [failure, code] of Object.entries(codes)) {
    test(`by ${failure} gives its error code`, () => {
      const answer = () => ({ failure: failure as HttpFailure, detail: 'what happened' });
      const guest = new HttpGuest({ 'http.request': answer, 'http.response': answer });
      const alone = guest.send();
      alone.subscribe().block();
      assert.deepEqual(errorOf(alone), code);
      const other = guest.send();
      guest.print('between');
      other.subscribe().block();
      assert.deepEqual(errorOf(other), code);
      other[Symbol.dispose]();
      assert.equal(guest.port.names.includes('http.cancel'), false);
    });
  }
});
