import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dnsLookup } from '../../simulator/effects/dns.ts';
import type { Attempt } from '../../simulator/engine/attempt.ts';
import { ExecutionHosts } from '../../simulator/engine/execution-hosts.ts';
import { performRead } from '../../simulator/engine/reads.ts';
import type { AnyOperation, Seq } from '../../simulator/journal/entry.ts';

/** Looks names up in a world whose services have these hosts. */
function lookUp(name: string, hosts: readonly string[]): unknown {
  const hostIndex = (asked: string) => {
    const index = hosts.indexOf(asked);
    return index < 0 ? undefined : index;
  };
  const faults = { watchesEffects: false };
  const engine = { hostIndex, hosts: new ExecutionHosts(), faults };
  const [node, execution] = [{ name: 'node-a' }, { id: 'script-1' }];
  const attempt = { engine, node, execution } as unknown as Attempt;
  return performRead(attempt, dnsLookup as unknown as AnyOperation, { name } as object, 0 as Seq);
}

test('each host of a service has an address of its own, which stays', () => {
  const hosts = Array.from({ length: 70_000 }, (_, index) => `host-${index}`);
  assert.deepEqual(lookUp('host-0', hosts), { addresses: ['10.0.0.1'] });
  assert.deepEqual(lookUp('host-255', hosts), { addresses: ['10.0.1.0'] });
  assert.deepEqual(lookUp('host-65535', hosts), { addresses: ['10.1.0.0'] });
});

test('localhost is the machine itself, and other names have no address', () => {
  assert.deepEqual(lookUp('localhost', []), { addresses: ['127.0.0.1'] });
  assert.deepEqual(lookUp('nobody.example', ['shop.example']), { addresses: [] });
});
