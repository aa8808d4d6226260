import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { build } from 'esbuild';
import {
  RecordingOnDisk,
  WritableRecordingOnDisk,
} from '../../simulator/cli/node/recording-files.ts';
import { breakLockOfThisProcess } from '../../simulator/cli/node/recording-lock.ts';
import { operationByName } from '../../simulator/effects/registry.ts';
import { openRecording } from '../../simulator/journal/recording.ts';
import { continueRecording, createRecording } from '../../simulator/journal/recording-writer.ts';
import { projectRoot } from '../helpers/project-root.ts';
import { contentOf } from './recording-model.ts';
import { clockEntry, order } from './sample-entries.ts';
import { sampleContent, writeSample } from './sample-recording.ts';
import { loadSql } from './sql-engine.ts';

const folder = mkdtempSync(join(tmpdir(), 'backstitch-recording-'));
// Beside the project's modules, so that the program finds sql.js.
const programs = join(projectRoot, 'build', `recording-${process.pid}`);
after(() => {
  rmSync(folder, { recursive: true, force: true });
  rmSync(programs, { recursive: true, force: true });
});

let folders = 0;
function freshPath(): string {
  const path = join(folder, String(++folders));
  mkdirSync(path);
  return join(path, 'run.backstitch');
}

async function read(path: string) {
  const source = new RecordingOnDisk(path);
  return openRecording({ source, sql: loadSql, operationByName });
}

for (const fsync of [false, true]) {
  test(`a closed recording is one file, and nothing else is left (fsync ${fsync})`, async () => {
    const path = freshPath();
    const files = new WritableRecordingOnDisk(path, { fsync });
    const writer = createRecording({ files, sql: loadSql });
    writeSample(writer);
    assert.deepEqual(siblings(path), ['run.backstitch-lock', 'run.backstitch-log']);
    await writer.close();
    assert.deepEqual(siblings(path), ['run.backstitch']);
    const recording = await read(path);
    assert.deepEqual(contentOf(recording), sampleContent());
    assert.deepEqual(recording.warnings, []);
    recording.close();
  });
}

function siblings(path: string): string[] {
  return readdirSync(join(path, '..')).sort();
}

test('a recording can be read while it is written, as of its latest flush', async () => {
  const path = freshPath();
  const files = new WritableRecordingOnDisk(path);
  const writer = createRecording({ files, sql: loadSql });
  writer.entry(order, clockEntry(0));
  writer.flush();
  writer.entry(order, clockEntry(1));
  const live = await read(path);
  assert.equal(live.entries(order).length, 1);
  live.close();
  await writer.close();
});

test('reading what is not there is an error with its path', async () => {
  const path = freshPath();
  await assert.rejects(read(path), { code: 'missing', message: new RegExp(`^${path}: `) });
  await assert.rejects(read(folder), { code: 'unreadable', message: /EISDIR/ });
});

test('a device is refused instead of being read for ever', async () => {
  await assert.rejects(read('/dev/zero'), { code: 'not-a-recording', message: /regular file/ });
});

test('a folder that cannot be written to is an error before anything is recorded', () => {
  const path = join(freshPath(), 'no-such-folder', 'run.backstitch');
  assert.throws(() => new WritableRecordingOnDisk(path), {
    code: 'write-failed',
    message: /ENOENT/,
  });
});

test('a link to a recording stays a link, and the file keeps its permissions', async () => {
  const path = freshPath();
  const first = new WritableRecordingOnDisk(path);
  await createRecording({ files: first, sql: loadSql }).close();
  chmodSync(path, 0o640);
  const link = join(path, '..', 'link.backstitch');
  symlinkSync(path, link);
  const files = new WritableRecordingOnDisk(link);
  const writer = createRecording({ files, sql: loadSql });
  writeSample(writer);
  await writer.close();
  assert.equal(readlinkSync(link), path);
  assert.equal(statSync(path).mode & 0o777, 0o640);
  const recording = await read(path);
  assert.deepEqual(contentOf(recording), sampleContent());
  recording.close();
});

test('a torn tail is cut off before anything is appended', () => {
  const path = freshPath();
  const files = new WritableRecordingOnDisk(path);
  files.appendLog(Uint8Array.of(1, 2, 3));
  files.truncateLog(1);
  files.appendLog(Uint8Array.of(4));
  assert.deepEqual([...readFileSync(`${path}-log`)], [1, 4]);
  files.removeLog();
  files.truncateLog(0);
  files.release();
  assert.deepEqual(siblings(path), []);
});

test('a full disk is told by its code', { skip: !existsSync('/dev/full') }, () => {
  const path = freshPath();
  const files = new WritableRecordingOnDisk(path);
  symlinkSync('/dev/full', `${path}-log`);
  assert.throws(() => files.appendLog(Uint8Array.of(1)), { code: 'ENOSPC' });
  files.release();
});

test('two writers refuse each other, and say who is first', async () => {
  const path = freshPath();
  const first = new WritableRecordingOnDisk(path);
  assert.throws(() => new WritableRecordingOnDisk(path), {
    name: 'RecordingError',
    code: 'locked',
    message: new RegExp(`${path}: is being recorded by process ${process.pid}`),
  });
  assert.deepEqual(siblings(path), ['run.backstitch-lock']);
  first.release();
  new WritableRecordingOnDisk(path).release();
});

test('a recording that cannot be begun or continued is not locked', async () => {
  const path = freshPath();
  writeFileSync(path, 'my notes');
  const begin = () => createRecording({ files: new WritableRecordingOnDisk(path), sql: loadSql });
  assert.throws(begin, { code: 'not-a-recording' });
  const files = new WritableRecordingOnDisk(path);
  await assert.rejects(continueRecording({ files, sql: loadSql }), { code: 'not-a-recording' });
  assert.deepEqual(siblings(path), ['run.backstitch']);
  assert.equal(readFileSync(path, 'utf8'), 'my notes');
});

const STALE: Readonly<Record<string, string>> = {
  'of a process that is gone': '{"pid":4194304,"started":"1"}',
  'of an earlier process with the same number': `{"pid":${process.pid},"started":"1"}`,
  'with nothing in it': '',
  'with something else in it': 'null',
};

for (const [what, content] of Object.entries(STALE)) {
  // Where the system does not tell when a process started, its number alone counts.
  const skip = what.includes('earlier') && !existsSync('/proc/self/stat');
  test(`a lock ${what} is taken over`, { skip }, () => {
    const path = freshPath();
    writeFileSync(`${path}-lock`, content);
    const files = new WritableRecordingOnDisk(path);
    assert.match(readFileSync(`${path}-lock`, 'utf8'), new RegExp(`"pid":${process.pid}`));
    files.release();
    assert.deepEqual(siblings(path), []);
  });
}

test('the lock of a terminated thread can be broken by its process, another one cannot', () => {
  const path = freshPath();
  new WritableRecordingOnDisk(path);
  breakLockOfThisProcess(path);
  const files = new WritableRecordingOnDisk(path);
  files.release();
  writeFileSync(`${path}-lock`, '{"pid":1,"started":""}');
  breakLockOfThisProcess(path);
  assert.throws(() => new WritableRecordingOnDisk(path), {
    code: 'locked',
    message: /by process 1\./,
  });
});

/** Runs the endless writer until `stop` says so, kills it, and returns the last count it said. */
async function killAt(path: string, first: number, flushes: number, ending = ''): Promise<number> {
  const script = join(programs, 'endless-writer.mjs');
  const child = spawn(process.execPath, [script, path, String(first), ending], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString();
    if (said.split('\n').length > flushes) child.kill('SIGKILL');
  });
  await once(child, 'close');
  const counts = said.split('\n').slice(0, -1).map(Number).filter(Number.isInteger);
  return counts.at(-1) ?? first;
}

test('killed at any instant, a recording has all that was flushed', async () => {
  await build({
    entryPoints: [join(projectRoot, 'test/journal/endless-writer.ts')],
    outfile: join(programs, 'endless-writer.mjs'),
    bundle: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    logLevel: 'warning',
  });
  const path = freshPath();
  let flushed = 0;
  for (let round = 0; round < 6; round++) {
    // Odd rounds are killed around the time at which they close.
    const said = await killAt(
      path,
      flushed,
      round % 2 === 0 ? 1 + round * 5 : 8,
      round % 2 === 0 ? '' : 'close',
    );
    assert.ok(said >= flushed);
    const recording = await read(path);
    const seqs = recording.entries(order).map(({ seq }) => Number(seq));
    assert.ok(seqs.length >= said, `${seqs.length} of ${said} entries are left`);
    assert.deepEqual(
      seqs,
      seqs.map((_, index) => index),
    );
    for (const warning of recording.warnings) assert.equal(warning.kind, 'torn-tail');
    recording.close();
    flushed = seqs.length;
  }
  const files = new WritableRecordingOnDisk(path);
  await (await continueRecording({ files, sql: loadSql })).close();
  assert.deepEqual(siblings(path), ['run.backstitch']);
});
