import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Execution } from '../../simulator/engine/execution.ts';
import { ExecutionHosts, LOOKUP_ADDRESSES_MAX } from '../../simulator/engine/execution-hosts.ts';
import { executionId } from '../../simulator/journal/entry.ts';

function execution(id: string, workflow: string, ended = false): Execution {
  const config = { name: workflow };
  return { id: executionId(id), workflow: { config }, ended } as unknown as Execution;
}

const CALLER = execution('order-1', 'order');

function hostsOf(...executions: readonly Execution[]): ExecutionHosts {
  const hosts = new ExecutionHosts();
  for (const each of executions) hosts.add(each);
  return hosts;
}

/** The addresses of a name below the domain, for the first execution. */
function lookUp(hosts: ExecutionHosts, name: string): readonly string[] {
  return hosts.lookUp(CALLER.id, `${name}.executions.backstitch`);
}

describe('the hosts that executions are', () => {
  it('have an address each, which stays, and a name', () => {
    const hosts = hostsOf(CALLER, execution('ship-1', 'ship'), execution('Ship-2', 'ship'));
    assert.deepEqual(lookUp(hosts, 'ship-1'), ['10.128.0.2']);
    assert.deepEqual(lookUp(hosts, 'ship-2'), ['10.128.0.3']);
    assert.deepEqual(lookUp(hosts, 'self'), ['10.128.0.1']);
    hosts.remove(executionId('ship-1'));
    assert.deepEqual(lookUp(hosts, 'ship-1'), []);
    hosts.add(execution('ship-3', 'ship'));
    assert.deepEqual(lookUp(hosts, 'ship-3'), ['10.128.0.4']);
  });

  it('have a name together, as long as they have not ended', () => {
    const hosts = hostsOf(CALLER, execution('ship-1', 'ship', true), execution('ship-2', 'ship'));
    assert.deepEqual(lookUp(hosts, 'ship'), ['10.128.0.3']);
    // By its own name it can be found also then; nobody listens there.
    assert.deepEqual(lookUp(hosts, 'ship-1'), ['10.128.0.2']);
    const many = Array.from({ length: LOOKUP_ADDRESSES_MAX + 1 }, (_, index) =>
      execution(`ship-${index + 1}`, 'ship'),
    );
    assert.equal(lookUp(hostsOf(...many), 'ship').length, LOOKUP_ADDRESSES_MAX);
  });

  it('are not found under other names', () => {
    const hosts = hostsOf(CALLER);
    for (const name of ['', 'nobody', 'order-1.order-1']) {
      assert.deepEqual(lookUp(hosts, name), []);
    }
    assert.deepEqual(hosts.lookUp(CALLER.id, 'order-1'), []);
    assert.deepEqual(hosts.lookUp(CALLER.id, 'executions.backstitch'), []);
  });

  it('are found by address, and the caller itself by those of the machine', () => {
    const other = execution('ship-1', 'ship');
    const hosts = hostsOf(CALLER, other);
    assert.equal(hosts.find(CALLER, '10.128.0.2'), other);
    assert.equal(hosts.find(CALLER, 'ship-1.executions.backstitch'), other);
    assert.equal(hosts.find(other, '127.0.0.1'), other);
    assert.equal(hosts.find(CALLER, '10.128.0.9'), undefined);
    assert.equal(hosts.find(CALLER, '10.0.0.1'), undefined);
  });

  it('are seen by the address that leads back to them', () => {
    const hosts = hostsOf(CALLER);
    assert.equal(hosts.addressTowards(CALLER.id, '10.0.0.1'), '10.128.0.1');
    assert.equal(hosts.addressTowards(CALLER.id, '127.0.0.1'), '127.0.0.1');
  });
});
