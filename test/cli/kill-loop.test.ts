import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import initSqlJs from 'sql.js';
import { RecordingOnDisk } from '../../simulator/cli/node/recording-files.ts';
import { operationByName } from '../../simulator/effects/registry.ts';
import { canonicalText } from '../../simulator/journal/canonical-text.ts';
import { executionId } from '../../simulator/journal/entry.ts';
import { openRecording, type Recording } from '../../simulator/journal/recording.ts';
import type { SqlEngine } from '../../simulator/journal/sql-engine.ts';
import { buildProgram, closeBuilder } from '../helpers/programs.ts';
import { projectRoot } from '../helpers/project-root.ts';

const CLI = join(projectRoot, 'dist/cli.js');
const LINES = 12_000;
/** Bytes of output after which the process is killed, spread over the whole run and beyond. */
const KILL_AFTER_BYTES = [0, 1, 9_000, 40_000, 80_000, 120_000];

interface CliRun {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Runs the command line; kills it with SIGKILL once that many bytes have been printed. */
function cli(args: readonly string[], killAfterBytes = Number.POSITIVE_INFINITY): Promise<CliRun> {
  const child = spawn(process.execPath, [CLI, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    if (stdout.length >= killAfterBytes) child.kill('SIGKILL');
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ stdout, stderr, code, signal }));
  });
}

async function open(path: string): Promise<Recording> {
  const sql = async () => (await initSqlJs()) as unknown as SqlEngine;
  return openRecording({ source: new RecordingOnDisk(path), sql, operationByName });
}

/** What a recording says was shown. */
function shown(recording: Recording): string {
  const decoder = new TextDecoder();
  return recording
    .entries(executionId('count-1'))
    .filter(({ operation }) => operation.name === 'stdout.write')
    .map(({ args }) => decoder.decode(args.body))
    .join('');
}

describe('killing the process with SIGKILL', () => {
  let folder: string;
  let module: string;
  let undisturbed: string;
  const everything = Array.from({ length: LINES }, (_, index) => `line ${index}\n`).join('');

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'backstitch-kill-'));
    module = join(folder, 'count.wasm');
    writeFileSync(module, (await buildProgram('test/fixtures/programs/count.c')).bytes);
    const path = join(folder, 'undisturbed.backstitch');
    const run = await cli(['run', module, '--quiet', '--record', path, '--', String(LINES)]);
    assert.equal(run.code, 0, run.stderr);
    assert.equal(run.stdout, everything);
    const recording = await open(path);
    undisturbed = canonicalText(recording);
    recording.close();
  });

  after(async () => {
    await closeBuilder();
    rmSync(folder, { recursive: true, force: true });
  });

  for (const killAfter of KILL_AFTER_BYTES) {
    it(`loses nothing that was shown, and goes on from there (after ${killAfter} bytes)`, async () => {
      const path = join(folder, `killed-${killAfter}.backstitch`);
      const args = ['run', module, '--quiet', '--record', path, '--', String(LINES)];
      const killed = await cli(args, killAfter);
      if (killAfter > 0) assert.equal(killed.signal, 'SIGKILL');
      const recording = await open(path);
      const kept = shown(recording);
      recording.close();
      assert.ok(kept.startsWith(killed.stdout), `kept ${kept.length} of ${killed.stdout.length}`);

      const resumed = await cli(['run', '--quiet', '--resume', path]);
      assert.equal(resumed.code, 0, resumed.stderr);
      assert.equal(kept + resumed.stdout, everything);
      const whole = await open(path);
      assert.equal(canonicalText(whole), undisturbed);
      whole.close();
    });
  }
});
