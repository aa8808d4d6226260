/**
 * A program that records until it is killed. It writes to the recording named by its argument and
 * says on stdout, after each flush, how many entries were flushed.
 */
import { writeSync } from 'node:fs';
import initSqlJs from 'sql.js';
import { WritableRecordingOnDisk } from '../../simulator/cli/node/recording-files.ts';
import {
  continueRecording,
  createRecording,
  type RecordingWriter,
} from '../../simulator/journal/recording-writer.ts';
import { clockEntry, order } from './sample-entries.ts';

const [path = '', first = '0', ending = ''] = process.argv.slice(2);
const files = new WritableRecordingOnDisk(path);
const options = { files, sql: () => initSqlJs() };
const begin = Number(first);
const writer: RecordingWriter =
  begin === 0 ? createRecording(options) : await continueRecording(options);
// Enough that the parent kills it on the way, and an end in case that the parent is gone.
const ENTRIES_MAX = 20_000;
for (let seq = begin; seq < begin + ENTRIES_MAX; seq++) {
  writer.entry(order, clockEntry(seq));
  if (seq % 7 !== 0) continue;
  writer.flush();
  writeSync(1, `${seq + 1}\n`);
  if (ending === 'close' && seq > begin + 50) {
    await writer.close();
    writeSync(1, 'closed\n');
    break;
  }
}
