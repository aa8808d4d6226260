import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { after, test } from 'node:test';
import { parseConfig } from '../../simulator/config/parse-config.ts';
import { EFFECT_POINTS } from '../../simulator/faults/fault.ts';
import { projectRoot } from '../helpers/project-root.ts';
import { closeExamples, loadExample, runExample } from './run-example.ts';

after(closeExamples);

/** What each program prints on standard output. */
const EXPECTED: Readonly<Record<string, RegExp | string>> = {
  // Another node reads its clock ten seconds later if the first reading is lost with its node.
  clock:
    /^it is 2026-01-01T00:00:[01]0Z\nthe clock ticks every 1 ns\na nap of 250 ms took at least that\n$/,
  random: /^id [0-9a-f]{32}\ndice( [1-6]){6}\nshuffled( [0-4]){5}\n$/,
  sleep:
    'slept for a millisecond\nslept for five seconds\npolled nothing for a second and a half\n' +
    'of the alarms at 60, 2 and 30 seconds, number 2 rang first\na month later: awake\n',
  http:
    'GET https://shop.example/stock?item=lamp\n  200 {"count":5}\n' +
    'POST https://shop.example/orders\n  201 {"id":1,"item":"lamp","count":2}\n' +
    '  it is at /orders/1\n' +
    'GET https://shop.example/orders/1\n  200 {"id":1,"item":"lamp","count":2}\n' +
    'DELETE https://shop.example/orders/7\n  404 {"error":"not found"}\n' +
    'GET https://shop.example/slow\n  no answer: Operation timed out\n' +
    'GET https://nowhere.example/\n  no answer: Host is unreachable\n' +
    'GET not a url\n  no answer: Invalid argument\n',
  files:
    '/work/drafts/letter.txt: dear reader\n/work/latest points to drafts/letter.txt\n' +
    '/work/latest: dear reader\n/work/copy.txt has 2 names and 11 bytes\n' +
    'after the rename, /work/latest is dangling\n/work/copy.txt: dear reader, g\n' +
    '/work holds copy.txt drafts latest\n/work holds copy.txt latest\n',
  volume: 'visit 1\nvisit 2\nvisit 3\n24 bytes on the volume\n',
  stdin: '1: FIRST LINE\n2: SECOND LINE\n3: LAST, WITHOUT AN END\n3 lines\n',
  stdio: 'hello from the example\n0% 50% 100% \n',
};

const folder = join(projectRoot, 'examples/effects');
const file = join(folder, 'backstitch.json');
const { workflows } = parseConfig(readFileSync(file, 'utf8'), file);

test('every program of the effects example is a workflow that is tested here', () => {
  const sources = readdirSync(folder).filter((name) => name.endsWith('.c'));
  const names = workflows.map(({ name }) => name).sort();
  assert.deepEqual(sources.map((name) => basename(name, '.c')).sort(), names);
  assert.deepEqual(Object.keys(EXPECTED).sort(), names);
});

for (const { name } of workflows) {
  const expected = EXPECTED[name] ?? '';

  test(`${name} imports only what every Backstitch program may and prints what it should`, async () => {
    const example = await loadExample('effects', name);
    const wasm = example.loaded.workflows[0]?.wasm as Uint8Array<ArrayBuffer>;
    for (const { module } of WebAssembly.Module.imports(new WebAssembly.Module(wasm))) {
      assert.ok(['wasi_snapshot_preview1', 'backstitch'].includes(module), module);
    }
    const { exitCode, stdout, stderr } = runExample(example);
    if (typeof expected === 'string') assert.equal(stdout, expected);
    else assert.match(stdout, expected);
    assert.equal(stderr, name === 'stdio' ? 'a warning\nanother warning\n' : '');
    assert.equal(exitCode, 0);
  });

  test(`${name} prints the same after a crash at any point of its effects`, async () => {
    const example = await loadExample('effects', name);
    const undisturbed = runExample(example);
    const effects = [...undisturbed.sink.entries.values()][0];
    assert.ok(effects !== undefined && effects.length > 0);
    for (let seq = 0; seq < effects.length; seq++) {
      for (const point of EFFECT_POINTS) {
        const at = { execution: `${name}-1`, seq };
        const run = runExample(example, { faults: [{ kind: 'crash', point, at }] });
        const where = `crash at the point "${point}" of #${seq}`;
        assert.equal(run.exitCode, 0, where);
        if (typeof expected === 'string') assert.equal(run.stdout, expected, where);
        else assert.match(run.stdout, expected, where);
      }
    }
  });
}
