import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { operationByName } from '../../simulator/effects/registry.ts';
import { openRecording, type Recording } from '../../simulator/journal/recording.ts';
import {
  MemoryRecordingFiles,
  type RecordingSource,
} from '../../simulator/journal/recording-files.ts';
import { LOG_HEADER_BYTES } from '../../simulator/journal/recording-log.ts';
import { continueRecording, createRecording } from '../../simulator/journal/recording-writer.ts';
import { BATCH_BYTES_MAX, BATCH_ENTRIES_MAX } from '../../simulator/journal/row-batch.ts';
import { virtualNanos } from '../../simulator/kernel/time.ts';
import { perform, type Write, writes } from './arbitrary-rows.ts';
import { type Content, contentOf, ModelSink } from './recording-model.ts';
import { clockEntry, operation, order } from './sample-entries.ts';
import { loadSql } from './sql-engine.ts';

function expected(all: readonly Write[]): Content {
  const model = new ModelSink();
  perform(model, all);
  return model.content();
}

test('a closed recording gives back every kind of row as it was written', async () => {
  await fc.assert(
    fc.asyncProperty(writes, async (all) => {
      const files = new MemoryRecordingFiles();
      const writer = createRecording({ files, sql: loadSql });
      perform(writer, all);
      await writer.close();
      assert.equal(files.readLog(), undefined);
      const recording = await open(files);
      assert.deepEqual(contentOf(recording), expected(all));
      assert.deepEqual(recording.warnings, []);
      recording.close();
    }),
    { numRuns: 100 },
  );
});

test('a log cut off at any byte gives back exactly the batches that are whole', async () => {
  await fc.assert(
    fc.asyncProperty(writes, fc.nat(), async (all, somewhere) => {
      const { log, flushes } = written(all);
      const cut = somewhere % (log.length + 1);
      const source = new MemoryRecordingFiles('run', undefined, log.slice(0, cut));
      const last = flushes.findLast(({ bytes }) => bytes <= cut);
      if (cut < LOG_HEADER_BYTES) return assert.rejects(open(source), { code: 'missing' });
      const recording = await open(source);
      assert.deepEqual(contentOf(recording), expected(all.slice(0, last?.writes ?? 0)));
      const dropped = cut - Math.max(LOG_HEADER_BYTES, last?.bytes ?? 0);
      assert.equal(droppedBytes(recording), dropped);
      recording.close();
    }),
    { numRuns: 100 },
  );
});

test('a flipped bit anywhere in a log drops the rest and says where', async () => {
  await fc.assert(
    fc.asyncProperty(writes, fc.nat(), async (all, somewhere) => {
      const { log, flushes } = written(all);
      fc.pre(log.length > LOG_HEADER_BYTES);
      const bit = somewhere % ((log.length - LOG_HEADER_BYTES) * 8);
      const at = LOG_HEADER_BYTES + Math.floor(bit / 8);
      const flipped = log.slice();
      flipped[at] = (flipped[at] ?? 0) ^ (1 << (bit % 8));
      const recording = await open(new MemoryRecordingFiles('run', undefined, flipped));
      const last = flushes.findLast(({ bytes }) => bytes <= at);
      assert.deepEqual(contentOf(recording), expected(all.slice(0, last?.writes ?? 0)));
      const offset = Math.max(LOG_HEADER_BYTES, last?.bytes ?? 0);
      const [warning] = recording.warnings;
      assert.ok(warning?.kind === 'damaged-log');
      assert.deepEqual([warning.offset, warning.bytes], [offset, log.length - offset]);
      assert.match(warning.message, new RegExp(`damaged at byte ${offset}`));
      recording.close();
    }),
    { numRuns: 100 },
  );
});

test('a recording that was left is whole again when it is continued and closed', async () => {
  await fc.assert(
    fc.asyncProperty(writes, writes, async (before, after) => {
      const files = new MemoryRecordingFiles();
      const first = createRecording({ files, sql: loadSql });
      first.meta('seed', '1');
      perform(first, before);
      first.leave();
      const second = await continueRecording({ files, sql: loadSql });
      // Entries of the first part are other objects in the second, as in another process.
      perform(second, after);
      await second.close();
      const model = new ModelSink();
      model.meta('seed', '1');
      perform(model, before);
      perform(model, after);
      const recording = await open(files);
      assert.deepEqual(contentOf(recording), model.content());
      assert.deepEqual(recording.warnings, []);
      recording.close();
    }),
    { numRuns: 30 },
  );
});

test('an entry is written as it was at its last call, not as it became since', async () => {
  const files = new MemoryRecordingFiles();
  const writer = createRecording({ files, sql: loadSql });
  const entry = clockEntry(0);
  writer.entry(order, entry);
  entry.attempt = 7;
  writer.flush();
  await writer.close();
  const recording = await open(files);
  assert.equal(recording.entries(order)[0]?.attempt, 1);
  recording.close();
});

test('arguments are in the log once, however often an entry is written again', () => {
  const files = new MemoryRecordingFiles();
  const writer = createRecording({ files, sql: loadSql });
  const body = new Uint8Array(10_000);
  const entry = { ...clockEntry(0), operation: operation('stdout.write'), args: { body } };
  for (const deliveredAt of [undefined, undefined, virtualNanos(9n)]) {
    // The engine hands over copies of calls, which share their arguments.
    writer.entry(order, { ...entry, deliveredAt });
    writer.flush();
  }
  const bytes = files.readLog()?.length ?? 0;
  assert.ok(bytes > 10_000 && bytes < 11_000, `${bytes} bytes`);
});

test('a batch too big to keep is flushed by itself', () => {
  const files = new MemoryRecordingFiles();
  const writer = createRecording({ files, sql: loadSql });
  writer.blob('h', 'half', new Uint8Array(BATCH_BYTES_MAX - 100));
  assert.equal(files.readLog(), undefined);
  writer.blob('i', 'rest', new Uint8Array(100));
  assert.ok((files.readLog()?.length ?? 0) > BATCH_BYTES_MAX);
});

test('a batch of too many unfinished entries is flushed by itself', () => {
  const files = new MemoryRecordingFiles();
  const writer = createRecording({ files, sql: loadSql });
  const unfinished = (seq: number) => ({ ...clockEntry(seq), deliveredAt: undefined });
  for (let seq = 1; seq < BATCH_ENTRIES_MAX; seq++) writer.entry(order, unfinished(seq));
  assert.equal(files.readLog(), undefined);
  writer.entry(order, unfinished(0));
  assert.ok((files.readLog()?.length ?? 0) > BATCH_ENTRIES_MAX);
});

test('keys of the format cannot be written as meta', () => {
  const writer = createRecording({ files: new MemoryRecordingFiles(), sql: loadSql });
  assert.throws(() => writer.meta('format_version', '9'), /belongs to the recording's format/);
});

test('nothing is written after the recording is closed', async () => {
  const writer = createRecording({ files: new MemoryRecordingFiles(), sql: loadSql });
  await writer.close();
  await writer.close();
  writer.meta('late', '1');
  assert.throws(() => writer.flush(), /the recording is closed/);
});

/** The log of writes that were flushed as they say, and where each flush ended. */
function written(all: readonly Write[]) {
  const files = new MemoryRecordingFiles();
  const writer = createRecording({ files, sql: loadSql });
  const flushes: { readonly bytes: number; readonly writes: number }[] = [];
  perform(writer, all, (writes) => flushes.push({ bytes: files.readLog()?.length ?? 0, writes }));
  return { log: files.readLog() ?? new Uint8Array(), flushes };
}

function open(source: RecordingSource): Promise<Recording> {
  return openRecording({ source, sql: loadSql, operationByName });
}

function droppedBytes(recording: Recording): number {
  const [warning] = recording.warnings;
  if (warning === undefined) return 0;
  assert.equal(warning.kind, 'torn-tail');
  return warning.kind === 'torn-tail' ? warning.bytes : 0;
}
