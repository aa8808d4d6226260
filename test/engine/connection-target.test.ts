import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { connectionTarget } from '../../simulator/engine/connection-target.ts';
import type { Engine } from '../../simulator/engine/engine.ts';
import type { RealHosts } from '../../simulator/world/service.ts';

const REAL: RealHosts = { timeoutNanos: 1n, rateLimit: undefined };
const SERVICES = [
  { name: 'shop', hosts: ['shop.example', 'admin.example:8080'], real: undefined },
  { name: 'bank', hosts: ['bank.example'], real: REAL },
  { name: 'local', hosts: ['localhost:9000', '192.168.0.7'], real: undefined },
];

/** What is found there, in a world with the services above. */
function target(host: string, port: number) {
  const names = SERVICES.flatMap(({ hosts }) => hosts).map((each) => each.replace(/:\d+$/, ''));
  const engine = {
    serviceFor: (authority: string) => SERVICES.find(({ hosts }) => hosts.includes(authority)),
    hostIndex: (name: string) => (names.includes(name) ? names.indexOf(name) : undefined),
    hostAt: (index: number) => names[index],
  };
  const found = connectionTarget(engine as unknown as Engine, host, port);
  if (found.kind === 'service') return `${found.service.name} as ${found.authority}`;
  return `${found.kind}: ${found.detail}`;
}

describe('what is found where a program connects to', () => {
  const rows: readonly (readonly [host: string, port: number, found: string])[] = [
    ['10.0.0.1', 80, 'shop as shop.example'],
    ['shop.example', 80, 'shop as shop.example'],
    ['10.0.0.2', 8080, 'shop as admin.example:8080'],
    ['127.0.0.1', 9000, 'local as localhost:9000'],
    ['192.168.0.7', 80, 'local as 192.168.0.7'],
    ['10.0.0.2', 80, 'refused: no service has the host admin.example'],
    ['127.0.0.1', 80, 'refused: no service has the host localhost'],
    ['10.0.0.0', 80, 'unreachable: no service has the host 10.0.0.0'],
    ['10.0.0.6', 80, 'unreachable: no service has the host 10.0.0.6'],
    ['10.0.0.256', 80, 'unreachable: no service has the host 10.0.0.256'],
    ['nobody.example', 80, 'unreachable: no service has the host nobody.example'],
  ];
  for (const [host, port, found] of rows) {
    test(`${host}:${port} is ${found}`, () => assert.equal(target(host, port), found));
  }

  test('TLS is refused, with what to do instead', () => {
    assert.match(target('10.0.0.1', 443), /^refused: shop does not speak TLS .* use wasi:http/);
  });

  test('a real service is refused, with what to do instead', () => {
    assert.match(target('10.0.0.3', 80), /^refused: bank is real, .* through wasi:http$/);
    assert.match(target('10.0.0.3', 443), /^refused: bank /);
  });
});
