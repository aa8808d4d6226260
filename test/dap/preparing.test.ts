import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { STEPS } from './helpers/programs.ts';
import { TestClient } from './helpers/test-client.ts';
import { closeTestHost } from './helpers/test-host.ts';

after(closeTestHost);

const MOTIONS = ['stepIn', 'next', 'stepIn', 'stepBack', 'backstitch/reverseStepIn', 'stepIn'];

/** What is seen on a walk through a program. */
async function walk(client: TestClient): Promise<string[]> {
  const seen: string[] = [];
  await client.launchTo({ program: STEPS, steps: 'statements', stopOnEntry: true });
  for (let step = 0; step < 60; step++) {
    await client.move(MOTIONS[step % MOTIONS.length] ?? 'stepIn');
    seen.push(await client.snapshot());
  }
  await client.disconnectRequest();
  return seen;
}

describe('what is prepared while nobody waits', () => {
  it('shows the same as what is looked at when it is asked for', async () => {
    const expected = await walk(new TestClient());
    let prepared = 0;
    const atOnce = new TestClient({
      whenQuiet: (work) => {
        prepared++;
        work();
      },
    });
    assert.deepEqual(await walk(atOnce), expected);
    assert.ok(prepared > expected.length);
  });

  it('is broken off by a request, and changes nothing', async () => {
    const expected = await walk(new TestClient());
    let asked = 0;
    const disturbed = new TestClient({
      whenQuiet: (work) => work(),
      hasRequests: () => ++asked % 7 === 0,
    });
    assert.deepEqual(await walk(disturbed), expected);
  });
});
