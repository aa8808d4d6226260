import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  addressAt,
  EXECUTION_ADDRESSES,
  executionAddress,
  indexOfAddress,
  isBoundFor,
  isLoopbackHost,
} from '../../simulator/world/addresses.ts';

const SIX_LOOPBACK = '0:0:0:0:0:0:0:1';
const SIX_ANY = '0:0:0:0:0:0:0:0';

describe('addresses', () => {
  it('of services and of executions are apart', () => {
    assert.equal(addressAt(0), '10.0.0.1');
    assert.equal(executionAddress(0), '10.128.0.1');
    assert.equal(executionAddress(255), '10.128.1.0');
    assert.equal(executionAddress(EXECUTION_ADDRESSES - 1), '10.255.255.255');
    assert.equal(executionAddress(EXECUTION_ADDRESSES), '10.128.0.1');
  });

  it('tell whose they are', () => {
    assert.equal(indexOfAddress('10.0.0.1'), 0);
    for (const address of ['10.0.0.0', '10.0.0.256', '11.0.0.1', 'shop']) {
      assert.equal(indexOfAddress(address), undefined);
    }
  });

  it('of the machine itself are many', () => {
    for (const host of ['127.0.0.1', '127.9.9.9', SIX_LOOPBACK, 'localhost']) {
      assert.ok(isLoopbackHost(host), host);
    }
    for (const host of ['128.0.0.1', '10.128.0.1', SIX_ANY, 'localhost.example']) {
      assert.ok(!isLoopbackHost(host), host);
    }
  });

  const bindings: readonly (readonly [bound: string, host: string, takes: boolean])[] = [
    ['0.0.0.0', '10.128.0.1', true],
    ['0.0.0.0', '127.0.0.1', true],
    ['0.0.0.0', SIX_LOOPBACK, false],
    ['127.0.0.1', '127.0.0.1', true],
    ['127.0.0.1', '127.0.0.2', false],
    ['127.0.0.1', '10.128.0.1', false],
    [SIX_ANY, SIX_LOOPBACK, true],
    [SIX_ANY, '127.0.0.1', false],
    [SIX_LOOPBACK, SIX_LOOPBACK, true],
  ];
  for (const [bound, host, takes] of bindings) {
    it(`bound to ${bound} ${takes ? 'get' : 'do not get'} what is sent to ${host}`, () => {
      assert.equal(isBoundFor(bound, host), takes);
    });
  }
});
