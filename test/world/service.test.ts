import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { executionId, seqOf } from '../../simulator/journal/entry.ts';
import type { LedgerRow } from '../../simulator/journal/records.ts';
import { VIRTUAL_START } from '../../simulator/kernel/time.ts';
import { Service, ServiceError, type ServiceRequest } from '../../simulator/world/service.ts';

const EMPTY = new Uint8Array(0);
const CALLER = { execution: executionId('a-1'), seq: seqOf(3) };

function newService(rows: LedgerRow[], fails = false): Service {
  return new Service({
    name: 'pay',
    hosts: ['pay'],
    random: () => 0.5,
    onLedgerRow: (row) => rows.push(row),
    program: {
      handle: (_request, { key }) => {
        if (fails) throw new ServiceError('pay', 'no', undefined);
        return { status: 200, headers: [], pieces: [], delayNanos: 0n, note: `key ${key}` };
      },
    },
  });
}

function request(method: string, key?: string): ServiceRequest {
  const headers = key === undefined ? [] : [['Idempotency-Key', key] as const];
  return { method, url: 'http://pay/x', headers, body: EMPTY };
}

describe('the ledger of a service', () => {
  it('marks a request that repeats a key, whoever sends it', () => {
    const rows: LedgerRow[] = [];
    const service = newService(rows);
    service.handle(VIRTUAL_START, 0n, request('POST', 'k'), CALLER);
    service.handle(VIRTUAL_START, 0n, request('POST', 'other'), CALLER);
    service.handle(VIRTUAL_START, 0n, request('POST', 'k'), { ...CALLER, seq: seqOf(9) });
    assert.deepEqual(
      rows.map(({ number, key, duplicateOf, duplicateBy, note }) => [
        ...[number, key, duplicateOf, duplicateBy, note],
      ]),
      [
        [1, 'k', undefined, undefined, 'key k'],
        [2, 'other', undefined, undefined, 'key other'],
        [3, 'k', 1, 'key', 'key k'],
      ],
    );
  });

  it('marks an unsafe request of the same effect without a key, and no safe one', () => {
    const rows: LedgerRow[] = [];
    const service = newService(rows);
    for (const method of ['POST', 'GET', 'POST', 'GET', 'post']) {
      service.handle(VIRTUAL_START, 0n, request(method), CALLER);
    }
    service.handle(VIRTUAL_START, 0n, request('POST'), { ...CALLER, seq: seqOf(4) });
    assert.deepEqual(
      rows.map(({ duplicateOf, duplicateBy }) => [duplicateOf, duplicateBy]),
      [
        ...[
          [undefined, undefined],
          [undefined, undefined],
          [1, 'content'],
        ],
        ...[
          [undefined, undefined],
          [undefined, undefined],
          [undefined, undefined],
        ],
      ],
    );
  });

  it('has a row also for a request at which the service failed', () => {
    const rows: LedgerRow[] = [];
    const service = newService(rows, true);
    const handle = (): unknown => service.handle(VIRTUAL_START, 0n, request('POST', 'k'), CALLER);
    assert.throws(handle, /^ServiceError: service pay failed: no/);
    assert.throws(handle, ServiceError);
    assert.deepEqual(
      rows.map(({ status, duplicateOf }) => [status, duplicateOf]),
      [
        [undefined, undefined],
        [undefined, 1],
      ],
    );
  });
});
