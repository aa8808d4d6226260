import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { backstitch, type CommandResult, ensureDist } from '../helpers/dist.ts';
import { buildProgram, closeBuilder } from '../helpers/programs.ts';

const PROMISE = 'http://promises.backstitch/self/approval';
const MESSAGES = 'http://executions.backstitch/self/messages';

describe('promises and messages on the command line', () => {
  let folder: string;
  const run = (...args: string[]): CommandResult => backstitch(args, { cwd: folder });

  before(async () => {
    ensureDist();
    folder = mkdtempSync(join(tmpdir(), 'backstitch-promises-'));
    const { bytes } = await buildProgram('test/fixtures/programs/script.c');
    writeFileSync(join(folder, 'script.wasm'), bytes);
  });
  after(async () => {
    rmSync(folder, { recursive: true, force: true });
    await closeBuilder();
  });

  it('keeps promises and sends messages before a run begins', () => {
    const given = ['--promise', 'script-1/approval=yes=1', '--message', 'script-1=hello'];
    const program = ['--', 'get', `${PROMISE}?timeout=3d`, 'get', MESSAGES];
    const { code, stdout, stderr } = run('run', 'script.wasm', '-q', ...given, ...program);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^GET 200 yes=1\nGET 200 hello\n/);
  });

  it('says which promise nobody keeps, and goes on with the recording once somebody does', () => {
    const waiting = run('run', 'script.wasm', '-q', '-o', 'wait.backstitch', '--', 'get', PROMISE);
    assert.equal(waiting.code, 75);
    assert.match(waiting.stderr, /script-1 waits for the promise approval, which nobody has kept/);
    assert.match(waiting.stderr, /--resume .*wait\.backstitch --promise script-1\/approval=VALUE/);
    const resume = ['run', '-q', '--resume', 'wait.backstitch', '--promise'];
    const other = run(...resume, 'script-1/other=yes');
    assert.equal(other.code, 75);
    const kept = run(...resume, 'script-1/approval=yes');
    assert.equal(kept.code, 0, kept.stderr);
    assert.match(kept.stdout, /^GET 200 yes\n/);
    assert.equal(run('replay', 'wait.backstitch').code, 0);
  });

  it('goes on with a recording that waits for a message', () => {
    const waiting = run(
      'run',
      'script.wasm',
      '-q',
      '-o',
      'inbox.backstitch',
      '--',
      'get',
      MESSAGES,
    );
    assert.equal(waiting.code, 75);
    assert.match(waiting.stderr, /--resume .*inbox\.backstitch --message script-1=TEXT/);
    const sent = run('run', '-q', '--resume', 'inbox.backstitch', '--message', 'script-1=go');
    assert.equal(sent.code, 0, sent.stderr);
    assert.match(sent.stdout, /^GET 200 go\n/);
  });

  it('refuses names that nothing has', () => {
    const refused = (problem: RegExp, ...given: string[]): void => {
      const { code, stderr } = run('run', 'script.wasm', '-q', ...given);
      assert.equal(code, 64, stderr);
      assert.match(stderr, problem);
    };
    refused(/--promise approval: write NAME=VALUE/, '--promise', 'approval');
    refused(/--message =x: write EXECUTION=TEXT/, '--message', '=x');
    refused(/self\/approval .*: <execution>\/approval/, '--promise', 'self/approval=yes');
    refused(/no execution order-1; there is script-1/, '--message', 'order-1=x');
  });
});
