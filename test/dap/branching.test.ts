import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { ORDER, STEPS } from './helpers/programs.ts';
import { TestClient } from './helpers/test-client.ts';
import { closeTestHost } from './helpers/test-host.ts';

const folder = mkdtempSync(join(tmpdir(), 'backstitch-branch-'));

after(async () => {
  rmSync(folder, { recursive: true, force: true });
  await closeTestHost();
});

const CRASH = { kind: 'crash', point: 'performed' };

function ledgerLines(timeline: string): string[] {
  return timeline.split('\n').filter((line) => /^ +\d+\. /.test(line));
}

describe('injecting', () => {
  it('lets a fault befall the effect at hand of a live simulation', async () => {
    const client = new TestClient();
    await client.launchTo({ program: ORDER }, () =>
      client.setFunctionBreakpointsRequest({ breakpoints: [{ name: 'http.request' }] }),
    );
    const { body } = await client.customRequest('backstitch/inject', { fault: CRASH });
    assert.deepEqual(body, { branch: false });
    await client.setFunctionBreakpointsRequest({ breakpoints: [] });
    const end = await client.move('continue');
    assert.equal(end.description, 'order-1 exited with 0');
    const timeline = await client.evaluate('.timeline', 'repl');
    // Charged once: the second request carries the same key.
    assert.equal(ledgerLines(timeline).length, 4);
    assert.match(timeline, /3 attempts/);
  });

  it('in the past of a live simulation begins a branch there', async () => {
    const client = new TestClient();
    await client.launchTo({ program: ORDER });
    assert.equal(ledgerLines(await client.evaluate('.timeline', 'repl')).length, 3);
    await client.arrival(() => client.evaluate('.seek 3', 'repl'));
    const before = (await client.frames()).map(({ name, line }) => `${name}:${line}`);
    const moved = await client.arrival(() =>
      client.evaluate(`.inject ${JSON.stringify(CRASH)}`, 'repl'),
    );
    assert.equal(moved.reason, 'goto');
    assert.deepEqual(
      (await client.frames()).map(({ name, line }) => `${name}:${line}`),
      before,
    );
    assert.match((await client.scope('Effect')).get('state')?.value ?? '', /about to be performed/);
    const outputs = client.text('stdout');
    assert.equal((await client.move('continue')).description, 'order-1 exited with 0');
    assert.equal(ledgerLines(await client.evaluate('.timeline', 'repl')).length, 4);
    // What was shown before the branch is not shown again.
    const since = client.text('stdout').slice(outputs.length);
    assert.equal(since.match(/accepted A-17/g)?.length, 1);
    assert.match(client.text('console'), /A branch begins before order-1 #3/);
  });

  it('in a recording begins a live branch as well', async () => {
    const recording = join(folder, 'order.backstitch');
    const recorder = new TestClient();
    await recorder.launchTo({ program: ORDER, record: recording });
    await recorder.disconnectRequest();
    const client = new TestClient();
    const at = await client.launchTo({ recording, execution: 'order-1', seq: 8 });
    assert.equal(at.reason, 'goto');
    const lost = { kind: 'lose-response' };
    const moved = client.waitForEvent('stopped');
    const { body } = await client.customRequest('backstitch/inject', { fault: lost });
    assert.deepEqual(body, { branch: true });
    await moved;
    await client.setExceptionBreakpointsRequest({ filters: ['fault'] });
    const fault = await client.move('continue');
    assert.match(fault.description, /lost/);
    assert.equal((await client.move('continue')).description, 'order-1 exited with 0');
  });

  it('leaves out inputs that came after the branch', async () => {
    const client = new TestClient();
    await client.launchTo({ program: STEPS, args: ['0', 'read'], interactive: true });
    await client.evaluate('.feed first', 'repl');
    await client.move('continue');
    assert.equal(client.text('stdout'), 'first\nend\n');
    await client.arrival(() => client.evaluate('.seek 1', 'repl'));
    await client.arrival(() => client.evaluate('.inject {"kind": "pause", "for": "1s"}', 'repl'));
    const waiting = await client.move('continue');
    assert.match(waiting.description, /Waiting for input/);
    await client.evaluate('.feed second', 'repl');
    await client.move('continue');
    assert.equal(client.text('stdout'), 'first\nend\nsecond\nend\n');
  });

  it('refuses what is no fault, with its place, and stays where it is', async () => {
    const client = new TestClient();
    await client.launchTo({ program: STEPS, stopOnEntry: true });
    const wrong = { kind: 'crash', point: 'sometime' };
    await assert.rejects(client.customRequest('backstitch/inject', { fault: wrong }), /point/);
    await assert.rejects(client.evaluate('.inject crash', 'repl'), /write \.inject/);
    await client.move('next');
  });

  it('is refused at an end', async () => {
    const client = new TestClient();
    await client.launchTo({ program: STEPS });
    await assert.rejects(
      client.customRequest('backstitch/inject', { fault: CRASH }),
      /has ended here/,
    );
  });
});

describe('seeking', () => {
  it('goes to any effect of the past, and as far as it gets in the future', async () => {
    const client = new TestClient();
    await client.launchTo({ program: ORDER, stopOnEntry: true });
    const seek = (execution: string, seq: number) =>
      client.arrival(() => client.customRequest('backstitch/seek', { execution, seq }));
    const effect = async () => (await client.scope('Effect')).get('effect')?.value;
    assert.equal((await seek('order-1', 6)).reason, 'goto');
    assert.equal(await effect(), 'wait.poll #6');
    await seek('order-1', 2);
    assert.equal(await effect(), 'random.read #2');
    await seek('order-1', 1000);
    assert.equal(await client.place(), 'order-1 exited with 0');
    const { body } = await client.customRequest('backstitch/timeline');
    assert.equal(body.execution, 'order-1');
    assert.match(body.text, /order-1 {2}completed/);
  });

  it('tells the client that everything has changed, when it wants to know', async () => {
    const client = new TestClient();
    await client.launchTo({ program: STEPS });
    await client.arrival(() =>
      client.customRequest('backstitch/seek', { execution: 'steps-1', seq: 1 }),
    );
    assert.equal(
      client.events.some(({ event }) => event === 'invalidated'),
      false,
    );
    const modern = new TestClient();
    await modern.initializeRequest({ ...MODERN });
    const initialized = modern.waitForEvent('initialized');
    await modern.customRequest('launch', { program: STEPS, stopOnEntry: true });
    await initialized;
    await modern.arrival(() => modern.configurationDoneRequest());
    const invalidated = modern.waitForEvent('invalidated');
    await modern.customRequest('backstitch/seek', { execution: 'steps-1', seq: 1 });
    assert.deepEqual((await invalidated).body.areas, ['all']);
  });

  it('names the executions there are when one is unknown', async () => {
    const client = new TestClient();
    await client.launchTo({ program: STEPS });
    await client.arrival(() =>
      client.customRequest('backstitch/seek', { execution: 'other', seq: 0 }),
    );
    assert.match(client.text('important'), /no execution other; there is steps-1/);
  });
});

const MODERN = {
  adapterID: 'backstitch',
  linesStartAt1: true,
  columnsStartAt1: true,
  pathFormat: 'path',
  supportsInvalidatedEvent: true,
};
