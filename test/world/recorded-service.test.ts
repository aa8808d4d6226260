import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { contentHash } from '../../simulator/guest/content-hash.ts';
import { RecordedService } from '../../simulator/world/recorded-service.ts';
import { ServiceError, type ServiceRequest, wholeBody } from '../../simulator/world/service.ts';
import type { RecordedExchange } from '../../simulator/world/service-source.ts';

const encoder = new TextEncoder();

interface Told {
  readonly method?: string;
  readonly url?: string;
  readonly sent?: string;
  readonly key?: string;
  readonly status?: number | undefined;
}

function exchange(number: number, answer: string, told: Told): RecordedExchange {
  const body = encoder.encode(told.sent ?? '');
  return {
    number,
    method: told.method ?? 'POST',
    url: told.url ?? 'https://pay.example/charges',
    bodyHash: contentHash(body),
    bodyLength: body.length,
    key: told.key,
    status: 'status' in told ? told.status : 201,
    headers: [['x-number', `${number}`]],
    body: encoder.encode(answer),
    note: `noted ${number}`,
  };
}

function serviceOf(...exchanges: RecordedExchange[]) {
  const service = new RecordedService('pay', { recording: 'old.backstitch', exchanges });
  return (told: Told = {}): string => {
    const request: ServiceRequest = {
      method: told.method ?? 'POST',
      url: told.url ?? 'https://pay.example/charges',
      headers: [],
      body: encoder.encode(told.sent ?? ''),
    };
    const context = { wallNanos: 0n, random: () => 0, key: told.key };
    const { pieces, note } = service.handle(request, context);
    return `${new TextDecoder().decode(wholeBody(pieces))}, ${note}`;
  };
}

describe('a service that answers from a recording', () => {
  it('gives the n-th of equal requests the n-th answer', () => {
    const ask = serviceOf(
      exchange(1, 'one', { sent: 'a' }),
      exchange(2, 'other', { sent: 'b' }),
      exchange(3, 'two', { sent: 'a' }),
    );
    assert.equal(ask({ sent: 'a' }), 'one, noted 1');
    assert.equal(ask({ sent: 'a' }), 'two, noted 3');
    assert.equal(ask({ sent: 'b' }), 'other, noted 2');
  });

  it('prefers the answer that was given to the same key', () => {
    const ask = serviceOf(exchange(1, 'one', { key: 'k1' }), exchange(2, 'two', { key: 'k2' }));
    assert.equal(ask({ key: 'k2' }), 'two, noted 2');
    assert.equal(ask({ key: 'k9' }), 'one, noted 1');
  });

  it('repeats the last answer to a key that comes again', () => {
    const ask = serviceOf(exchange(1, 'one', { key: 'k1' }), exchange(2, 'two', { key: 'k2' }));
    assert.equal(ask({ key: 'k1' }), 'one, noted 1');
    assert.equal(ask({ key: 'k1' }), 'one, noted 1');
    assert.equal(ask({ key: 'k2' }), 'two, noted 2');
  });

  it('gives the answer that a repeated request got when it was recorded, too', () => {
    const ask = serviceOf(exchange(1, 'new', { key: 'k' }), exchange(2, 'known', { key: 'k' }));
    assert.deepEqual(
      [1, 2, 3].map(() => ask({ key: 'k' })),
      ['new, noted 1', 'known, noted 2', 'known, noted 2'],
    );
  });

  it('repeats the last answer to a safe request, which has no key', () => {
    const ask = serviceOf(exchange(1, 'one', { method: 'GET' }));
    assert.equal(ask({ method: 'GET' }), 'one, noted 1');
    assert.equal(ask({ method: 'GET' }), 'one, noted 1');
  });

  it('has no second answer for an unsafe request without a key', () => {
    const ask = serviceOf(exchange(1, 'one', { sent: 'abc' }));
    ask({ sent: 'abc' });
    assert.throws(() => ask({ sent: 'abc' }), {
      name: 'ServiceError',
      message: /old\.backstitch answers POST https:\/\/pay\.example\/charges .*3 bytes only once;/,
    });
  });

  it('names the nearest recorded request when there is none that is equal', () => {
    const ask = serviceOf(
      exchange(1, 'one', { url: 'https://pay.example/refunds' }),
      exchange(2, 'two', { sent: 'abc' }),
    );
    assert.throws(
      () => ask({ sent: 'abcd' }),
      /nearest is request 2, POST https:\/\/pay\.example\/charges with another body, of 3 bytes/,
    );
    assert.throws(
      () => ask({ url: 'https://pay.example/refunds/7' }),
      /nearest is request 1, POST https:\/\/pay\.example\/refunds with a body of 0 bytes/,
    );
    assert.throws(() => serviceOf()({}), /it holds no requests/);
  });

  it('fails where the service failed when it was recorded', () => {
    const ask = serviceOf(exchange(4, '', { status: undefined }));
    assert.throws(
      () => ask(),
      (error) => error instanceof ServiceError && /request 4 failed/.test(error.message),
    );
  });
});
