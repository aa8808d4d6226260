import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import {
  type CrashPoints,
  expectCrashLaw,
  expectReplays,
  expectWholeReplays,
  FEW_POINTS,
  notesOf,
  type RunOfExample,
  readyExample,
  runReady,
} from './example-laws.ts';
import { closeExamples } from './run-example.ts';

after(closeExamples);

function outputOf(command: string, args: readonly string[]): string | undefined {
  const { status, stdout } = spawnSync(command, args, { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}

function hasRust(): boolean {
  const home = outputOf('rustc', ['--print', 'sysroot']);
  return home !== undefined && existsSync(join(home, 'lib/rustlib/wasm32-wasip1'));
}

/** Go before 1.21 has no go:wasmimport. */
function hasGo(): boolean {
  const [, minor] = /go1\.(\d+)/.exec(outputOf('go', ['version']) ?? '') ?? [];
  return Number(minor) >= 21 && process.platform !== 'win32';
}

interface Language {
  readonly folder: string;
  /** What cannot be found here and is needed to build it. */
  readonly missing?: string | false;
  readonly points?: CrashPoints;
}

/** Every folder has the same program in its language. */
const LANGUAGES: readonly Language[] = [
  { folder: 'cpp' },
  { folder: 'assemblyscript' },
  { folder: 'rust', missing: !hasRust() && 'rustc with the target wasm32-wasip1' },
  { folder: 'go', missing: !hasGo() && 'go 1.21 or later, and a POSIX shell' },
  {
    folder: 'python',
    missing: outputOf('componentize-py', ['--version']) === undefined && 'componentize-py',
    points: FEW_POINTS,
  },
  { folder: 'zig', missing: outputOf('zig', ['version']) === undefined && 'zig' },
];

const STDOUT = '1. charged A-17 as ch_1\n2. after 3 days: paid\n';

for (const { folder, missing, points } of LANGUAGES) {
  const skip = missing ? `needs ${missing}, which is not on this machine` : false;

  test(`${folder}: the invoice is charged once, and replays`, { skip }, async () => {
    const run = runReady(await readyExample(folder, 'invoice'));
    assert.equal(run.stderr, '');
    assert.equal(run.stdout, STDOUT);
    assert.equal(run.exitCode, 0);
    assert.deepEqual(notesOf(run), ['payment: charged 4200 cents EUR']);
    if (points === FEW_POINTS) expectWholeReplays(run);
    else expectReplays(run);
  });

  test(`${folder}: the invoice is charged once, wherever it crashes`, { skip }, async () => {
    const ready = await readyExample(folder, 'invoice');
    const check = (run: RunOfExample): void => {
      assert.equal(run.stdout, STDOUT);
      assert.equal(run.exitCode, 0);
      const charges = notesOf(run).filter((note) => note.includes(': charged'));
      assert.deepEqual(charges, ['payment: charged 4200 cents EUR']);
    };
    assert.ok(expectCrashLaw(ready, check, points) >= 15);
  });
}
