import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { operationByName } from '../../simulator/effects/registry.ts';
import { executionId } from '../../simulator/journal/entry.ts';
import { stampPages } from '../../simulator/journal/page-checksum.ts';
import { openRecording, type Recording } from '../../simulator/journal/recording.ts';
import { RecordingError } from '../../simulator/journal/recording-error.ts';
import { MemoryRecordingFiles } from '../../simulator/journal/recording-files.ts';
import { encodeLogHeader, type LogHeader, NO_BASE } from '../../simulator/journal/recording-log.ts';
import { continueRecording, createRecording } from '../../simulator/journal/recording-writer.ts';
import { contentOf } from './recording-model.ts';
import { sampleContent, writeSample } from './sample-recording.ts';
import { loadSql } from './sql-engine.ts';

function open(file: Uint8Array | undefined, log?: Uint8Array): Promise<Recording> {
  const source = new MemoryRecordingFiles('run.backstitch', file, log);
  return openRecording({ source, sql: loadSql, operationByName });
}

async function sampleFile(): Promise<Uint8Array> {
  const files = new MemoryRecordingFiles();
  const writer = createRecording({ files, sql: loadSql });
  writeSample(writer);
  await writer.close();
  const file = files.readFile();
  assert.ok(file !== undefined);
  return file;
}

/** The log of a writer that was killed. */
function sampleLog(file?: Uint8Array): Uint8Array {
  const files = new MemoryRecordingFiles('run.backstitch', file);
  const writer = createRecording({ files, sql: loadSql });
  writeSample(writer);
  writer.leave();
  return files.readLog() ?? new Uint8Array();
}

const ascii = (text: string) => new TextEncoder().encode(text);
/** Of a log with no rows, of a recording that has no file yet. */
const header: LogHeader = { format: 1, kind: 'replace', base: NO_BASE, id: '0'.repeat(32) };

test('there being nothing is told from there being something else', async () => {
  await assert.rejects(open(undefined), { code: 'missing', message: /^run.backstitch: .*no such/ });
  await assert.rejects(open(undefined, new Uint8Array()), { code: 'missing' });
  await assert.rejects(open(new Uint8Array()), {
    code: 'not-a-recording',
    message: /but an empty file/,
  });
  await assert.rejects(open(ascii('hello\n')), {
    code: 'not-a-recording',
    message: /but a text file/,
  });
  await assert.rejects(open(Uint8Array.of(0, 97, 115, 109)), {
    code: 'not-a-recording',
    message: /a file of another kind/,
  });
  await assert.rejects(open(ascii('SQLite format 3\0')), { message: /a cut-off SQLite database/ });
});

test('an SQLite database of another program is not a recording', async () => {
  const engine = await loadSql();
  const database = new engine.Database();
  database.run('CREATE TABLE t (a)');
  const bytes = database.export();
  database.close();
  await assert.rejects(open(bytes), {
    code: 'not-a-recording',
    message: /an SQLite database of another program/,
  });
});

test('a file of a newer format says which and what to do', async () => {
  const file = await sampleFile();
  new DataView(file.buffer, file.byteOffset).setUint32(60, 3);
  stampPages(file);
  await assert.rejects(open(file), {
    code: 'newer-version',
    message:
      'run.backstitch: written by a newer Backstitch: format 3, this one reads up to 1. ' +
      'Update Backstitch.',
  });
});

test('a log of a newer format is refused too', async () => {
  await assert.rejects(open(undefined, encodeLogHeader({ ...header, format: 2 })), {
    code: 'newer-version',
    message: /run.backstitch-log: written by a newer Backstitch: format 2/,
  });
});

test('a cut-off file is damaged, and says how much is missing', async () => {
  const file = await sampleFile();
  await assert.rejects(open(file.subarray(0, file.length - 5)), {
    code: 'damaged',
    message: /5 bytes are missing at its end/,
  });
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: file.length - 1 }), async (length) => {
      await assert.rejects(open(file.subarray(0, length)), RecordingError);
    }),
    { numRuns: 50 },
  );
});

test('bytes after the end of a file are warned of', async () => {
  const file = await sampleFile();
  const recording = await open(new Uint8Array([...file, 1, 2, 3]));
  assert.deepEqual(
    recording.warnings.map(({ kind }) => kind),
    ['changed-pages'],
  );
  assert.match(recording.warnings[0]?.message ?? '', /3 bytes follow its end/);
  recording.close();
});

test('a flipped bit anywhere in a closed recording is an error or a warning', async () => {
  const file = await sampleFile();
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: file.length * 8 - 1 }), async (bit) => {
      const flipped = file.slice();
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      try {
        const recording = await open(flipped);
        assert.ok(recording.warnings.length > 0, `bit ${bit} went unnoticed`);
        try {
          contentOf(recording);
        } finally {
          recording.close();
        }
      } catch (thrown) {
        assert.ok(thrown instanceof RecordingError, String(thrown));
      }
    }),
    { numRuns: 100 },
  );
});

test('a file with damaged pages is not written over', async () => {
  const file = await sampleFile();
  file[file.length - 1] = (file[file.length - 1] ?? 0) ^ 1;
  const files = new MemoryRecordingFiles('run.backstitch', file);
  await assert.rejects(continueRecording({ files, sql: loadSql }), {
    code: 'damaged',
    message: /does not match its checksum; nothing was written/,
  });
  assert.equal(files.readFile(), file);
});

test('a file that another program rewrote can be read, with a warning', async () => {
  const engine = await loadSql();
  const database = new engine.Database(await sampleFile());
  database.run('CREATE INDEX mine ON trace_row (at)');
  const changed = await open(database.export());
  assert.deepEqual(
    changed.warnings.map(({ kind }) => kind),
    ['changed-pages'],
  );
  assert.deepEqual(contentOf(changed), sampleContent());
  changed.close();
  // A file without room for checksums, as other tools make it.
  const plain = new engine.Database();
  plain.run('PRAGMA application_id = 1651209076; PRAGMA user_version = 1; CREATE TABLE t (a)');
  await assert.rejects(open(plain.export()), { code: 'damaged' });
  plain.close();
  database.close();
});

test('random bytes behind the right beginning never do worse than an error', async () => {
  const file = await sampleFile();
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.nat(file.length - 1), fc.nat(255)), { minLength: 1, maxLength: 40 }),
      async (edits) => {
        const changed = file.slice();
        for (const [at, value] of edits) changed[at] = value;
        // Checksums that match, so that everything behind them has to stand up for itself.
        stampPages(changed);
        try {
          const recording = await open(changed);
          try {
            contentOf(recording);
          } finally {
            recording.close();
          }
        } catch (thrown) {
          assert.ok(thrown instanceof RecordingError, String(thrown));
        }
      },
    ),
    { numRuns: 100 },
  );
});

test('a killed recording is read from its log alone, and folded when continued', async () => {
  const log = sampleLog();
  const recording = await open(undefined, log);
  assert.deepEqual(contentOf(recording), sampleContent());
  recording.close();
  const files = new MemoryRecordingFiles('run.backstitch', undefined, log);
  (await continueRecording({ files, sql: loadSql })).leave();
  assert.equal(files.readLog(), undefined);
  const folded = await open(files.readFile());
  assert.deepEqual(contentOf(folded), sampleContent());
  folded.close();
});

test('recording over an old recording keeps the old one until a batch is flushed', async () => {
  const old = await sampleFile();
  const files = new MemoryRecordingFiles('run.backstitch', old);
  const writer = createRecording({ files, sql: loadSql });
  writer.meta('seed', 'new');
  assert.deepEqual(contentOf(await open(files.readFile(), files.readLog())), sampleContent());
  writer.flush();
  const replaced = await open(files.readFile(), files.readLog());
  assert.deepEqual([...replaced.meta()], [['seed', 'new']]);
  assert.deepEqual(replaced.executions(), []);
  replaced.close();
  await writer.close();
  const closed = await open(files.readFile(), files.readLog());
  assert.deepEqual([...closed.meta()], [['seed', 'new']]);
  closed.close();
});

test('a file that is not a recording is not written over', () => {
  const files = new MemoryRecordingFiles('notes.txt', ascii('my notes'));
  assert.throws(() => createRecording({ files, sql: loadSql }), {
    code: 'not-a-recording',
    message: /^notes.txt: exists and is not a recording, but a text file; it was left alone/,
  });
});

test('a log beside a file that it does not belong to is left alone, with a warning', async () => {
  const file = await sampleFile();
  const log = encodeLogHeader({ ...header, id: 'ab'.repeat(16) });
  const recording = await open(file, log);
  assert.deepEqual(
    recording.warnings.map(({ kind }) => kind),
    ['foreign-log'],
  );
  recording.close();
  const files = new MemoryRecordingFiles('run.backstitch', file, log);
  await assert.rejects(continueRecording({ files, sql: loadSql }), { code: 'foreign-log' });
  assert.equal(files.readLog(), log);
});

test('a log that goes on from a file that is gone is an error', async () => {
  const log = encodeLogHeader({ ...header, kind: 'continue', base: '12'.repeat(8) });
  await assert.rejects(open(undefined, log), { code: 'foreign-log' });
});

test('a flipped bit in the header of a log is noticed, with and without a file', async () => {
  const file = await sampleFile();
  const log = encodeLogHeader(header);
  for (let at = 0; at < log.length; at++) {
    const flipped = log.slice();
    flipped[at] = (flipped[at] ?? 0) ^ 16;
    await assert.rejects(open(undefined, flipped), { code: 'damaged' });
    const recording = await open(file, flipped);
    assert.deepEqual(
      recording.warnings.map(({ kind }) => kind),
      ['damaged-log'],
    );
    recording.close();
  }
});

test('a platform that cannot read is reported with its own words', async () => {
  const source = new MemoryRecordingFiles('run.backstitch');
  source.readFile = () => {
    throw new Error('EACCES: permission denied');
  };
  await assert.rejects(openRecording({ source, sql: loadSql, operationByName }), {
    code: 'unreadable',
    message: 'run.backstitch: cannot be read: EACCES: permission denied.',
  });
});

test('an effect that this version does not know is named with its place', async () => {
  const source = new MemoryRecordingFiles('run.backstitch', await sampleFile());
  const recording = await openRecording({ source, sql: loadSql, operationByName: () => undefined });
  assert.throws(() => recording.entries(executionId('a-1')), {
    code: 'unknown-operation',
    message: /entry 0 of a-1 records the effect "clock.read", which this Backstitch does not know/,
  });
  recording.close();
});

test('a recording answers like a live history', async () => {
  const recording = await open(await sampleFile());
  const order = executionId('a-1');
  assert.equal(recording.execution(order)?.workflow, 'a');
  assert.equal(recording.execution(executionId('none-1')), undefined);
  assert.deepEqual(recording.entries(executionId('none-1')), []);
  assert.equal(recording.entryCount(order), recording.entries(order).length);
  assert.equal(recording.entries(order), recording.entries(order));
  assert.equal(recording.lostEntries(order).length, 1);
  assert.deepEqual(recording.lostEntries(executionId('b-1')), []);
  assert.equal(recording.startUnixNanos, 1_767_225_600_000_000_000n);
  assert.equal(recording.blob('c0ffee')?.label, 'module a');
  assert.equal(recording.blob('decaf'), undefined);
  recording.close();
});
