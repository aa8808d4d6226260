import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { backstitch, CLI, type CommandResult, ensureDist } from '../helpers/dist.ts';
import { buildProgram, closeBuilder } from '../helpers/programs.ts';
import {
  BOTTOMLESS,
  COMPONENT,
  ENDLESS,
  SHARED_MEMORY,
  smallModule,
  UNKNOWN_IMPORT,
} from './small-modules.ts';

const WORLD = { services: { shop: { script: 'shop.mjs', hosts: ['shop'] } } };
const SHOP = `export function handle(request) {
  if (request.path === '/throws') return missing.value;
  while (request.path === '/loops') {}
  return { status: 200, body: 'fine' };
}
`;

describe('bad input ends with what happened, where, and what to do', () => {
  let folder: string;
  let script: Uint8Array;
  const path = (name: string): string => join(folder, name);
  const put = (name: string, content: string | Uint8Array): string => {
    writeFileSync(path(name), content);
    return path(name);
  };
  const run = (...args: string[]): CommandResult => backstitch(args, { cwd: folder });
  const ends = (result: CommandResult, code: number, ...says: RegExp[]): void => {
    assert.equal(result.code, code, result.stderr);
    for (const said of says) assert.match(result.stderr, said);
    assert.doesNotMatch(result.stderr, /inside Backstitch/);
  };
  /** A configuration in a folder of its own, so that it concerns no other test. */
  const workspace = (name: string, config: object): string => {
    mkdirSync(path(name), { recursive: true });
    put(`${name}/script.wasm`, script);
    put(`${name}/shop.mjs`, SHOP);
    put(`${name}/backstitch.json`, JSON.stringify(config));
    return path(name);
  };

  before(async () => {
    ensureDist();
    script = (await buildProgram('test/fixtures/programs/script.c')).bytes;
    folder = mkdtempSync(join(tmpdir(), 'backstitch-bad-input-'));
    put('script.wasm', script);
  });
  after(async () => {
    rmSync(folder, { recursive: true, force: true });
    await closeBuilder();
  });

  const MODULES: readonly [name: string, bytes: () => Uint8Array, says: RegExp][] = [
    ['an empty file', () => new Uint8Array(0), /the file is empty/],
    ['a text file', () => new TextEncoder().encode('int main(void);'), /looks like text/],
    ['a truncated module', () => script.slice(0, script.length / 2), /cut short/],
    ['a component without code', () => COMPONENT, /the component has no code/],
    ['an unknown import', () => UNKNOWN_IMPORT, /env.*launch|launch.*env/],
    ['shared memory', () => SHARED_MEMORY, /shared|threads/],
  ];
  for (const [name, bytes, says] of MODULES) {
    it(`refuses ${name}, by its file`, () => {
      const file = put('module.wasm', bytes());
      ends(run('run', 'module.wasm'), 65, says, new RegExp(file.replaceAll('.', '\\.')));
    });
  }

  it('says that a program does not exist', () => {
    ends(run('run', 'nothing.wasm'), 66, /nothing\.wasm does not exist/);
  });

  it('says that a name is neither a file nor a workflow', () => {
    ends(run('run', 'order'), 66, /no backstitch\.json/);
  });

  it('passes on the exit code of the program', () => {
    assert.equal(run('run', 'script.wasm', '-q', '--', 'exit', '7').code, 7);
    // What the low eight bits of 256 would call success.
    assert.equal(run('run', 'script.wasm', '-q', '--', 'exit', '256').code, 1);
  });

  it('names the source line of a trap and the way to it', () => {
    const result = run('run', 'script.wasm', '-q', '-o', 'trap.backstitch', '--', 'trap');
    ends(result, 134, /script\.c:124.*script-1 trapped: unreachable/, /at main .*script\.c:124/);
    assert.match(result.stderr, /trap\.backstitch/);
  });

  it('tells of a stack overflow once, however deep', () => {
    put('deep.wasm', BOTTOMLESS);
    const result = run('run', 'deep.wasm', '-q');
    ends(result, 134, /stack overflow, \d+ calls deep/, /, [\d,]+ times/);
    assert.ok(result.stderr.split('\n').length < 12, result.stderr);
  });

  it('says that the memory limit was the reason', () => {
    const config = {
      workflows: { big: { module: 'script.wasm', args: ['grow'], limits: { memoryMiB: 8 } } },
    };
    const cwd = workspace('memory', config);
    ends(backstitch(['run', 'big', '-q'], { cwd }), 134, /script\.c:102.*big-1 trapped/);
  });

  it('ends a program that computes for ever, and names its last effect', () => {
    const limits = { secondsBetweenEffects: 1 };
    const args = ['wall', 'print', 'before', 'spin'];
    const cwd = workspace('stuck', {
      workflows: { stuck: { module: 'script.wasm', args, limits } },
    });
    const result = backstitch(['run', 'stuck', '-o', 'stuck.backstitch'], { cwd });
    ends(result, 124, /stuck-1 computed for \d+ s .*#1 at script\.c:117/, /secondsBetweenEffects/);
    const inspected = backstitch(['inspect', 'stuck.backstitch', '--timeline'], { cwd });
    assert.equal(inspected.code, 0, inspected.stderr);
    assert.match(inspected.stdout, /^stuck-1 {2}running/);
  });

  it('ends a program that never makes an effect', () => {
    put('endless.wasm', ENDLESS);
    ends(run('run', 'endless.wasm', '-q', '--timeout', '1s'), 124, /after 1 s of real time/);
  });

  it('names the line of a service that throws, and ends badly although the program went on', () => {
    const args = ['post', 'http://shop/throws', 'x'];
    const cwd = workspace('throws', {
      workflows: { a: { module: 'script.wasm', args } },
      world: WORLD,
    });
    const result = backstitch(['run', 'a'], { cwd });
    ends(result, 65, /service shop failed at shop\.mjs:2: ReferenceError: missing/);
    assert.match(result.stdout, /POST failed/);
  });

  it('ends a service that loops', () => {
    const args = ['post', 'http://shop/loops', 'x'];
    const cwd = workspace('loops', {
      workflows: { a: { module: 'script.wasm', args } },
      world: WORLD,
    });
    ends(backstitch(['run', 'a', '-q'], { cwd }), 65, /no answer within 2 s.*does it loop/);
  });

  it('names every unknown key of backstitch.json with its place', () => {
    const cwd = workspace('unknown', { workflows: { a: { modul: 'script.wasm' } }, wurld: {} });
    const result = backstitch(['run', 'a'], { cwd });
    ends(
      result,
      65,
      /backstitch\.json:1:\d+: .*"modul".*did you mean "module"/,
      /"wurld".*"world"/,
    );
  });

  it('names a workflow that is not there, and those that are', () => {
    const cwd = workspace('names', { workflows: { order: { module: 'script.wasm' } } });
    ends(
      backstitch(['run', 'ordre'], { cwd }),
      64,
      /no workflow named "ordre".*did you mean "order"/,
    );
  });

  it('says what is wrong in a fault plan, and that there is none', () => {
    put('plan.json', '{"faults": [{"kind": "crush", "at": {"time": "1s"}}]}');
    ends(
      run('run', 'script.wasm', '--faults', 'plan.json'),
      65,
      /\$\.faults\[0\]\.kind: there is no "crush"; did you mean "crash"\?/,
    );
    ends(
      run('run', 'script.wasm', '--faults', 'none.json'),
      66,
      /none\.json does not exist.*--faults/,
    );
    put('node.json', '{"faults": [{"kind": "crash", "node": "node-z", "at": {"time": "1s"}}]}');
    ends(run('run', 'script.wasm', '--faults', 'node.json'), 64, /node-z.*node-a/);
  });

  it('asks nobody when nobody is there to answer', () => {
    const unknownOutcome = [{ request: 'POST http://shop/*', policy: 'ask' }];
    const args = ['post', 'http://shop/buy', 'x'];
    const cwd = workspace('ask', {
      workflows: { ask: { module: 'script.wasm', args, unknownOutcome } },
      world: WORLD,
    });
    writeFileSync(
      join(cwd, 'lose.json'),
      '{"faults": [{"kind": "lose-response", "at": {"effect": "http.request"}}]}',
    );
    const asked = ['run', 'ask', '-q', '--faults', 'lose.json'];
    ends(backstitch(asked, { cwd }), 75, /ask-1 #0 waits for an answer.*POST/, /--answer retry/);
    const retried = backstitch([...asked, '--answer', 'retry'], { cwd });
    assert.deepEqual([retried.code, retried.stdout.split('\n')[0]], [0, 'POST 200 fine']);
    const failed = backstitch([...asked, '--answer', 'fail'], { cwd });
    assert.match(failed.stdout, /POST failed/);
  });

  it('ends when a program waits for input that never comes', () => {
    const cwd = workspace('wait', {
      workflows: { wait: { module: 'script.wasm', args: ['input'], stdin: { interactive: true } } },
    });
    const result = backstitch(['run', 'wait', '-q'], { cwd });
    ends(result, 75, /wait-1 waits for something that never comes: #0 stdin\.read/, /--stdin/);
  });

  it('refuses to record over a file of another kind, or where no file can be', () => {
    put('notes.txt', 'precious');
    ends(
      run('run', 'script.wasm', '-o', 'notes.txt'),
      73,
      /notes\.txt.*not a recording.*left alone/,
    );
    assert.equal(readFileSync(path('notes.txt'), 'utf8'), 'precious');
    ends(run('run', 'script.wasm', '-o', 'notes.txt/x.backstitch'), 73, /cannot be written/);
  });

  it('keeps what was recorded when the disk is full', {
    skip: process.platform === 'win32',
  }, () => {
    assert.equal(run('run', 'script.wasm', '-q', '-o', 'whole.backstitch').code, 0);
    // Too little for the log, for its first batch, and for the file that it is folded into.
    const whole = Math.floor(statSync(path('whole.backstitch')).size / 1024);
    for (const blocks of [1, 16, whole - 4]) {
      const command = `ulimit -f ${blocks}; exec "$0" "$@" 2>&1 | cat; exit \${PIPESTATUS[0]}`;
      const args = ['-c', command, process.execPath, CLI, 'run', 'script.wasm', '-q'];
      const result = spawnSync('bash', [...args, '-o', 'full.backstitch', '--', 'print', 'kept'], {
        cwd: folder,
        encoding: 'utf8',
      });
      assert.equal(result.status, 73, result.stdout);
      assert.match(result.stdout, /full\.backstitch: the disk is full/);
      // What was shown is in the log, which opening the recording reads.
      if (!/^kept/m.test(result.stdout)) continue;
      assert.match(run('inspect', 'full.backstitch', '--journal').stdout, /stdout\.write "kept/);
    }
  });

  it('refuses what is no recording, and one from a newer version', () => {
    ends(run('inspect', 'nothing.backstitch'), 66, /there is no such recording/);
    put('text.backstitch', 'not a recording');
    ends(run('inspect', 'text.backstitch'), 65, /not a Backstitch recording, but a text file/);
    ends(run('replay', 'text.backstitch'), 65, /not a Backstitch recording/);
    assert.equal(run('run', 'script.wasm', '-q', '-o', 'good.backstitch').code, 0);
    const bytes = readFileSync(path('good.backstitch'));
    // SQLite's user version, offset 60 of its header.
    bytes.writeUInt32BE(99, 60);
    put('newer.backstitch', bytes);
    ends(run('inspect', 'newer.backstitch'), 65, /newer Backstitch: format 99/);
    ends(run('replay', 'newer.backstitch'), 65, /newer Backstitch: format 99/);
  });

  it('warns of flipped bytes, shows what it can, and ends badly', () => {
    assert.equal(run('run', 'script.wasm', '-q', '-o', 'flip.backstitch').code, 0);
    const bytes = readFileSync(path('flip.backstitch'));
    put('cut.backstitch', bytes.subarray(0, 9000));
    bytes.fill(0xa5, bytes.length - 2000, bytes.length - 1990);
    put('flip.backstitch', bytes);
    for (const command of ['inspect', 'replay']) {
      const result = run(command, 'flip.backstitch');
      assert.equal(result.code, 65, result.stderr);
      assert.match(result.stderr, /flip\.backstitch: damaged.*page \d+/);
    }
    ends(run('inspect', 'cut.backstitch'), 65, /damaged: \d+ bytes are missing at its end/);
  });

  it('shows both sides and both stacks of a divergence', () => {
    const args = ['-q', '-o', 'a.backstitch', '--', 'wall', 'print', 'one'];
    assert.equal(run('run', 'script.wasm', ...args).code, 0);
    put('other.wasm', smallModule());
    const result = run('replay', 'a.backstitch', '--module', 'other.wasm');
    assert.equal(result.code, 70);
    assert.match(result.stdout, /script-1 diverges at effect #0.*clock\.read.*ended instead/);
    assert.match(result.stdout, /recording was made here:\n.*script\.c:30/);
    assert.equal(run('replay', 'a.backstitch').code, 0);
  });

  it('refuses a query that writes or is wrong', () => {
    assert.equal(run('run', 'script.wasm', '-q', '-o', 'q.backstitch').code, 0);
    ends(run('inspect', 'q.backstitch', '--sql', 'drop table entry'), 64, /must only read/);
    ends(run('inspect', 'q.backstitch', '--sql', 'select * from nowhere'), 64, /no such table/);
  });
});
