import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { HttpFailure, HttpRequestArgs, HttpResult } from '../../../simulator/effects/http.ts';
import { HTTP_LIMITS, OPEN_RESPONSES_MAX } from '../../../simulator/guest/preview1/http.ts';
import { Harness } from './guest-harness.ts';

const RESPONSE: HttpResult = {
  status: 201,
  headers: [
    ['content-type', 'text/plain'],
    ['x-id', '7'],
  ],
  body: new TextEncoder().encode('created'),
};

interface Request {
  readonly method?: string;
  readonly url?: string;
  readonly headers?: string;
  readonly body?: string;
  readonly timeoutMs?: number;
}

function client(answer: (args: HttpRequestArgs) => HttpResult = () => RESPONSE): Harness {
  return new Harness({ answers: { 'http.request': answer } });
}

function request(guest: Harness, wanted: Request = {}) {
  const { method = 'POST', url = 'http://pay/charge', headers = '', body = '' } = wanted;
  return guest.call(
    'http_request',
    ...guest.text(method),
    ...guest.text(url),
    ...guest.text(headers),
    ...guest.text(body),
    wanted.timeoutMs ?? 0,
    guest.out,
  );
}

function part(guest: Harness, handle: number, which: number, offset = 0, room = 100): string {
  guest.ok('http_read', handle, which, offset, guest.out + 64, room, guest.out + 32);
  return guest.read(guest.out + 64, guest.u32(guest.out + 32));
}

describe('an HTTP request', () => {
  test('goes out as it was written and its response is read in parts', () => {
    const guest = client();
    const headers = 'Content-Type: text/plain\r\nX-Trace:  a:b \nEmpty:\n\r\n';
    assert.equal(request(guest, { headers, body: 'data', timeoutMs: 1500 }), 'success');
    assert.deepEqual(guest.port.lastArgs, {
      method: 'POST',
      url: 'http://pay/charge',
      headers: [
        ['content-type', 'text/plain'],
        ['x-trace', 'a:b'],
        ['empty', ''],
      ],
      timeoutNanos: '1500000000',
      body: new TextEncoder().encode('data'),
    });
    const [handle, status, headerBytes, bodyBytes] = [0, 4, 8, 12].map((offset) =>
      guest.u32(guest.out + offset),
    ) as [number, number, number, number];
    assert.deepEqual([status, headerBytes, bodyBytes], [201, 35, 7]);
    assert.equal(part(guest, handle, 0), 'content-type: text/plain\r\nx-id: 7\r\n');
    assert.equal(part(guest, handle, 1), 'created');
    assert.equal(part(guest, handle, 1, 2, 3), 'eat');
    assert.equal(part(guest, handle, 1, 7), '');
    assert.equal(part(guest, handle, 1, -1), '');
    guest.ok('http_close', handle);
    assert.equal(guest.call('http_close', handle), 'badf');
    assert.equal(guest.call('http_read', handle, 0, 0, guest.out, 1, guest.out), 'badf');
  });

  test('waits 30 seconds when it names no timeout, and at most 2^32-1 ms', () => {
    const guest = client();
    const timeout = (timeoutMs: number) => {
      request(guest, { timeoutMs });
      return (guest.port.lastArgs as HttpRequestArgs).timeoutNanos;
    };
    assert.deepEqual([timeout(0), timeout(-1)], ['30000000000', '4294967295000000']);
  });

  test('gives each failure its errno', () => {
    const failures: Record<HttpFailure, string> = {
      timeout: 'timedout',
      refused: 'connrefused',
      reset: 'connreset',
      'unknown-host': 'hostunreach',
      'outcome-unknown': 'canceled',
      'service-failed': 'io',
    };
    for (const [failure, errno] of Object.entries(failures)) {
      const guest = client(() => ({ failure: failure as HttpFailure, detail: 'why' }));
      assert.equal(request(guest), errno);
      assert.equal(guest.u32(), 0);
    }
  });

  test('that is malformed never leaves', () => {
    const guest = client();
    const malformed: Request[] = [
      { method: '' },
      { method: 'GE T' },
      { url: '' },
      { url: 'ftp://pay/' },
      { url: 'http:///path' },
      { url: '/path' },
      { url: 'http://pay/a b' },
      { url: 'http://pay/\n' },
      { headers: 'no colon' },
      { headers: ': no name' },
      { headers: 'bad name: x' },
      { headers: 'a: b\rc' },
      { headers: 'a: \0' },
    ];
    for (const wanted of malformed) {
      assert.equal(request(guest, wanted), 'inval', JSON.stringify(wanted));
    }
    const bad = guest.bytes(new Uint8Array([0xff]));
    const rest = [0, 0, 0, 0, 0, guest.out] as const;
    assert.equal(guest.call('http_request', ...guest.text('GET'), ...bad, ...rest), 'ilseq');
    assert.deepEqual(guest.port.asked, []);
  });

  test('that is too big or outside memory never leaves', () => {
    const guest = client();
    guest.memory.grow(400);
    const method = guest.text('GET');
    const url = guest.text('http://pay/');
    const call = (...args: number[]) => guest.call('http_request', ...args);
    const { bodyBytesMax, headersBytesMax, methodBytesMax, urlBytesMax } = HTTP_LIMITS;
    const out = guest.out;
    assert.equal(call(0, methodBytesMax + 1, ...url, 0, 0, 0, 0, 0, out), '2big');
    assert.equal(call(...method, 0, urlBytesMax + 1, 0, 0, 0, 0, 0, out), '2big');
    assert.equal(call(...method, ...url, 0, headersBytesMax + 1, 0, 0, 0, out), '2big');
    assert.equal(call(...method, ...url, 0, 0, 0, bodyBytesMax + 1, 0, out), '2big');
    assert.equal(call(...method, ...url, 0, 0, -8, 16, 0, out), 'fault');
    assert.equal(call(...method, ...url, 0, 0, 0, 0, 0, -15), 'fault');
    assert.deepEqual(guest.port.asked, []);
    assert.equal(call(...method, ...url, 0, 0, 0, bodyBytesMax, 0, out), 'success');
  });
});

describe('open responses', () => {
  test('are as many as the limit, and one more request never leaves', () => {
    const guest = client();
    for (let count = 0; count < OPEN_RESPONSES_MAX; count++) request(guest);
    const last = guest.u32();
    assert.equal(request(guest), 'mfile');
    assert.equal(guest.port.asked.length, OPEN_RESPONSES_MAX);
    guest.ok('http_close', last);
    assert.equal(request(guest), 'success');
    assert.notEqual(guest.u32(), last);
  });

  test('have two parts, and are read only into memory', () => {
    const guest = client();
    request(guest);
    const handle = guest.u32();
    assert.equal(guest.call('http_read', handle, 2, 0, guest.out, 1, guest.out), 'inval');
    assert.equal(guest.call('http_read', handle, 0, 0, -1, 2, guest.out), 'fault');
    assert.equal(guest.call('http_read', handle, 0, 0, guest.out, 1, -2), 'fault');
    assert.equal(guest.call('http_read', -1, 0, 0, guest.out, 1, guest.out), 'badf');
  });
});
