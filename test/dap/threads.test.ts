import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { STEPS } from './helpers/programs.ts';
import { TestClient } from './helpers/test-client.ts';
import { closeTestHost } from './helpers/test-host.ts';

const folder = mkdtempSync(join(tmpdir(), 'backstitch-threads-'));

before(() => {
  const workflows = { steps: { source: STEPS, args: ['2'], count: 3 } };
  writeFileSync(join(folder, 'backstitch.json'), JSON.stringify({ workflows }));
});
after(async () => {
  rmSync(folder, { recursive: true, force: true });
  await closeTestHost();
});

describe('executions as threads', () => {
  it('are listed with what has become of them at the instant that is looked at', async () => {
    const client = new TestClient();
    await client.launchTo({ program: folder, stopOnEntry: true });
    const names = async () =>
      (await client.threadsRequest()).body.threads.map(({ id, name }) => `${id} ${name}`);
    assert.deepEqual(await names(), [
      '1 steps-1 · running',
      '2 steps-2 · running',
      '3 steps-3 · running',
    ]);
    await client.move('continue');
    const completed = ['1 steps-1', '2 steps-2', '3 steps-3'].map(
      (name) => `${name} · completed with exit code 0`,
    );
    assert.deepEqual(await names(), completed);
    await client.move('reverseContinue');
    assert.deepEqual(await names(), [
      '1 steps-1 · running',
      '2 steps-2 · running',
      '3 steps-3 · running',
    ]);
  });

  it('step on their own, and the thread that steps is the one that stops', async () => {
    const client = new TestClient();
    await client.launchTo({ program: folder, stopOnEntry: true });
    const stop = await client.move('next', 3);
    assert.equal(stop.threadId, 3);
    const effect = async (thread: number) =>
      (await client.scope('Effect', thread)).get('effect')?.value;
    assert.equal(await effect(3), 'clock.read #0');
    await client.move('next', 3);
    assert.equal(await effect(3), 'stdout.write #1');
    await client.move('stepBack', 3);
    assert.equal(await effect(3), 'clock.read #0');
  });

  it('that have not begun have no frames', async () => {
    const client = new TestClient();
    await client.launchTo({ program: folder, stopOnEntry: true });
    assert.equal((await client.frames(1)).length > 0, true);
    assert.deepEqual(await client.frames(2), []);
  });

  it('all meet a breakpoint, in the order of virtual time, and backwards in reverse', async () => {
    const client = new TestClient();
    const first = await client.launchTo({ program: folder }, () =>
      client.setFunctionBreakpointsRequest({ breakpoints: [{ name: 'twice' }] }),
    );
    const visit = async (threadId: number) =>
      `${threadId} ${(await client.scope('Effect', threadId)).get('effect')?.value}`;
    const forwards = [await visit(first.threadId)];
    for (;;) {
      const { reason, threadId } = await client.move('continue');
      if (reason === 'end') break;
      forwards.push(await visit(threadId));
    }
    assert.equal(forwards.length, 6);
    const backwards: string[] = [];
    for (;;) {
      const { reason, threadId } = await client.move('reverseContinue');
      if (reason === 'entry') break;
      backwards.push(await visit(threadId));
    }
    assert.deepEqual(backwards, [...forwards].reverse());
  });
});
