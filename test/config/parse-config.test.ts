import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { type Config, defaultWorkflow, defaultWorld } from '../../simulator/config/config.ts';
import { parseConfig } from '../../simulator/config/parse-config.ts';
import { NANOS_PER_MILLI, NANOS_PER_SECOND } from '../../simulator/kernel/time.ts';
import { configErrorOf, configFixtures } from './fixtures.ts';

const parse = (text: string): Config => parseConfig(text, 'backstitch.json');

test('an empty file describes no workflow and the default world', () => {
  assert.deepEqual(parse('{}'), {
    file: 'backstitch.json',
    workflows: [],
    world: defaultWorld(),
    faults: undefined,
  });
});

test('a workflow that only names its source gets every default', () => {
  const { workflows } = parse('{ "workflows": { "order": { "source": "order.c" } } }');
  assert.deepEqual(workflows, [defaultWorkflow('order', { kind: 'source', source: 'order.c' })]);
});

test('every field that can be given is read', () => {
  const fixture = configFixtures('good').find(({ name }) => name === 'everything');
  assert.ok(fixture !== undefined);
  const { workflows, world, faults } = parse(fixture.text);
  const [order, reactor, typed, closed, text] = workflows;
  assert.deepEqual(order, {
    name: 'order',
    program: { kind: 'source', source: 'src/order.c' },
    args: ['A-17', ''],
    env: new Map([
      ['CURRENCY', 'EUR'],
      ['EMPTY', ''],
    ]),
    stdin: { kind: 'file', file: 'in.txt' },
    mounts: [
      { kind: 'volume', path: '/data', volume: 'shared', readOnly: false },
      { kind: 'volume', path: '/data/old', volume: 'shared', readOnly: true },
      { kind: 'directory', path: '/assets', directory: '../assets', readOnly: true },
    ],
    persistence: 'workflow',
    steps: ['charge', 'ship'],
    clock: 'clamped',
    unknownOutcome: [
      { method: 'POST', url: 'https://payment.example/*', policy: 'ask' },
      { method: '*', url: '*', policy: 'fail' },
    ],
    invoke: undefined,
    count: 12,
    starts: ['typed', 'order'],
    limits: { memoryMiB: 16, effects: 500, secondsBetweenEffects: 0.5 },
    checks: 'src/checks.ts',
  });
  assert.deepEqual(reactor?.program, { kind: 'module', module: 'r.wasm', build: 'make r.wasm' });
  assert.equal(reactor?.invoke, 'run');
  assert.deepEqual(typed?.stdin, { kind: 'interactive' });
  assert.deepEqual(closed?.stdin, { kind: 'empty' });
  assert.deepEqual(text?.stdin, { kind: 'text', text: 'one line\n' });
  assert.equal(faults, 'faults/plan.json');
  assert.deepEqual(world, {
    seed: Number.MAX_SAFE_INTEGER,
    startUnixNanos: BigInt(Date.UTC(2024, 1, 29, 21, 59, 59, 999)) * NANOS_PER_MILLI,
    nodes: ['a', 'b'],
    leaseNanos: 90n * NANOS_PER_SECOND,
    restartAfterNanos: 0n,
    defaultLink: { latencyNanos: NANOS_PER_MILLI, jitterNanos: 500_000n },
    links: [
      { from: 'a', to: 'payment', latencyNanos: 1_500n * NANOS_PER_MILLI, jitterNanos: 500_000n },
      { from: 'payment', to: 'a', latencyNanos: NANOS_PER_MILLI, jitterNanos: 500_000n },
    ],
    services: [
      {
        name: 'payment',
        script: 'payment.mjs',
        hosts: ['payment.example', 'localhost:8080', '10.0.0.1'],
        latencyNanos: 59n * 60n * NANOS_PER_SECOND,
      },
      { name: 'mail', script: 'mail.ts', hosts: ['mail'], latencyNanos: 20n * NANOS_PER_MILLI },
    ],
    volumes: [
      { name: 'shared', from: 'data', sizeMiB: 1 },
      { name: 'blank', from: undefined, sizeMiB: 64 },
    ],
    clients: [],
    maxConcurrent: 256,
  });
});

test('clients are read with what they send, to whom and when', () => {
  const fixture = configFixtures('good').find(({ name }) => name === 'clients');
  assert.ok(fixture !== undefined);
  const { clients, maxConcurrent } = parse(fixture.text).world;
  const [alice, bob, carol, nc, raw] = clients;
  assert.equal(clients.length, 5);
  assert.deepEqual(alice, {
    name: 'alice',
    workflow: 'shop',
    message: {
      kind: 'request',
      method: 'PUT',
      path: '/orders/A-17?dry=1',
      headers: [
        ['content-type', 'application/json'],
        ['x-name', 'é b'],
        ['x-empty', ''],
      ],
    },
    content: { kind: 'file', file: 'order.json' },
    atNanos: NANOS_PER_SECOND,
    everyNanos: 10n * NANOS_PER_SECOND,
    count: 5,
    jitterNanos: 100n * 86_400n * NANOS_PER_SECOND,
    timeoutNanos: NANOS_PER_MILLI,
  });
  // Who has a body posts it unless told otherwise.
  assert.deepEqual(bob?.message, { kind: 'request', method: 'POST', path: '/', headers: [] });
  assert.deepEqual(carol?.message, { kind: 'request', method: 'GET', path: '/', headers: [] });
  assert.equal(carol?.timeoutNanos, undefined);
  assert.deepEqual([carol?.count, carol?.everyNanos, carol?.jitterNanos], [1, 0n, 0n]);
  assert.deepEqual(nc?.message, { kind: 'bytes' });
  assert.deepEqual(nc?.content, { kind: 'text', text: 'hello\n' });
  assert.deepEqual(raw?.content, { kind: 'file', file: 'in.bin' });
  assert.equal(maxConcurrent, 65_536);
});

test('a world has a thousand clients at most', () => {
  const world = (count: number): string => {
    const clients = Array.from({ length: count }, (_, index) => {
      return [`c${index}`, { workflow: 'shop', send: 'x' }];
    });
    const workflows = { shop: { source: 'shop.c' } };
    return JSON.stringify({ workflows, world: { clients: Object.fromEntries(clients) } });
  };
  assert.equal(parse(world(1000)).world.clients.length, 1000);
  assert.match(configErrorOf(world(1001))?.message ?? '', /more than 1000 clients in one world/);
});

test('every good file is read', () => {
  for (const { name, text } of configFixtures('good')) {
    assert.equal(configErrorOf(text), undefined, name);
  }
});

test('every bad file is refused with its problems and their places', () => {
  for (const { name, text, expectedFile } of configFixtures('bad')) {
    const error = configErrorOf(text);
    assert.ok(error !== undefined, `${name} is accepted`);
    assert.equal(error.code, 'config-invalid');
    const actual = error.problems
      .map(({ code, line, column, message }) => `${line}:${column} ${code}: ${message}\n`)
      .join('');
    if (process.env.UPDATE_GOLDEN === '1') writeFileSync(expectedFile, actual);
    assert.equal(actual, readFileSync(expectedFile, 'utf8'), name);
  }
});

test('the message of the error has a line with file, line and column for each problem', () => {
  const error = configErrorOf('{\n  "wrkflows": {},\n  "faults": 1\n}');
  assert.equal(
    error?.message,
    'backstitch.json:2:3: unknown key "wrkflows"; did you mean "workflows"?\n' +
      'backstitch.json:3:13: faults has to be text in double quotes, not 1',
  );
});

test('at most 100 problems are listed', () => {
  const keys = Array.from({ length: 150 }, (_, index) => `"k${index}": 1`);
  assert.equal(configErrorOf(`{ ${keys.join(', ')} }`)?.problems.length, 100);
});

test('a file that is too large or nested too deep is refused without being read', () => {
  assert.match(configErrorOf(' '.repeat(4 * 1024 * 1024 + 1))?.message ?? '', /longer than/);
  assert.match(configErrorOf('['.repeat(200_000))?.message ?? '', /nested more than 64 levels/);
  assert.match(configErrorOf('{"a":'.repeat(200_000))?.message ?? '', /nested more than 64/);
});

test('brackets inside text and comments do not count as nesting', () => {
  const brackets = '['.repeat(100);
  assert.equal(
    configErrorOf(`{ /* ${brackets} */ "faults": "${brackets}" } // ${brackets}`),
    undefined,
  );
});

test('keys named as members of every JavaScript object are ordinary keys', () => {
  assert.match(configErrorOf('{ "__proto__": {} }')?.message ?? '', /unknown key "__proto__"/);
  const config = parse('{ "workflows": { "constructor": { "source": "a.c" } } }');
  assert.equal(config.workflows[0]?.name, 'constructor');
});
