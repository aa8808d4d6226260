import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { HostProblemError } from '../../simulator/cli/node/host-client.ts';
import { WatchedHost } from '../../simulator/cli/node/watched-host.ts';

/** Answers with which host it is and how much it was asked; computes for ever, or dies, when told to. */
const HOST = `
const { parentPort, threadId, workerData } = require('node:worker_threads');
const BUSY = 2;
let asked = 0;
parentPort.on('message', ({ id, request }) => {
  if (request.scenario === 'loops') {
    new Int32Array(workerData.mailbox, 0, 8)[BUSY] = 1;
    for (;;);
  }
  if (request.scenario === 'dies') throw new Error('the host dies');
  parentPort.postMessage({ kind: 'answer', id, value: { workflow: threadId + ' ' + ++asked } });
});
`;

const SILENCE_MS = 500;

describe('a host that is watched', () => {
  const folder = mkdtempSync(join(tmpdir(), 'backstitch-watched-'));
  const script = join(folder, 'host.cjs');
  let host: WatchedHost;

  before(() => {
    writeFileSync(script, HOST);
    host = new WatchedHost(script, SILENCE_MS);
  });
  after(async () => {
    await host.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const check = async (scenario: string) => {
    const { workflow } = await host.request({ kind: 'check', scenario }, scenario);
    const [thread, asked] = workflow.split(' ');
    return { thread, asked };
  };
  const codeOf = (code: string, message: RegExp) => (error: unknown) => {
    assert.ok(error instanceof HostProblemError);
    assert.equal(error.problem.code, code);
    assert.match(error.problem.message, message);
    return true;
  };

  it('answers one thing after the other', async () => {
    const first = await check('holds');
    assert.deepEqual(await check('holds'), { ...first, asked: '2' });
  });

  it('is ended where a program computes for ever, and a new one answers what comes next', async () => {
    const { thread } = await check('holds');
    await assert.rejects(
      check('loops'),
      codeOf('stuck', /^loops: .*computed for [\d.]+ s without/),
    );
    const next = await check('holds');
    assert.notEqual(next.thread, thread);
    assert.equal(next.asked, '1');
  });

  it('is replaced where it has died', async () => {
    await assert.rejects(check('dies'), (error) => error instanceof HostProblemError);
    assert.equal((await check('holds')).asked, '1');
  });

  it('tells whoever waits that it was closed', async () => {
    const waiting = assert.rejects(check('loops'), codeOf('host-ended', /ended/));
    await host.close();
    await waiting;
    assert.equal((await check('holds')).asked, '1');
  });
});
