import assert from 'node:assert/strict';
import { test } from 'node:test';
import { operationByName } from '../../simulator/effects/registry.ts';
import { canonicalText } from '../../simulator/journal/canonical-text.ts';
import { openRecording } from '../../simulator/journal/recording.ts';
import { MemoryRecordingFiles } from '../../simulator/journal/recording-files.ts';
import { continueRecording, createRecording } from '../../simulator/journal/recording-writer.ts';
import type { RecordingSink } from '../../simulator/journal/records.ts';
import { virtualNanos } from '../../simulator/kernel/time.ts';
import { writeSample } from './sample-recording.ts';
import { loadSql } from './sql-engine.ts';

async function textOf(files: MemoryRecordingFiles): Promise<string> {
  const recording = await openRecording({ source: files, sql: loadSql, operationByName });
  const text = canonicalText(recording);
  recording.close();
  return text;
}

async function textOfRows(write: (sink: RecordingSink) => void): Promise<string> {
  const files = new MemoryRecordingFiles();
  const writer = createRecording({ files, sql: loadSql });
  write(writer);
  await writer.close();
  return textOf(files);
}

const SAMPLE = `recording
meta seed = "7"
meta start_wall_ms = "1767225600000"
blob c0ffee "module a" 8 bytes 0061736d01000000
fault 1 fired 1 {"crash":"a-1","at":2}
input 1 at step 3 inbox {"execution":"a-1"} body 3 bytes "hi\\n"
input 2 at step 4 cancel {}
execution a-1 of a module c0ffee level effect
  completed exit 0 0..12960000000000000
  attempt 1 on north epoch 1 replays 0 crashed 0..3000000 detail "before #3 was recorded"
  attempt 2 on south epoch 2 replays 3 alive 4000000..
  #0 clock.read attempt 1 0..0 delivered 0
    args {"clock":"wall"}
    result {"nanos":"1767225600000000000"}
  #1 stdout.write attempt 1 1000000..1000000 delivered 1000000
    args {} body 7 bytes "héllo\\n"
    result {}
  #2 http.request attempt 2 2000000..2500000 delivered 12960000000000000
    key "a-1/2"
    args {"method":"POST","url":"http://payments/charge","headers":[["content-type","application/json"]],"timeoutNanos":"1000000000"} body 15 bytes "{\\"amount\\":4200}"
    result {"status":200,"headers":[]} body 3 bytes 000102
  #3 wait.poll attempt 1 3000000.. delivered not due 4611686018427387905
    args {"deadlines":[],"inboxes":["stdin"]}
  #4 wait.poll attempt 1 4000000.. delivered not due never
    args {"deadlines":[],"inboxes":["stdin"]}
  #5 stdin.read attempt 1 5000000..9000000 delivered not
    args {"length":10}
    result {} body 0 bytes
execution b-1 of b module c0ffee level effect
  trapped 5..6 reason "unreachable executed\\nat main.c:7"
lost
  a-1 attempt 1 #3 random.read attempt 1 3000000..3000000 delivered 3000000
    args {"length":4}
ledger payments 1 at 2200000 from a-1 #2 key "a-1/2"
  POST "/charge" [["content-type","application/json"]] 15 bytes "{\\"amount\\":4200}"
  200 [] 3 bytes 000102 note "charged 4200"
ledger payments 2 at 2200000 from a-1 #2 key "a-1/2" repeats 1 by key
  POST "/charge" [["content-type","application/json"]] 15 bytes "{\\"amount\\":4200}"
  200 [] 3 bytes 000102
ledger payments 3 at 2200000 from outside
  POST "/charge" [] 0 bytes
  no response [] 0 bytes
trace 2200000 node.crashed node north {"point":"before it"}
trace 2200000 request.sent service payments a-1 #2
choice network 17
choice random a-1 9007199254740991
`;

test('a recording as text holds everything that defines the simulation', async () => {
  assert.equal(await textOfRows(writeSample), SAMPLE);
});

test('the text is the same however the recording came to be', async () => {
  const files = new MemoryRecordingFiles();
  const half = createRecording({ files, sql: loadSql });
  half.meta('host.version', 'another');
  half.leave();
  const rest = await continueRecording({ files, sql: loadSql });
  writeSample(rest);
  assert.equal(await textOf(files), SAMPLE);
  rest.leave();
});

test('long bytes are cut, and a hash tells them apart', async () => {
  const withBody = (last: number): Promise<string> =>
    textOfRows((sink) => {
      const body = new Uint8Array(1000).fill(97);
      body[999] = last;
      sink.input({ number: 1, step: 0, kind: 'inbox', data: {}, body });
    });
  const [one, other] = [await withBody(98), await withBody(99)];
  assert.match(one, /^input 1 at step 0 inbox {} body 1000 bytes (61){64}\.\.\. hash [0-9a-f]+$/m);
  assert.notEqual(one, other);
});

test('text that would confuse a terminal or a diff is quoted', async () => {
  const text = await textOfRows((sink) => {
    const body = Uint8Array.of(27, 91, 50, 74);
    sink.input({ number: 1, step: 0, kind: 'inbox', data: {}, body });
    sink.meta('note', 'two\nlines\u001b');
    sink.trace({ at: virtualNanos(0n), kind: 'input.arrived' });
  });
  assert.match(text, /^input .* body 4 bytes 1b5b324a$/m);
  assert.match(text, /^meta note = "two\\nlines\\u001b"$/m);
});
