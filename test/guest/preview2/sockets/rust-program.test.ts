/** A program of Rust's standard library, as rustc makes it, over the simulated network. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { EFFECT_POINTS } from '../../../../simulator/faults/fault.ts';
import type { GuestProgram } from '../../../../simulator/guest/program.ts';
import { loadComponentProgram } from '../../../helpers/build-component.ts';
import { projectRoot } from '../../../helpers/project-root.ts';
import { type ScriptOptions, type Simulated, simulate } from '../../../helpers/simulate.ts';
import { expectReplayLaw } from '../../../property/laws.ts';

const TARGET = 'wasm32-wasip2';
const SOURCE = join(projectRoot, 'test/fixtures/programs/sockets.rs');
const BUILD_FOLDER = join(projectRoot, 'build');

function hasTarget(): boolean {
  const { status, stdout } = spawnSync('rustc', ['--print', 'sysroot'], { encoding: 'utf8' });
  return status === 0 && existsSync(join(stdout.trim(), 'lib/rustlib', TARGET));
}

const skip = hasTarget() ? false : `needs rustc with the target ${TARGET}, which is not here`;

let built: Promise<GuestProgram> | undefined;

function program(): Promise<GuestProgram> {
  built ??= build();
  return built;
}

async function build(): Promise<GuestProgram> {
  mkdirSync(BUILD_FOLDER, { recursive: true });
  const folder = mkdtempSync(join(BUILD_FOLDER, 'rust-'));
  try {
    const output = join(folder, 'sockets.wasm');
    const args = ['--edition', '2021', '-O', '--target', TARGET, SOURCE, '-o', output];
    const { status, stderr } = spawnSync('rustc', args, { encoding: 'utf8' });
    assert.equal(status, 0, stderr);
    return await loadComponentProgram(new Uint8Array(readFileSync(output)));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function run(options: ScriptOptions): Promise<Simulated> {
  const simulated = simulate(await program(), options);
  assert.deepEqual(simulated.simulation.run(), { kind: 'ended' });
  return simulated;
}

test('names have one address, several, or none', { skip }, async () => {
  const names = [
    'counter',
    'script.executions.backstitch',
    'SCRIPT-2.executions.backstitch',
    'self.executions.backstitch',
    'localhost',
    '10.0.0.9',
    'nobody.example',
    'nobody.executions.backstitch',
    'not a name',
  ];
  const simulated = await run({ args: ['resolve', ...names], count: 3 });
  assert.deepEqual(simulated.text('script-1').split('\n').slice(0, -1), [
    'counter: 10.0.0.1',
    'script.executions.backstitch: 10.128.0.1 10.128.0.2 10.128.0.3',
    'SCRIPT-2.executions.backstitch: 10.128.0.2',
    'self.executions.backstitch: 10.128.0.1',
    'localhost: 127.0.0.1',
    '10.0.0.9: 10.0.0.9',
    'nobody.example: not found',
    'nobody.executions.backstitch: not found',
    'not a name: not found',
  ]);
  expectReplayLaw(simulated);
});

const TALK: ScriptOptions = { args: ['talk', 'script.executions.backstitch'], count: 2 };
const SERVED = '10.128.0.2 says hello\n10.128.0.2 sends ping\n';
const CALLED = 'answered welcome by 10.128.0.1\ngot "got it"\nErr(ConnectionRefused)\n';

test('two executions talk over TCP and UDP', { skip }, async () => {
  const simulated = await run(TALK);
  assert.equal(simulated.text('script-1'), SERVED);
  assert.equal(simulated.text('script-2'), CALLED);
  expectReplayLaw(simulated);
});

test('a crash before they have met changes nothing of it', { skip }, async () => {
  for (const execution of ['script-1', 'script-2']) {
    for (const point of EFFECT_POINTS) {
      const fault = { kind: 'crash', at: { execution, effect: 'dns.lookup', match: 1 }, point };
      const simulated = await run({ ...TALK, plan: { faults: [fault] } });
      assert.equal(simulated.text('script-1'), SERVED);
      assert.equal(simulated.text('script-2'), CALLED);
    }
  }
});
