import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { ExplorePool } from '../../../simulator/cli/node/explore-pool.ts';
import { HostProblemError } from '../../../simulator/cli/node/host-client.ts';
import type { ExploreReport } from '../../../simulator/explore/report.ts';

/** Hosts that do what a script says instead of exploring: `tell` and `answer` speak for them. */
const PRELUDE = `
const { parentPort } = require('node:worker_threads');
const event = (event) => parentPort.postMessage({ kind: 'event', event });
const report = (more) => ({
  version: 1, workflow: 'w', seed: 1, shard: { index: 1, count: 1 }, stopped: 'complete', runs: 0, next: 0,
  strategies: [], coverage: { tried: 0, possible: 0, lines: [], effects: {} }, findings: [],
  sometimes: {}, problems: [], ...more,
});
const ready = () => event({ kind: 'state', state: { kind: 'running' }, now: 0n, secondsBetweenEffects: 60 });
const explored = (more) => event({ kind: 'explored', report: report({ stopped: 'cancelled', ...more }) });
const onRequest = (take) => parentPort.on('message', ({ id, request }) =>
  take(request, (more) => parentPort.postMessage({ kind: 'answer', id, value: report(more) })));
`;

describe('a pool that explores', () => {
  const folder = mkdtempSync(join(tmpdir(), 'backstitch-pool-'));
  after(() => rmSync(folder, { recursive: true, force: true }));

  function pool(name: string, script: string, timeMs?: number, workers = 1): ExplorePool {
    const file = join(folder, `${name}.cjs`);
    writeFileSync(file, PRELUDE + script);
    return new ExplorePool({
      script: file,
      options: { target: { path: 'w' }, ...(timeMs === undefined ? {} : { timeMs }) },
      workers,
      onProgress: () => undefined,
      onFinding: () => undefined,
      onEvent: () => undefined,
    });
  }

  async function problemOf(run: Promise<ExploreReport>): Promise<string> {
    const error: unknown = await run.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof HostProblemError, String(error));
    return `${error.problem.code}: ${error.problem.message}`;
  }

  it('ends a host that does not break off when its time is over, and keeps what it told', async () => {
    const { stopped, runs, failure } = await pool(
      'deaf',
      `onRequest(({ kind }) => { if (kind !== 'explore') return; ready(); explored({ runs: 7, next: 7 }); });`,
      200,
    ).run();
    assert.deepEqual({ stopped, runs, failure }, { stopped: 'time', runs: 7, failure: undefined });
  });

  it('tells all hosts when the time is over, counted from when the first is ready', async () => {
    const { stopped, runs } = await pool(
      'late',
      `
let answer;
onRequest(({ kind, options }, reply) => {
  if (kind === 'cancel') return answer({ stopped: 'cancelled', runs: 3 });
  answer = reply;
  // The second is never ready by itself.
  if (options.shard.index === 1) ready();
});`,
      200,
      2,
    ).run();
    assert.deepEqual({ stopped, runs }, { stopped: 'time', runs: 6 });
  });

  it('says so when the time was over before anything was tried', async () => {
    const deaf = pool(
      'silent',
      `onRequest(({ kind }) => { if (kind === 'explore') ready(); });`,
      100,
    );
    assert.match(await problemOf(deaf.run()), /^time-up: .*nothing was tried/);
  });

  it('says so when it is cancelled before anything was tried', async () => {
    const deaf = pool('mute', `onRequest(() => {});`);
    const run = deaf.run();
    deaf.cancel();
    assert.match(await problemOf(run), /^interrupted: /);
  });

  it('keeps what a host had found that dies, and says why it died', async () => {
    const { stopped, runs, failure } = await pool(
      'dying',
      `onRequest(() => { ready(); explored({ runs: 9, next: 9 }); setTimeout(() => { throw new Error('a broken host'); }, 50); });`,
    ).run();
    assert.equal(stopped, 'failed');
    assert.equal(runs, 9);
    assert.equal(failure?.code, 'internal');
    assert.match(failure.message, /a broken host/);
  });

  it('throws what a host dies of that had tried nothing', async () => {
    const dying = pool(
      'stillborn',
      `onRequest(() => { ready(); explored({}); setTimeout(() => { throw new Error('a broken host'); }, 50); });`,
    );
    assert.match(await problemOf(dying.run()), /^internal: .*a broken host/);
  });

  it('keeps what other hosts come to when one dies that had tried nothing', async () => {
    const { stopped, runs, failure } = await pool(
      'one-of-two',
      `
onRequest(({ options }, reply) => {
  ready();
  if (options.shard.index === 1) throw new Error('a broken host');
  setTimeout(() => reply({ runs: 5 }), 50);
});`,
      undefined,
      2,
    ).run();
    assert.deepEqual([stopped, runs, failure?.code], ['failed', 5, 'internal']);
  });

  it('keeps what a host has found since it last told what it came to', async () => {
    const { stopped, findings } = await pool(
      'found-late',
      `
const found = { key: 'k', original: { trial: 8 }, runs: 1 };
onRequest(({ kind }) => {
  if (kind !== 'explore') return;
  ready();
  explored({ runs: 7, next: 7 });
  event({ kind: 'finding', finding: found });
});`,
      200,
    ).run();
    assert.deepEqual([stopped, findings.map(({ key }) => key)], ['time', ['k']]);
  });

  it('is over, and has not failed, when one host had no time for its undisturbed run', async () => {
    const { stopped, runs, next, failure } = await pool(
      'no-time',
      `
parentPort.on('message', ({ id, request: { kind, options } }) => {
  if (kind !== 'explore') return;
  ready();
  const problem = { severity: 'error', code: 'time-up', message: 'no time' };
  parentPort.postMessage(
    options.shard.index === 2
      ? { kind: 'answer', id, value: report({ runs: 5, next: 9 }) }
      : { kind: 'failure', id, problem },
  );
});`,
      10_000,
      2,
    ).run();
    // What was the part of the first was not tried, so resuming begins before it.
    assert.deepEqual([stopped, runs, next, failure], ['time', 5, 0, undefined]);
  });
});
