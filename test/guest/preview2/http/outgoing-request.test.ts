import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { HttpRequestArgs } from '../../../../simulator/effects/http.ts';
import { HTTP_LIMITS } from '../../../../simulator/guest/preview1/http.ts';
import type { OutgoingRequest } from '../../../../simulator/guest/preview2/http/outgoing-request.ts';
import { bytes, HttpGuest, payloadOf } from './http-guest.ts';

function sent(change: (request: OutgoingRequest, guest: HttpGuest) => void): HttpRequestArgs {
  const guest = new HttpGuest();
  const request = guest.request();
  change(request, guest);
  guest.handle(request).subscribe().block();
  return guest.port.lastArgs as HttpRequestArgs;
}

function refusal(change: (request: OutgoingRequest, guest: HttpGuest) => void): unknown {
  const guest = new HttpGuest();
  const request = guest.request();
  change(request, guest);
  const payload = payloadOf(() => guest.handle(request));
  assert.deepEqual(guest.port.asked, []);
  return payload;
}

describe('an outgoing request', () => {
  test('is a GET of / over https, where the program says nothing else', () => {
    const args = sent((request) => {
      request.setScheme(undefined);
      request.setPathWithQuery(undefined);
    });
    assert.equal(args.method, 'GET');
    assert.equal(args.url, 'https://shop/');
    assert.equal(args.timeoutNanos, '30000000000');
  });

  test('has the method, the path and the authority that were set', () => {
    const args = sent((request) => {
      request.setMethod({ tag: 'other', val: 'PURGE' });
      request.setAuthority('shop.example:8080');
      request.setPathWithQuery('?a=b');
    });
    assert.equal(args.method, 'PURGE');
    assert.equal(args.url, 'http://shop.example:8080/?a=b');
  });

  test('tells what was set', () => {
    const request = new HttpGuest().request({ path: '/x', headers: [['a', '1']] });
    request.setMethod({ tag: 'patch' });
    assert.deepEqual(request.method(), { tag: 'patch' });
    assert.deepEqual(request.scheme(), { tag: 'HTTP' });
    assert.equal(request.authority(), 'shop');
    assert.equal(request.pathWithQuery(), '/x');
    const headers = request.headers();
    assert.deepEqual(headers.get('A'), [bytes('1')]);
    assert.deepEqual(
      payloadOf(() => headers.delete('a')),
      { tag: 'immutable' },
    );
  });

  const refused: Readonly<Record<string, (request: OutgoingRequest) => void>> = {
    'a method with a space': (request) => request.setMethod({ tag: 'other', val: 'GET IT' }),
    'an empty method': (request) => request.setMethod({ tag: 'other', val: '' }),
    'a method that is too long': (request) =>
      request.setMethod({ tag: 'other', val: 'A'.repeat(HTTP_LIMITS.methodBytesMax + 1) }),
    'a scheme with a new line': (request) => request.setScheme({ tag: 'other', val: 'a\nb' }),
    'an authority with two ports': (request) => request.setAuthority('shop:80:80'),
    'a port that does not exist': (request) => request.setAuthority('shop:65536'),
    'an empty authority': (request) => request.setAuthority(''),
    'an authority with a user': (request) => request.setAuthority('me@shop'),
    'a path with a space': (request) => request.setPathWithQuery('/a b'),
    'a path with a fragment': (request) => request.setPathWithQuery('/a#b'),
    'a path that does not begin with a slash': (request) => request.setPathWithQuery('a'),
  };
  for (const [what, set] of Object.entries(refused)) {
    test(`refuses ${what} and stays as it was`, () => {
      const request = new HttpGuest().request({ path: '/x' });
      assert.equal(
        payloadOf(() => set(request)),
        undefined,
      );
      assert.deepEqual(request.method(), { tag: 'get' });
      assert.equal(request.authority(), 'shop');
      assert.equal(request.pathWithQuery(), '/x');
    });
  }

  test('takes the longest method, the highest port and an address', () => {
    const args = sent((request) => {
      request.setMethod({ tag: 'other', val: 'A'.repeat(HTTP_LIMITS.methodBytesMax) });
      request.setAuthority('[::1]:65535');
    });
    assert.equal(args.method.length, HTTP_LIMITS.methodBytesMax);
    assert.equal(args.url, 'http://[::1]:65535/');
  });

  test('needs an authority', () => {
    const payload = refusal((request) => request.setAuthority(undefined));
    assert.deepEqual(payload, { tag: 'HTTP-request-URI-invalid' });
  });

  test('is http or https', () => {
    const payload = refusal((request) => request.setScheme({ tag: 'other', val: 'ftp' }));
    assert.deepEqual(payload, { tag: 'HTTP-protocol-error' });
  });

  test('has a URL of limited length', () => {
    const room = HTTP_LIMITS.urlBytesMax - 'http://shop'.length;
    const path = `/${'a'.repeat(room - 1)}`;
    assert.equal(sent((request) => request.setPathWithQuery(path)).url.length, 64 * 1024);
    assert.deepEqual(
      refusal((request) => request.setPathWithQuery(`${path}a`)),
      { tag: 'HTTP-request-URI-too-long' },
    );
  });

  test('has headers of limited size', () => {
    const guest = new HttpGuest();
    const headersOf = (size: number) => [['x', 'a'.repeat(size - 5)]] as const;
    guest.handle(guest.request({ headers: headersOf(HTTP_LIMITS.headersBytesMax) }));
    const request = guest.request({ headers: headersOf(HTTP_LIMITS.headersBytesMax + 1) });
    assert.deepEqual(
      payloadOf(() => guest.handle(request)),
      { tag: 'HTTP-request-header-section-size', val: HTTP_LIMITS.headersBytesMax },
    );
  });

  test('gives its body once', () => {
    const request = new HttpGuest().request();
    request.body();
    assert.equal(
      payloadOf(() => request.body()),
      undefined,
    );
  });

  test('that declares a body has one', () => {
    const guest = new HttpGuest();
    const request = guest.request({ headers: [['content-length', '5']] });
    assert.deepEqual(
      payloadOf(() => guest.handle(request)),
      { tag: 'HTTP-request-body-size', val: 0n },
    );
  });
});

describe('request options', () => {
  const timeoutOf = (connect: bigint | undefined, firstByte: bigint | undefined): string => {
    const guest = new HttpGuest();
    const options = new guest.imports['wasi:http/types'].RequestOptions();
    options.setConnectTimeout(connect);
    options.setFirstByteTimeout(firstByte);
    assert.equal(options.connectTimeout(), connect);
    assert.equal(options.firstByteTimeout(), firstByte);
    guest.fetch({ options });
    return (guest.port.lastArgs as HttpRequestArgs).timeoutNanos;
  };

  test('say how long connecting and answering may take together', () => {
    assert.equal(timeoutOf(undefined, 7n), '7');
    assert.equal(timeoutOf(3n, 7n), '10');
    assert.equal(timeoutOf(3n, undefined), '30000000003');
    assert.equal(timeoutOf(undefined, undefined), '30000000000');
    assert.equal(timeoutOf(undefined, 2n ** 64n - 1n), '18446744073709551615');
  });
});
