import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import {
  expectCrashLaw,
  expectWholeReplays,
  FEW_POINTS,
  notesOf,
  readyExample,
  runReady,
} from './example-laws.ts';
import { closeExamples } from './run-example.ts';

after(closeExamples);

/** A crash between two pieces of the news has them sent anew, so hours may be added to later ones. */
const STDOUT = new RegExp(
  '^https://swift.example would take 1350 cents\nhttps://steady.example would take 870 cents\n' +
    'booked as B-1; the pick-up is in two days\nafter 0 h: picked up\nafter \\d+ h: at the depot\n' +
    'after \\d+ h: on the van\nafter \\d+ h: delivered\ndone\n$',
);

test('the parcel is booked once and followed, with two exchanges at a time, and replays', async () => {
  const run = runReady(await readyExample('javascript', 'parcel'));
  assert.match(run.stdout, STDOUT);
  const hours = [...run.stdout.matchAll(/after (\d+) h/g)].map(([, count]) => Number(count));
  assert.deepEqual(hours, [0, 5, 20, 24]);
  assert.equal(run.stderr, '');
  assert.equal(run.exitCode, 0);
  assert.match(notesOf(run).join(), /^steady: booked B-1 for [0-9a-f]{8}$/);
  const names = run.entries.map(({ operation }) => operation.name);
  const sent = names.indexOf('http.send');
  assert.ok(names.indexOf('http.send', sent + 1) < names.indexOf('http.response'));
  // Three pieces of the news follow the first.
  assert.equal(names.filter((name) => name === 'http.body').length, 3);
  expectWholeReplays(run);
});

test('the parcel is booked once wherever its node crashes', async () => {
  const crashes = expectCrashLaw(
    await readyExample('javascript', 'parcel'),
    (run) => {
      assert.match(run.stdout, STDOUT);
      assert.equal(run.exitCode, 0);
      assert.equal(notesOf(run).length, 1);
    },
    FEW_POINTS,
  );
  assert.ok(crashes > 60);
});
