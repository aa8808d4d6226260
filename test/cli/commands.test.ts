import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import {
  backstitch,
  type CommandOptions,
  type CommandResult,
  ensureDist,
  startBackstitch,
} from '../helpers/dist.ts';
import { buildProgram, closeBuilder } from '../helpers/programs.ts';

describe('the command line', () => {
  let folder: string;
  const path = (name: string): string => join(folder, name);
  const run = (args: string[], options: Partial<CommandOptions> = {}): CommandResult =>
    backstitch(args, { cwd: folder, ...options });
  const record = (name: string, ...args: string[]): CommandResult =>
    run(['run', 'script.wasm', '-q', '-o', name, '--', ...args]);

  before(async () => {
    ensureDist();
    folder = mkdtempSync(join(tmpdir(), 'backstitch-command-'));
    const { bytes } = await buildProgram('test/fixtures/programs/script.c');
    writeFileSync(path('script.wasm'), bytes);
  });
  after(async () => {
    rmSync(folder, { recursive: true, force: true });
    await closeBuilder();
  });

  it('prints what the program prints to the same streams, and the timeline to standard error', () => {
    const { code, stdout, stderr } = run(['run', 'script.wasm', '--', 'print', 'hi', 'warn', 'oh']);
    assert.equal(code, 0);
    assert.match(stdout, /^hi [0-9a-f]{8}\ndone [0-9a-f]{8}\n$/);
    assert.match(stderr, /^oh\n─+\nscript-1 {2}completed/);
    const recording = path('.backstitch/recordings/script.backstitch');
    assert.ok(stderr.endsWith(`recorded in ${recording}\n`), stderr);
    assert.ok(existsSync(recording));
    assert.ok(!existsSync(`${recording}-log`) && !existsSync(`${recording}-lock`));
  });

  it('says nothing of its own with --quiet', () => {
    const { stdout, stderr } = run(['run', 'script.wasm', '-q', '--', 'print', 'hi', 'warn', 'oh']);
    assert.match(stdout, /^hi/);
    assert.equal(stderr, 'oh\n');
  });

  it('colours where it is told to, and draws with ASCII where nothing else is shown', () => {
    const colored = run(['run', 'script.wasm'], { env: { FORCE_COLOR: '1' } });
    assert.ok(colored.stderr.includes('\u001b[1mscript-1'));
    const both = { FORCE_COLOR: '1', NO_COLOR: '1', LC_ALL: 'C' };
    const plain = run(['run', 'script.wasm'], { env: both });
    assert.match(plain.stderr, /^[\n -~]+$/);
  });

  it('decides by the seed: equal seeds give equal runs', () => {
    const random = (seed: string): string =>
      run(['run', 'script.wasm', '-q', '--seed', seed, '--', 'random', '8', 'print', 'x']).stdout;
    assert.equal(random('5'), random('5'));
    assert.notEqual(random('5'), random('6'));
  });

  it('recovers from a planned crash, and tells of it', () => {
    writeFileSync(
      path('crash.json'),
      '{"faults": [{"kind": "crash", "point": "performed", "at": {"effect": "wait.poll"}}]}',
    );
    const args = [
      'run',
      'script.wasm',
      '--faults',
      'crash.json',
      '--',
      'print',
      'a',
      'sleep',
      '50',
    ];
    const { code, stdout, stderr } = run(args);
    assert.equal(code, 0);
    assert.equal(stdout.match(/^a /gm)?.length, 1);
    assert.match(stderr, /✗ node-a crashed/);
    assert.match(stderr, /attempt 2 on node-b, replays \d effects/);
    const undisturbed = run(args.map((text) => (text === 'crash.json' ? 'none' : text)));
    assert.doesNotMatch(undisturbed.stderr, /crashed/);
  });

  it('shows what another persistence level costs', () => {
    const args = ['run', 'script.wasm', '-q', '--faults', 'crash.json', '--persistence', 'none'];
    const { code, stderr } = run([...args, '--', 'print', 'a', 'sleep', '50']);
    assert.equal(code, 69);
    assert.match(stderr, /script-1 lost: node-a crashed, and persistence level none keeps nothing/);
  });

  it('feeds a pipe or a file to standard input, and configured input otherwise', () => {
    const read = ['run', 'script.wasm', '-q'];
    assert.match(run([...read, '--', 'input'], { input: 'hello\n' }).stdout, /^input 6\n/);
    writeFileSync(path('in.txt'), 'from a file');
    assert.match(run([...read, '--stdin', 'in.txt', '--', 'input']).stdout, /^input 11\n/);
    assert.match(
      run([...read, '--stdin', 'none', '--', 'input'], { input: 'x' }).stdout,
      /^input 0\n/,
    );
    assert.equal(run([...read, '--stdin', 'gone.txt']).code, 66);
  });

  it('feeds a pipe that is slow while the program waits', async () => {
    const child = startBackstitch(['run', 'script.wasm', '-q', '--json', '--', 'input'], {
      cwd: folder,
    });
    let stdout = '';
    for await (const chunk of child.stdout.setEncoding('utf8')) {
      stdout += chunk;
      if (stdout.includes('"state":"waiting"') && !child.stdin.writableEnded)
        child.stdin.end('late');
    }
    // What is printed at once may come in one event.
    assert.match(stdout, /"text":"input 4\\n/);
    assert.match(stdout, /"event":"summary","exitCode":0/);
  });

  it('mounts a copy of a folder, and writes it back only when asked', () => {
    mkdirSync(path('data'), { recursive: true });
    writeFileSync(path('data/log'), 'old ');
    const args = ['run', 'script.wasm', '-q', '--dir', '/data=data'];
    const program = ['--', 'append', '/data/log', 'new', 'read', '/data/log'];
    assert.match(run([...args, ...program]).stdout, /read \/data\/log 7/);
    assert.equal(readFileSync(path('data/log'), 'utf8'), 'old ');
    assert.equal(run([...args, '--write-back', ...program]).code, 0);
    assert.equal(readFileSync(path('data/log'), 'utf8'), 'old new');
    const readOnly = run(['run', 'script.wasm', '-q', '--dir', '/data=data:ro', ...program]);
    assert.match(readOnly.stdout, /open \/data\/log: .*Read-only|read \/data\/log 7/);
  });

  it('prints JSON lines that all parse, the summary last', () => {
    const { stdout, stderr, code } = run([
      'run',
      'script.wasm',
      '--json',
      '--',
      'print',
      'hi',
      'exit',
      '3',
    ]);
    assert.equal(code, 3);
    assert.equal(stderr, '');
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { event: string });
    const kinds = new Set(lines.map(({ event }) => event));
    for (const kind of ['state', 'output', 'execution', 'effect', 'summary'])
      assert.ok(kinds.has(kind), kind);
    assert.deepEqual(lines.at(-1)?.event, 'summary');
    assert.equal((lines.at(-1) as unknown as { exitCode: number }).exitCode, 3);
  });

  it('tells of failures in JSON too', () => {
    const { stdout, code } = run(['run', 'gone.wasm', '--json']);
    assert.equal(code, 66);
    const [problem, summary] = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.deepEqual([problem.event, problem.code], ['problem', 'unreadable']);
    assert.deepEqual([summary.event, summary.exitCode], ['summary', 66]);
  });

  it('replays a recording and finds it the same', () => {
    record('same.backstitch', 'wall', 'random', '4', 'print', 'x', 'sleep', '86400000');
    const { code, stdout } = run(['replay', 'same.backstitch']);
    assert.deepEqual([code, stdout], [0, '✓ script-1: the same, 5 effects replayed\n']);
    const json = run(['replay', 'same.backstitch', '--json']).stdout.trimEnd().split('\n');
    assert.deepEqual(JSON.parse(json[0] ?? ''), {
      event: 'replayed',
      kind: 'same',
      execution: 'script-1',
      replayed: 5,
    });
  });

  it('inspects a recording in every view', () => {
    record('views.backstitch', 'wall', 'print', 'x');
    const inspect = (...args: string[]): string => {
      const { code, stdout, stderr } = run(['inspect', 'views.backstitch', ...args]);
      assert.equal(code, 0, stderr);
      return stdout;
    };
    assert.match(inspect(), /1 execution: 1 completed/);
    assert.match(inspect('--timeline'), /#0 {4}clock\.read {3}wall →/);
    assert.match(inspect('--timeline', '--sources'), /clock\.read .* script\.c:30/);
    assert.match(inspect('--journal'), /#1 .*stdout\.write "x /);
    assert.equal(inspect('--ledger'), 'no service saw a request\n');
    assert.match(inspect('--sql', 'select execution, count(*) as n from entry'), /script-1 +3/);
    for (const view of ['--timeline', '--journal', '--ledger']) {
      for (const line of inspect(view, '--json').split('\n')) if (line !== '') JSON.parse(line);
    }
    const rows = inspect('--json', '--sql', 'select count(*) as n from entry');
    assert.deepEqual(JSON.parse(rows), { n: 3 });
  });

  it('compares a recording with another, and says by its exit code whether they differ', () => {
    record('one.backstitch', 'wall', 'print', 'x', 'random', '4');
    record('alike.backstitch', 'wall', 'print', 'x', 'random', '4');
    record('other.backstitch', 'wall', 'print', 'y');
    const compare = (...args: string[]) => run(['inspect', 'one.backstitch', '--compare', ...args]);
    const alike = compare('alike.backstitch');
    assert.deepEqual([alike.code, alike.stdout], [0, '✓ script-1: the same, 4 effects\n']);
    const other = compare('other.backstitch');
    assert.equal(other.code, 1);
    assert.match(other.stdout, /^✗ script-1: 1 effect the same, 3 different\n {2}#1 asked for/);
    const json = compare('other.backstitch', '--json').stdout.trimEnd().split('\n');
    const [first, ...rest] = json.map((line) => JSON.parse(line));
    assert.deepEqual(
      [first.event, first.execution, first.seq, first.kind],
      ['difference', 'script-1', 1, 'asked'],
    );
    assert.deepEqual([rest.at(-1).event, rest.at(-1).isSame], ['compared', false]);
    assert.equal(compare('other.backstitch', '--ledger').code, 64);
    assert.equal(compare('missing.backstitch').code, 66);
  });

  /** Interrupts the command once it has printed something. */
  const interrupted = async (args: string[]): Promise<{ code: number; stderr: string }> => {
    const child = startBackstitch(args, { cwd: folder });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    const closed = once(child, 'close');
    await once(child.stdout, 'data');
    child.kill('SIGINT');
    const [code] = (await closed) as [number];
    return { code, stderr };
  };

  it('ends at Ctrl-C in good order, with a recording at rest', async () => {
    const args = [
      'run',
      'script.wasm',
      '-o',
      'ctrl-c.backstitch',
      '--pace',
      '20',
      '--',
      'print',
      'a',
    ];
    const { code, stderr } = await interrupted([...args, ...Array<string>(1000).fill('wall')]);
    assert.equal(code, 130, stderr);
    assert.match(stderr, /interrupted/);
    assert.match(stderr, /it goes on: this is how far it has come/);
    assert.ok(!existsSync(path('ctrl-c.backstitch-log')));
    assert.equal(run(['inspect', 'ctrl-c.backstitch']).code, 0);
  });

  it('ends at Ctrl-C also when the program computes for ever', async () => {
    const args = ['run', 'script.wasm', '-o', 'spin.backstitch', '--'];
    const { code, stderr } = await interrupted([...args, 'print', 'a', 'sleep', '1', 'spin']);
    assert.equal(code, 130, stderr);
    assert.ok(!existsSync(path('spin.backstitch-lock')));
    assert.match(run(['inspect', 'spin.backstitch', '--journal']).stdout, /stdout\.write "a /);
  });

  it('goes on with a recording whose process was killed', async () => {
    const args = ['run', 'script.wasm', '-q', '-o', 'killed.backstitch', '--pace', '50', '--'];
    const program = ['print', 'one', 'wall', 'wall', 'wall', 'wall', 'print', 'two'];
    const child = startBackstitch([...args, ...program], { cwd: folder });
    let before = '';
    for await (const chunk of child.stdout.setEncoding('utf8')) {
      before += chunk;
      if (before.includes('one')) child.kill('SIGKILL');
    }
    assert.doesNotMatch(before, /two/);
    const { code, stdout, stderr } = run(['run', '--resume', 'killed.backstitch']);
    assert.equal(code, 0, stderr);
    // What was shown before is not shown again.
    assert.equal((before + stdout).match(/^one/gm)?.length, 1);
    assert.match(stdout, /two/);
    assert.equal(run(['replay', 'killed.backstitch']).code, 0);
    assert.ok(!existsSync(path('killed.backstitch-log')));
  });

  it('shows help for every command, and its version', () => {
    const commands = [
      ...['run', 'serve', 'explore', 'check', 'compare', 'replay', 'inspect', 'debug-adapter'],
    ];
    const lines = commands.map((command) => `${command} .*`).join('\\n +');
    assert.match(run(['--help']).stdout, new RegExp(lines));
    for (const command of commands) {
      const { code, stdout } = run([command, '--help']);
      assert.equal(code, 0);
      assert.match(stdout, new RegExp(`^Usage: backstitch ${command}`, 'm'));
    }
    assert.match(run(['--version']).stdout, /^\d+\.\d+\.\d+\n$/);
    assert.equal(run([]).code, 64);
  });

  it('serves the Debug Adapter Protocol on standard input and output', async () => {
    const child = startBackstitch(['debug-adapter'], { cwd: folder });
    const message = JSON.stringify({
      seq: 1,
      type: 'request',
      command: 'initialize',
      arguments: { adapterID: 'backstitch' },
    });
    child.stdin.write(`Content-Length: ${message.length}\r\n\r\n${message}`);
    let stdout = '';
    for await (const chunk of child.stdout.setEncoding('utf8')) {
      stdout += chunk;
      if (stdout.includes('"supportsStepBack":true')) child.stdin.end();
    }
    assert.match(stdout, /"command":"initialize","success":true/);
  });
});
