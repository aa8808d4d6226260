import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { backstitch, type CommandResult, ensureDist, startBackstitch } from '../helpers/dist.ts';
import { buildProgram, closeBuilder } from '../helpers/programs.ts';

const PROMISE = 'http://promises.backstitch/self/approval';
const MESSAGES = 'http://executions.backstitch/self/messages';

/** Each reports what it saw, so that a test knows which run was judged. */
const CHECKS = `
const text = (run) => JSON.stringify(run.executions.map(({ stdout }) => stdout));
export function tells(run) { return 'saw ' + text(run); }
`;
/** Together they compute for longer than any test waits: each is ended after 5 s. */
const LOOPS = [1, 2, 3, 4, 5, 6].map((at) => `export function l${at}() { for (;;); }`).join('\n');

describe('run --check', () => {
  let folder: string;
  const path = (name: string): string => join(folder, name);
  const run = (...args: string[]): CommandResult =>
    backstitch(['run', '--no-timeline', ...args], { cwd: folder });

  before(async () => {
    ensureDist();
    folder = mkdtempSync(join(tmpdir(), 'backstitch-run-checks-'));
    const { bytes } = await buildProgram('test/fixtures/programs/script.c');
    writeFileSync(path('script.wasm'), bytes);
    writeFileSync(path('shop.mjs'), "export const handle = () => ({ status: 200, body: 'fine' });");
    writeFileSync(path('checks.mjs'), CHECKS);
    writeFileSync(path('loops.mjs'), LOOPS);
    const lost = { faults: [{ kind: 'lose-response', at: { effect: 'http.request' } }] };
    writeFileSync(path('lost.json'), JSON.stringify(lost));
    const module = 'script.wasm';
    const unknownOutcome = [{ request: 'POST http://shop/*', policy: 'ask' }];
    const workflows = {
      ask: { module, args: ['post', 'http://shop/buy', 'x', 'print', 'end'], unknownOutcome },
      approve: { module, args: ['get', PROMISE, 'get', MESSAGES] },
      feed: { module, args: ['input', 'input'], stdin: { interactive: true } },
    };
    const world = { services: { shop: { script: 'shop.mjs', hosts: ['shop'] } } };
    writeFileSync(path('backstitch.json'), JSON.stringify({ workflows, world }));
  });
  after(async () => {
    rmSync(folder, { recursive: true, force: true });
    await closeBuilder();
  });

  it('judges the run in which questions were answered', () => {
    const asked = ['ask', '-q', '--faults', 'lost.json', '--check', 'completes'];
    const waiting = run(...asked);
    assert.equal(waiting.code, 71, waiting.stderr);
    const retried = run(...asked, '--answer', 'retry');
    assert.equal(retried.code, 0, retried.stdout + retried.stderr);
    assert.match(retried.stdout, /✓ ask passes its checks/);
    const failed = run('ask', '--faults', 'lost.json', '--answer', 'fail', '--check', 'checks.mjs');
    assert.match(failed.stdout, /error: tells: saw \["POST failed/);
  });

  it('judges the run that was given promises and messages', () => {
    const kept = ['--promise', 'approve-1/approval=yes', '--message', 'approve-1=hello'];
    const { code, stdout, stderr } = run('approve', ...kept, '--check', 'checks.mjs');
    assert.equal(code, 71, stderr);
    assert.match(stdout, /error: tells: saw \["GET 200 yes\\nGET 200 hello\\n/);
    assert.doesNotMatch(stdout, /error: (?!tells)/);
  });

  it('judges with what a pipe gave that is still open, and says so', async () => {
    const args = ['run', 'feed', '--no-timeline', '--check', 'checks.mjs'];
    const child = startBackstitch(args, { cwd: folder });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (bytes) => {
      stdout += bytes;
    });
    child.stderr.on('data', (bytes) => {
      stderr += bytes;
    });
    child.stdin.write('x'.repeat(300));
    const [code] = await once(child, 'close');
    assert.equal(code, 71, stderr);
    assert.match(stdout, /^input 256\ninput 44\ndone/);
    assert.match(stdout, /error: tells: saw \["input 256\\ninput 44\\ndone/);
    assert.match(stderr, /the checks are asked about a run that has the input from its beginning/);
  });

  it('refuses to write folders back that the judged run begins with', () => {
    mkdirSync(path('data'));
    const mounted = ['script.wasm', '--dir', '/data=data', '--write-back', '--check', 'all'];
    const { code, stderr } = run(...mounted, '--', 'append', '/data/log', 'x');
    assert.equal(code, 64, stderr);
    assert.match(stderr, /--check: .*--write-back has changed by then; leave out one of the two/);
    assert.deepEqual(readdirSync(path('data')), []);
  });

  it('ends checks that are under way with Ctrl-C', async () => {
    const args = [
      'run',
      'script.wasm',
      '--no-timeline',
      '--check',
      'loops.mjs',
      '-o',
      'c.backstitch',
    ];
    const child = startBackstitch([...args, '--', 'print', 'a'], { cwd: folder });
    let stderr = '';
    child.stderr.on('data', (bytes) => {
      stderr += bytes;
    });
    await once(child.stdout, 'data');
    await delay(1500);
    child.kill('SIGINT');
    const began = performance.now();
    const [code] = await once(child, 'close');
    assert.equal(code, 130, stderr);
    assert.match(stderr, /interrupted before the checks had answered/);
    assert.ok(performance.now() - began < 5000);
    assert.ok(existsSync(path('c.backstitch')));
  });

  it('ends checks that are under way when the time is over', () => {
    const { code, stdout, stderr } = run(
      ...['script.wasm', '--timeout', '4s', '--check', 'loops.mjs', '--', 'print', 'a'],
    );
    assert.equal(code, 124, stderr);
    assert.match(stdout, /^a 811c9dc5\n/);
    assert.match(
      stderr,
      /ended after 4 s of real time \(--timeout\), before the checks had answered/,
    );
  });
});
