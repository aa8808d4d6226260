/** Clocks that are changed by hand in the scope Execution. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { openRecorded } from '../../simulator/host/recorded-simulation.ts';
import { SourceSites } from '../../simulator/host/source-sites.ts';
import { verifyExecution } from '../../simulator/host/verify.ts';
import { projectRoot } from '../helpers/project-root.ts';
import { lineWith, ORDER, SCRIPT } from './helpers/programs.ts';
import { TestClient } from './helpers/test-client.ts';
import { closeTestHost, testHost } from './helpers/test-host.ts';

const CLOCK = join(projectRoot, 'examples/effects/clock.c');
const WALL = "node's wall clock";
const MONOTONIC = "node's monotonic clock";
const folder = mkdtempSync(join(tmpdir(), 'backstitch-clock-'));

before(() => {
  const get = { source: SCRIPT, args: ['get', 'http://payment.example/x', 'wall'], count: 2 };
  const payment = { script: join(ORDER, 'payment.mjs'), hosts: ['payment.example'] };
  const config = { workflows: { get }, world: { services: { payment } } };
  writeFileSync(join(folder, 'backstitch.json'), JSON.stringify(config));
});
after(async () => {
  rmSync(folder, { recursive: true, force: true });
  await closeTestHost();
});

async function clock(client: TestClient, name: string, threadId = 1): Promise<string> {
  return (await client.scope('Execution', threadId)).get(name)?.value ?? 'not there';
}

/** Sets what a scope shows at the innermost frame of a thread; gives what it is then. */
async function set(
  client: TestClient,
  name: string,
  value: string,
  { scope = 'Execution', threadId = 1 } = {},
): Promise<string> {
  const [frame] = await client.frames(threadId);
  const { body } = await client.scopesRequest({ frameId: frame?.id ?? 0 });
  const { variablesReference = 0 } = body.scopes.find((each) => each.name === scope) ?? {};
  const args = { variablesReference, name, value };
  const answer = (await client.customRequest('setVariable', args)) as DebugProtocol.Response;
  return (answer.body as { value: string }).value;
}

/** The program at its end, from where one goes back to an effect. */
async function inThePast(seq: number, more: object = {}): Promise<TestClient> {
  const client = new TestClient();
  await client.launchTo({ program: CLOCK, ...more });
  await client.arrival(() => client.evaluate(`.seek ${seq}`, 'repl'));
  return client;
}

async function effects(client: TestClient): Promise<string[]> {
  return (await client.evaluate('.effects', 'repl')).split('\n').map((line) => line.slice(2));
}

describe('a clock that is set in the past', () => {
  it('makes a branch, in which the program reads it from there on', async () => {
    const client = await inThePast(0);
    assert.equal(await clock(client, WALL), '2026-01-01 00:00:00.000');
    let answer = '';
    const stop = await client.arrival(async () => {
      answer = await set(client, WALL, '2040-02-29 10:00');
    });
    assert.equal(answer, '2040-02-29 10:00:00.000');
    assert.equal(stop.reason, 'goto');
    assert.equal(await clock(client, WALL), answer);
    assert.equal((await client.scope('Effect')).get('effect')?.value, 'clock.read #0');
    assert.match(client.text('console'), /A branch begins before clock-1 #0/);
    const list = await client.evaluate('.branches', 'repl');
    assert.match(
      list,
      /the wall clock of node-a is set to 2040-02-29 10:00:00\.000 \(in memory\)$/,
    );
    await client.move('continue');
    assert.match(client.text('stdout'), /it is 2040-02-29T10:00:00Z\n/);
  });

  it('shows what it showed before, and what it was set to, in either direction', async () => {
    const client = await inThePast(2);
    await client.arrival(() => set(client, WALL, '2040-02-29 10:00'));
    await client.move('stepBack');
    assert.equal(await clock(client, WALL), '2026-01-01 00:00:00.000');
    await client.move('next');
    assert.equal(await clock(client, WALL), '2040-02-29 10:00:00.000');
    await client.move('continue');
    for (const seq of [6, 2]) {
      await client.arrival(() => client.evaluate(`.seek ${seq}`, 'repl'));
      assert.match(await clock(client, WALL), /^2040-02-29 10:00:00\.(250|000)$/);
    }
    await client.move('stepBack');
    assert.equal(await clock(client, WALL), '2026-01-01 00:00:00.000');
    // What was printed before is as it was.
    assert.match(client.text('stdout'), /^it is 2026-01-01T00:00:00Z\n/);
  });

  it('jumps by what is written with a sign, once more at the same effect too', async () => {
    const client = await inThePast(0);
    await client.arrival(() => set(client, WALL, '+1h'));
    assert.equal(await clock(client, WALL), '2026-01-01 01:00:00.000');
    // It is at the live edge now.
    assert.equal(await set(client, WALL, '-30min'), '2026-01-01 00:30:00.000');
    assert.equal(await clock(client, WALL), '2026-01-01 00:30:00.000');
    await client.move('continue');
    assert.match(client.text('stdout'), /it is 2026-01-01T00:30:00Z\n/);
    assert.doesNotMatch(await client.evaluate('.branches', 'repl'), /^2\./m);
  });

  it('may be the monotonic clock, which the program never sees run backwards', async () => {
    const ahead = await inThePast(5);
    await ahead.arrival(() => set(ahead, MONOTONIC, '+1d'));
    await ahead.move('continue');
    assert.match((await effects(ahead)).join('\n'), /#5 clock\.read monotonic -> 1 d 1 h/);
    const back = await inThePast(5);
    await back.arrival(() => set(back, MONOTONIC, '5 min'));
    assert.equal(await clock(back, MONOTONIC), '5 min');
    await back.move('continue');
    assert.match((await effects(back)).join('\n'), /#5 clock\.read monotonic -> 1 h/);
    assert.match(back.text('stdout'), /a nap of 250 ms took less\n$/);
  });

  it('stays at the statement that is looked at', async () => {
    const client = new TestClient();
    const line = lineWith(CLOCK, 'long long before');
    await client.launchTo({ program: CLOCK, steps: 'statements' });
    await client.setBreakpointsRequest({ source: { path: CLOCK }, breakpoints: [{ line }] });
    await client.move('reverseContinue');
    assert.equal(await client.line(), line);
    const stop = await client.arrival(() => set(client, MONOTONIC, '100d'));
    assert.equal(stop.reason, 'goto');
    assert.equal(await client.line(), line);
    assert.equal(await clock(client, MONOTONIC), '100 d');
    await client.setBreakpointsRequest({ source: { path: CLOCK }, breakpoints: [] });
    await client.move('continue');
    assert.match((await effects(client)).join('\n'), /#3 clock\.read monotonic -> 100 d/);
  });

  it('is recorded in the branch, which replays the same and differs from there on', async () => {
    const record = join(folder, 'clock.backstitch');
    const client = await inThePast(0, { record });
    await client.arrival(() => set(client, WALL, '2040-02-29 10:00'));
    await client.move('continue');
    const { body } = await client.customRequest('backstitch/compare', { recording: record });
    assert.match(
      body.text,
      /#0 got another result at clock\.c:\d+\n.* 2026-.*\n.* 2040-02-29 10:00/,
    );
    await client.disconnectRequest();
    const branch = await openRecorded(testHost(), join(folder, 'clock.branch-1.backstitch'));
    try {
      const [row] = branch.history.executions();
      assert.ok(row !== undefined);
      assert.equal(verifyExecution(branch, new SourceSites(branch), row).kind, 'same');
    } finally {
      branch.close();
    }
    const again = new TestClient();
    const recording = join(folder, 'clock.branch-1.backstitch');
    await again.launchTo({ recording, execution: 'clock-1', seq: 1 });
    assert.equal(await clock(again, WALL), '2040-02-29 10:00:00.000');
  });
});

describe('setting a clock', () => {
  it('needs no branch at the live edge', async () => {
    const client = new TestClient();
    await client.launchTo({ program: CLOCK, stopOnEntry: true });
    await set(client, WALL, '"1999-12-31T23:59:59.5Z"');
    assert.equal(await clock(client, WALL), '1999-12-31 23:59:59.500');
    assert.doesNotMatch(client.text('console'), /branch/);
    await client.move('continue');
    assert.match(client.text('stdout'), /^it is 1999-12-31T23:59:59Z\n/);
  });

  it('is refused for what is no reading of it, and changes nothing', async () => {
    const client = await inThePast(0);
    const wrong = ['', 'tomorrow', '1h', '2030-02-30', '2030-01-01 25:00', '5', '-100000d'];
    for (const text of wrong) {
      await assert.rejects(set(client, WALL, text), /the wall clock: .*(no reading|range)/, text);
    }
    await assert.rejects(set(client, MONOTONIC, '-2h'), /out of its range/);
    await assert.rejects(set(client, MONOTONIC, '2030-01-01'), /how long the node has been up/);
    assert.equal(await clock(client, WALL), '2026-01-01 00:00:00.000');
  });

  it('is refused where nothing reads it any more, and so is what is no clock', async () => {
    const client = new TestClient();
    await client.launchTo({ program: CLOCK });
    await assert.rejects(set(client, WALL, '+1h'), /has ended here/);
    await assert.rejects(set(client, 'virtual time', '5s'), /virtual time cannot be changed/);
  });
});

describe('what is set in the scopes of another thread', () => {
  /** The first execution has its response; the second waits for its own. */
  const apart = async (): Promise<TestClient> => {
    const client = new TestClient();
    await client.launchTo({ program: folder });
    await client.arrival(() => client.evaluate('.seek get-1 1', 'repl'));
    assert.equal((await client.scope('Effect', 1)).get('effect')?.value, 'stdout.write #1');
    assert.equal((await client.scope('Effect', 2)).get('effect')?.value, 'http.request #0');
    return client;
  };
  const begins = /A branch begins before get-2 #0/;

  it('is a clock for its execution', async () => {
    const client = await apart();
    const shown = await clock(client, WALL, 2);
    await client.arrival(() => set(client, WALL, '2040-01-01', { threadId: 2 }));
    assert.match(client.text('console'), begins);
    assert.match(shown, /^2026/);
    assert.match(await clock(client, WALL, 2), /^2040/);
  });

  it('is the result of its own effect', async () => {
    const client = await apart();
    const [frame] = await client.frames(2);
    const args = { expression: 'result.status', value: '500', frameId: frame?.id ?? 0 };
    await client.arrival(() => client.customRequest('setExpression', args));
    assert.match(client.text('console'), begins);
    const other = await apart();
    const result = (await other.scope('Effect', 2)).get('result');
    const { variablesReference = 0 } = result ?? {};
    const field = { variablesReference, name: 'status', value: '500' };
    await other.arrival(() => other.customRequest('setVariable', field));
    assert.match(other.text('console'), begins);
  });
});
