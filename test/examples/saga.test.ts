import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { projectRoot } from '../helpers/project-root.ts';
import { expectCrashLaw, expectReplays, notesOf, readyExample, runReady } from './example-laws.ts';
import { closeExamples } from './run-example.ts';

after(closeExamples);

const TRIPS = {
  trip: {
    exitCode: 0,
    stdout: 'flight: reserved\nhotel: reserved\npayment: reserved\nAlice goes to Lisbon\n',
    notes: ['flight: made for Alice', 'hotel: made for Alice', 'payment: made for Alice'],
  },
  declined: {
    exitCode: 3,
    stdout:
      'flight: reserved\nhotel: reserved\npayment: refused\n' +
      'hotel: cancelled\nflight: cancelled\nMallory stays at home\n',
    notes: [
      'flight: made for Mallory',
      'hotel: made for Mallory',
      'payment: refused Mallory: the card was declined',
      'hotel: cancelled',
      'flight: cancelled',
    ],
  },
  full: {
    exitCode: 3,
    stdout: 'flight: reserved\nhotel: refused\nflight: cancelled\nAlice stays at home\n',
    notes: ['flight: made for Alice', 'hotel: refused Alice: no room is free', 'flight: cancelled'],
  },
};

for (const [name, { exitCode, stdout, notes }] of Object.entries(TRIPS)) {
  test(`the saga "${name}" ends as it should, and replays`, async () => {
    const run = runReady(await readyExample('saga', name));
    assert.equal(run.stdout, stdout);
    assert.equal(run.exitCode, exitCode);
    assert.deepEqual(notesOf(run), notes);
    expectReplays(run);
  });

  test(`the saga "${name}" makes and cancels each reservation once, wherever it crashes`, async () => {
    const crashes = expectCrashLaw(await readyExample('saga', name), (run) => {
      assert.equal(run.stdout, stdout);
      assert.equal(run.exitCode, exitCode);
      // A service may refuse twice: that does nothing.
      assert.deepEqual([...new Set(notesOf(run))], notes);
      const done = notesOf(run).filter((note) => !note.includes('refused'));
      assert.equal(done.length, new Set(done).size);
    });
    assert.ok(crashes > 20);
  });
}

test('the fault plan of the saga crashes it while it undoes, and each is cancelled once', async () => {
  const file = join(projectRoot, 'examples/saga/faults/crash-while-undoing.json');
  const plan: object = JSON.parse(readFileSync(file, 'utf8'));
  const run = runReady(await readyExample('saga', 'declined'), plan);
  assert.deepEqual(
    [...run.sink.faults.values()].map(({ fired }) => fired),
    [1, 1],
  );
  assert.equal(run.stdout, TRIPS.declined.stdout);
  assert.deepEqual(notesOf(run), TRIPS.declined.notes);
  const cancelled = run.sink.ledgerRows.filter(({ method }) => method === 'DELETE');
  assert.deepEqual(
    cancelled.map(({ service, duplicateBy }) => [service, duplicateBy]),
    [
      ['hotel', undefined],
      ['hotel', 'key'],
      ['flight', undefined],
      ['flight', 'key'],
    ],
  );
});

test('a hotel that never answers is cancelled too: it may have said yes', async () => {
  // The second call and the four tries that the program makes after it.
  const faults = [2, 3, 4, 5, 6].map((match) => ({
    kind: 'lose-response',
    at: { effect: 'http.request', match },
    times: 10,
  }));
  const run = runReady(await readyExample('saga', 'trip'), { faults });
  assert.equal(run.exitCode, 3);
  assert.deepEqual(notesOf(run), [
    'flight: made for Alice',
    'hotel: made for Alice',
    'hotel: cancelled',
    'flight: cancelled',
  ]);
  assert.equal(run.stdout.match(/rooms.*timed out/g)?.length, 5);
  expectReplays(run);
});
