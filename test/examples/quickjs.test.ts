import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { expectCrashLaw, expectReplays, readyExample, runReady } from './example-laws.ts';
import { closeExamples } from './run-example.ts';

after(closeExamples);

const STDOUT =
  /^2026-01-01 (\w+) wins a bicycle\n2026-01-02 (\w+) wins a lamp\n2026-01-03 (\w+) wins a café voucher\nleft with nothing: (\w+) (\w+)\n$/;
const ENTRANTS = ['Ada', 'Barbara', 'Donald', 'Edsger', 'Grace'];

/** Everyone is in one line of the output, and in one only. */
function expectRaffle(stdout: string): void {
  const [, ...names] = STDOUT.exec(stdout) ?? [];
  assert.deepEqual(names.sort(), ENTRANTS, stdout);
}

test('the raffle draws each entrant once, and replays', async () => {
  const run = runReady(await readyExample('quickjs', 'raffle'));
  expectRaffle(run.stdout);
  assert.equal(run.stderr, '');
  assert.equal(run.exitCode, 0);
  expectReplays(run);
});

test('the raffle draws each entrant once, wherever it crashes', async () => {
  const crashes = expectCrashLaw(await readyExample('quickjs', 'raffle'), (run) => {
    expectRaffle(run.stdout);
    assert.equal(run.stderr, '');
    assert.equal(run.exitCode, 0);
  });
  assert.ok(crashes >= 40);
});
