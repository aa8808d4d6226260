import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { operationByName } from '../../simulator/effects/registry.ts';
import { openRecording } from '../../simulator/journal/recording.ts';
import { MemoryRecordingFiles } from '../../simulator/journal/recording-files.ts';
import {
  continueRecording,
  createRecording,
  type RecordingWriter,
} from '../../simulator/journal/recording-writer.ts';
import { FailingFiles } from './failing-files.ts';
import { clockEntry, order } from './sample-entries.ts';
import { loadSql } from './sql-engine.ts';

async function seqsIn(file: Uint8Array | undefined, log: Uint8Array | undefined) {
  const source = new MemoryRecordingFiles('run', file, log);
  const recording = await openRecording({ source, sql: loadSql, operationByName });
  const seqs = recording.entries(order).map(({ seq }) => Number(seq));
  recording.close();
  return { seqs, warnings: recording.warnings.map(({ kind }) => kind) };
}

function start(): { readonly files: FailingFiles; readonly writer: RecordingWriter } {
  const files = new FailingFiles('run');
  const writer = createRecording({ files, sql: loadSql });
  writer.entry(order, clockEntry(0));
  writer.flush();
  return { files, writer };
}

test('a full disk is an error that says what is kept and what to do', () => {
  const { files, writer } = start();
  files.failing = new Set(['appendLog']);
  writer.entry(order, clockEntry(1));
  assert.throws(() => writer.flush(), {
    name: 'RecordingError',
    code: 'disk-full',
    message:
      'run: the disk is full. All that was recorded before is kept; free some space and try again.',
  });
});

test('any other failure to write names its cause', () => {
  const { files, writer } = start();
  files.failing = new Set(['appendLog']);
  files.code = 'EIO';
  writer.entry(order, clockEntry(1));
  assert.throws(() => writer.flush(), { code: 'write-failed', message: /EIO: no appendLog/ });
});

test('a batch that was half appended is never followed by another', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(120), fc.boolean(), async (bytes, cannotTruncate) => {
      const { files, writer } = start();
      files.failing = new Set(cannotTruncate ? ['appendLog', 'truncateLog'] : ['appendLog']);
      files.bytesBeforeFailing = bytes;
      writer.entry(order, clockEntry(1));
      assert.throws(() => writer.flush(), { code: 'disk-full' });
      // Killed now, it has what was there before.
      const killed = await seqsIn(undefined, files.readLog());
      assert.deepEqual(killed.seqs.slice(0, 1), [0]);
      // With space again, it goes on and has lost nothing.
      files.failing = new Set();
      writer.entry(order, clockEntry(2));
      writer.flush();
      const resumed = await seqsIn(undefined, files.readLog());
      assert.deepEqual(resumed, { seqs: [0, 1, 2], warnings: [] });
      await writer.close();
      assert.deepEqual(await seqsIn(files.readFile(), undefined), {
        seqs: [0, 1, 2],
        warnings: [],
      });
    }),
    { numRuns: 30 },
  );
});

test('a log whose very header did not fit is begun again', async () => {
  const files = new FailingFiles('run');
  const writer = createRecording({ files, sql: loadSql });
  writer.entry(order, clockEntry(0));
  files.failing = new Set(['appendLog', 'truncateLog']);
  files.bytesBeforeFailing = 20;
  assert.throws(() => writer.flush(), { code: 'disk-full' });
  assert.throws(() => writer.flush(), { code: 'disk-full' });
  files.failing = new Set();
  writer.flush();
  assert.deepEqual(await seqsIn(undefined, files.readLog()), { seqs: [0], warnings: [] });
});

test('a disk too full to close keeps the log, and closing can be tried again', async () => {
  const { files, writer } = start();
  files.failing = new Set(['replaceFile']);
  await assert.rejects(writer.close(), { code: 'disk-full' });
  assert.deepEqual(await seqsIn(undefined, files.readLog()), { seqs: [0], warnings: [] });
  files.failing = new Set();
  writer.entry(order, clockEntry(1));
  await writer.close();
  assert.deepEqual(await seqsIn(files.readFile(), files.readLog()), { seqs: [0, 1], warnings: [] });
});

test('a log that outlives its fold is not applied again, and goes with the next writer', async () => {
  const { files, writer } = start();
  writer.choice({ stream: 'net', value: 1 });
  // As if the process died between putting the file in place and removing the log.
  files.failing = new Set(['removeLog']);
  await writer.close();
  assert.ok(files.readFile() !== undefined && files.readLog() !== undefined);
  const recording = await openRecording({ source: files, sql: loadSql, operationByName });
  assert.deepEqual(recording.choices(), [{ stream: 'net', value: 1 }]);
  assert.deepEqual(recording.warnings, []);
  recording.close();
  assert.throws(() => writer.entry(order, clockEntry(1)) ?? writer.flush(), /is closed/);
  files.failing = new Set();
  const next = await continueRecording({ files, sql: loadSql });
  assert.equal(files.readLog(), undefined);
  next.choice({ stream: 'net', value: 2 });
  await next.close();
  const again = await openRecording({ source: files, sql: loadSql, operationByName });
  assert.deepEqual(
    again.choices().map(({ value }) => value),
    [1, 2],
  );
  again.close();
});
