import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { backstitch, type CommandResult, ensureDist } from '../helpers/dist.ts';
import { buildProgram, closeBuilder } from '../helpers/programs.ts';
import { smallModule } from './small-modules.ts';

const SCRIPT = ['--', 'print', 'a', 'sleep', '2000', 'print', 'b'];
const CRASH = { kind: 'crash', at: { effect: 'wait.poll' }, point: 'recorded' };

describe('a plan that deploys another module', () => {
  let folder: string;
  const run = (...args: string[]): CommandResult => backstitch(args, { cwd: folder });

  function writePlan(module: string): void {
    const deploy = { kind: 'deploy', module, at: { effect: 'stdout.write' } };
    mkdirSync(join(folder, 'faults'), { recursive: true });
    const plan = { version: 1, faults: [deploy, CRASH] };
    writeFileSync(join(folder, 'faults/plan.json'), JSON.stringify(plan));
  }

  before(async () => {
    ensureDist();
    folder = mkdtempSync(join(tmpdir(), 'backstitch-deploy-'));
    const { bytes } = await buildProgram('test/fixtures/programs/script.c');
    writeFileSync(join(folder, 'script.wasm'), bytes);
    mkdirSync(join(folder, 'faults'));
    const changed = Buffer.from(
      Buffer.from(bytes).toString('latin1').replace('done %08x', 'DONE %08x'),
      'latin1',
    );
    writeFileSync(join(folder, 'faults/v2.wasm'), changed);
    writeFileSync(join(folder, 'faults/other.wasm'), smallModule());
  });
  after(async () => {
    rmSync(folder, { recursive: true, force: true });
    await closeBuilder();
  });

  it('finds it beside the plan, and its recording replays where neither module is', () => {
    writePlan('v2.wasm');
    const { code, stdout, stderr } = run(
      'run',
      'script.wasm',
      '--faults',
      'faults/plan.json',
      '-o',
      'x',
      ...SCRIPT,
    );
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^a [0-9a-f]{8}\nb [0-9a-f]{8}\nDONE/);
    assert.match(stderr, /v2\.wasm is deployed/);
    rmSync(join(folder, 'faults/v2.wasm'));
    const replayed = run('replay', 'x');
    assert.equal(replayed.code, 0, replayed.stderr);
  });

  it('says that an execution diverges which the module does not fit, and so does its replay', () => {
    writePlan('other.wasm');
    const { code, stderr } = run(
      'run',
      'script.wasm',
      '--faults',
      'faults/plan.json',
      '-o',
      'y',
      ...SCRIPT,
    );
    assert.equal(code, 70, stderr);
    assert.match(stderr, /diverges at effect #0: the journal has stdout\.write/);
  });

  it('says before anything runs which step the module lacks', () => {
    writePlan('other.wasm');
    const workflows = { script: { module: 'script.wasm', steps: ['main'], persistence: 'step' } };
    const config = join(folder, 'backstitch.json');
    writeFileSync(config, JSON.stringify({ workflows }));
    const { code, stdout, stderr } = run(
      'run',
      'script',
      '--faults',
      'faults/plan.json',
      ...SCRIPT,
    );
    rmSync(config);
    assert.equal(code, 65, stderr);
    assert.equal(stdout, '');
    assert.match(stderr, /other\.wasm cannot be deployed for script: it has no function main, /);
  });

  it('says which module is not there', () => {
    writePlan('missing.wasm');
    const { code, stderr } = run('run', 'script.wasm', '--faults', 'faults/plan.json', ...SCRIPT);
    assert.ok(code !== 0);
    assert.match(stderr, /faults\/missing\.wasm/);
  });
});
