import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { operationByName } from '../../simulator/effects/registry.ts';
import { MalformedCellError } from '../../simulator/journal/byte-reader.ts';
import { emptyDatabase } from '../../simulator/journal/database-header.ts';
import type { Entry } from '../../simulator/journal/entry.ts';
import { LogFold } from '../../simulator/journal/log-fold.ts';
import { Recording } from '../../simulator/journal/recording.ts';
import { MemoryRecordingFiles } from '../../simulator/journal/recording-files.ts';
import { readLog } from '../../simulator/journal/recording-log.ts';
import { schemaSql } from '../../simulator/journal/recording-schema.ts';
import { VIEWS_SQL } from '../../simulator/journal/recording-views.ts';
import { createRecording } from '../../simulator/journal/recording-writer.ts';
import { perform, type Write, writes } from './arbitrary-rows.ts';
import { contentOf, ModelSink } from './recording-model.ts';
import { clockEntry, operation, order } from './sample-entries.ts';
import { loadSql } from './sql-engine.ts';

const engine = await loadSql();

function newDatabase() {
  const database = new engine.Database(emptyDatabase());
  database.run(schemaSql(VIEWS_SQL));
  return database;
}

function framesOf(write: (writer: ReturnType<typeof createRecording>) => void) {
  const files = new MemoryRecordingFiles();
  const writer = createRecording({ files, sql: loadSql });
  write(writer);
  writer.flush();
  return readLog('run', files.readLog() ?? new Uint8Array()).frames;
}

function folded(frames: readonly Uint8Array[], windowRowsMax?: number): Recording {
  const database = newDatabase();
  const fold = new LogFold(database, windowRowsMax);
  for (const frame of frames) fold.apply(frame);
  fold.finish();
  return new Recording('run', database, operationByName, []);
}

test('however small its window, a fold ends as if rows were applied one by one (F1)', () => {
  fc.assert(
    fc.property(writes, fc.integer({ min: 1, max: 6 }), (all: readonly Write[], window) => {
      const recording = folded(
        framesOf((writer) => perform(writer, all)),
        window,
      );
      const model = new ModelSink();
      perform(model, all);
      assert.deepEqual(contentOf(recording), model.content());
      recording.close();
    }),
    { numRuns: 100 },
  );
});

test('thousands of rows of several shapes come back in order', () => {
  const count = 5000;
  const made: Entry[] = Array.from({ length: count }, (_, seq) =>
    seq % 3 === 0
      ? {
          ...clockEntry(seq),
          operation: operation('stdout.write'),
          args: { body: BODY },
          result: {},
        }
      : clockEntry(seq),
  );
  const frames = framesOf((writer) => {
    for (const [index, entry] of made.entries()) {
      writer.entry(order, entry);
      writer.choice({ stream: index % 2 === 0 ? 'net' : 'order', value: index });
      if (index % 100 === 99) writer.flush();
    }
  });
  const recording = folded(frames);
  assert.deepEqual(recording.entries(order), made);
  assert.deepEqual(
    recording.choices().map(({ value }) => value),
    made.map((_, index) => index),
  );
  recording.close();
});

const BODY = new Uint8Array([104, 105]);

test('bytes that no writer wrote are refused as malformed, never worse', () => {
  fc.assert(
    fc.property(
      writes,
      fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1 }),
      (all, edits) => {
        const database = newDatabase();
        const fold = new LogFold(database);
        try {
          for (const frame of framesOf((writer) => perform(writer, all))) {
            const bytes = frame.slice();
            for (const [at, value] of edits) bytes[at % bytes.length] = value;
            fold.apply(bytes);
          }
          fold.finish();
        } catch (thrown) {
          // SQLite may refuse a row, such as a key that is not there: an Error, not a crash.
          assert.ok(
            thrown instanceof MalformedCellError || thrown instanceof Error,
            String(thrown),
          );
          assert.ok(
            !(thrown instanceof RangeError) && !(thrown instanceof TypeError),
            String(thrown),
          );
        } finally {
          database.close();
        }
      },
    ),
    { numRuns: 100 },
  );
});
