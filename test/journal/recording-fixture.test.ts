import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { operationByName } from '../../simulator/effects/registry.ts';
import { openRecording } from '../../simulator/journal/recording.ts';
import { MemoryRecordingFiles } from '../../simulator/journal/recording-files.ts';
import { FORMAT_VERSION } from '../../simulator/journal/recording-schema.ts';
import { createRecording } from '../../simulator/journal/recording-writer.ts';
import { projectRoot } from '../helpers/project-root.ts';
import { contentOf } from './recording-model.ts';
import { sampleContent, writeSample } from './sample-recording.ts';
import { loadSql } from './sql-engine.ts';

/**
 * One closed recording and one log of a killed writer for each format that ever was. They are
 * never written again; UPDATE_GOLDEN=1 makes those of a new format.
 */
const folder = join(projectRoot, 'test/fixtures/recordings');
const pathOf = (format: number) => join(folder, `format-${format}.backstitch`);

async function writeFixture(path: string): Promise<void> {
  const files = new MemoryRecordingFiles();
  const writer = createRecording({ files, sql: loadSql });
  writeSample(writer);
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${path}-log`, files.readLog() ?? new Uint8Array());
  await writer.close();
  writeFileSync(path, files.readFile() ?? new Uint8Array());
}

test('the current format has a fixture', async () => {
  const path = pathOf(FORMAT_VERSION);
  if (!existsSync(path) && process.env.UPDATE_GOLDEN === '1') await writeFixture(path);
  assert.ok(existsSync(path), `run this test with UPDATE_GOLDEN=1 to write ${path}`);
});

for (let format = 1; format <= FORMAT_VERSION; format++) {
  test(`a recording of format ${format} is read, closed or killed`, async () => {
    const closed = new MemoryRecordingFiles('closed', readFileSync(pathOf(format)));
    const log = readFileSync(`${pathOf(format)}-log`);
    const killed = new MemoryRecordingFiles('killed', undefined, log);
    for (const source of [closed, killed]) {
      const recording = await openRecording({ source, sql: loadSql, operationByName });
      assert.deepEqual(recording.warnings, []);
      assert.deepEqual(contentOf(recording), sampleContent());
      recording.close();
    }
  });
}
