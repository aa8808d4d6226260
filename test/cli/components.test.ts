import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { componentOfC, componentOfText } from '../helpers/build-component.ts';
import { backstitch, type CommandResult, ensureDist } from '../helpers/dist.ts';
import { closeBuilder } from '../helpers/programs.ts';
import { projectRoot } from '../helpers/project-root.ts';

const SOURCE = 'test/fixtures/programs/component.c';
/** `add`, and a function that traps. */
const ADD = `
  (component
    (core module $m
      (func (export "add") (param i32 i32) (result i32) local.get 0 local.get 1 i32.add)
      (func (export "trap") unreachable))
    (core instance $i (instantiate $m))
    (func (export "add") (param "a" u32) (param "b" u32) (result u32)
      (canon lift (core func $i "add")))
    (func (export "trap") (canon lift (core func $i "trap"))))`;

function lineOf(marker: string): number {
  const lines = readFileSync(join(projectRoot, SOURCE), 'utf8').split('\n');
  return lines.findIndex((line) => line.includes(`#${marker}`)) + 1;
}

describe('components on the command line', () => {
  let folder: string;
  const run = (...args: string[]): CommandResult => backstitch(args, { cwd: folder });

  before(async () => {
    ensureDist();
    folder = mkdtempSync(join(tmpdir(), 'backstitch-component-'));
    writeFileSync(join(folder, 'program.wasm'), await componentOfC(SOURCE));
    writeFileSync(join(folder, 'add.wasm'), await componentOfText(ADD));
  });
  after(async () => {
    rmSync(folder, { recursive: true, force: true });
    await closeBuilder();
  });

  it('run as core modules do, with source lines, and replay', () => {
    const { code, stdout, stderr } = run('run', 'program.wasm', '--', 'clock', 'sleep', 'print');
    assert.equal(code, 0);
    assert.match(stdout, /^clock \d+\nhere\n$/);
    assert.match(stderr, new RegExp(`clock\\.read .* component\\.c:${lineOf('CLOCK')}\\n`));
    assert.match(stderr, new RegExp(`sleep 1 min .* component\\.c:${lineOf('SLEEP')}\\n`));
    const replayed = run('replay', '.backstitch/recordings/program.backstitch');
    assert.equal(replayed.code, 0);
    assert.match(replayed.stdout, /program-1: the same, 4 effects replayed/);
  });

  it('are transpiled once', () => {
    run('run', 'program.wasm', '-q');
    const kept = readdirSync(join(folder, '.backstitch/build'));
    const own = kept.filter((name) => name.endsWith('.component'));
    assert.ok(own.length > 0);
    assert.deepEqual(run('run', 'program.wasm', '-q').code, 0);
    assert.deepEqual(readdirSync(join(folder, '.backstitch/build')), kept);
  });

  it('say where they trapped', () => {
    const { code, stderr } = run('run', 'program.wasm', '-q', '--', 'trap');
    assert.equal(code, 134);
    assert.match(stderr, new RegExp(`component\\.c:${lineOf('TRAP')}.*trapped: .*unreachable`));
  });

  it('have a function called, whose result is printed', () => {
    const { code, stdout } = run('run', 'add.wasm', '-q', '--invoke', 'add(40, 2)');
    assert.deepEqual([code, stdout], [0, '42\n']);
    assert.equal(run('run', 'add.wasm', '-q', '--invoke', 'trap()').code, 134);
  });

  it('are refused by their file when they cannot be started as asked', () => {
    const nothing = run('run', 'add.wasm', '-q');
    assert.equal(nothing.code, 65);
    assert.match(
      nothing.stderr,
      /add\.wasm: the component exports no wasi:cli\/run@0\.2, only add: func\(a: u32, b: u32\) -> u32/,
    );
    const wrong = run('run', 'add.wasm', '-q', '--invoke', 'add(1)');
    assert.equal(wrong.code, 65);
    assert.match(wrong.stderr, /add\.wasm: add\(1\) does not fit func.* b: u32 is missing/);
  });

  it('diverge from another version of the program where it asks for something else', () => {
    assert.equal(run('run', 'program.wasm', '-q', '--', 'clock', 'print').code, 0);
    const recording = '.backstitch/recordings/program.backstitch';
    const same = run('replay', recording, '--module', 'program.wasm');
    assert.equal(same.code, 0);
    const other = run('replay', recording, '--module', 'add.wasm');
    assert.equal(other.code, 65);
    assert.match(other.stderr, /add\.wasm: the component exports no wasi:cli\/run/);
  });
});
