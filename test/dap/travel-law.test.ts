import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { ORDER, STEPS } from './helpers/programs.ts';
import { TestClient } from './helpers/test-client.ts';
import { closeTestHost } from './helpers/test-host.ts';

const folder = mkdtempSync(join(tmpdir(), 'backstitch-travel-'));
const RUNS = 12;

const CASES: readonly { readonly name: string; readonly launch: object }[] = [
  { name: 'steps', launch: { program: STEPS } },
  { name: 'a trap', launch: { program: STEPS, args: ['2', 'trap'] } },
  { name: 'an order', launch: { program: ORDER } },
  {
    name: 'an order through a crash',
    launch: { program: ORDER, faults: join(ORDER, 'faults/crash-after-charge.json') },
  },
];

after(async () => {
  rmSync(folder, { recursive: true, force: true });
  await closeTestHost();
});

/** Steps until nothing more comes, and takes down what is seen at every stop. */
async function walk(client: TestClient, command: 'next' | 'stepBack'): Promise<string[]> {
  const seen: string[] = [];
  for (;;) {
    const { reason, description } = await client.move(command);
    if (command === 'stepBack' && reason === 'entry') return seen;
    seen.push(await client.snapshot());
    if (command === 'next' && / (exited|trapped)/.test(description)) return seen;
  }
}

async function atEnd(client: TestClient): Promise<boolean> {
  return /^\S+-1 (exited|trapped)/.test((await client.frames())[0]?.name ?? '');
}

describe('the reverse law', () => {
  for (const { name, launch } of CASES) {
    const recording = join(folder, `${name.replaceAll(' ', '-')}.backstitch`);
    const client = new TestClient();

    before(async () => {
      const recorder = new TestClient();
      await recorder.launchTo({ ...launch, record: recording });
      await recorder.disconnectRequest();
      await client.launchTo({ recording });
    });

    it(`holds for ${name}: all the way forwards and back shows the same`, async () => {
      const first = await client.snapshot();
      const forwards = [first, ...(await walk(client, 'next'))];
      assert.ok(forwards.length > 3);
      const backwards = await walk(client, 'stepBack');
      assert.deepEqual([...backwards].reverse(), forwards.slice(0, -1));
    });

    it(`holds for ${name}: n steps forwards and n back, from anywhere`, async () => {
      await fc.assert(
        fc.asyncProperty(fc.nat(12), fc.nat(6), async (from, steps) => {
          await client.move('reverseContinue');
          for (let step = 0; step < from; step++) await client.move('next');
          const before = await client.snapshot();
          let made = 0;
          while (made < steps && !(await atEnd(client))) {
            await client.move('next');
            made++;
          }
          for (let step = 0; step < made; step++) await client.move('stepBack');
          assert.equal(await client.snapshot(), before);
        }),
        { numRuns: RUNS },
      );
    });

    it(`holds for ${name}: a live session shows the past as its recording does`, async () => {
      const live = new TestClient();
      await live.launchTo({ ...launch, stopOnEntry: true });
      for (;;) {
        if (/ (exited|trapped)/.test((await live.move('next')).description)) break;
      }
      await live.move('reverseContinue');
      await client.move('reverseContinue');
      for (;;) {
        assert.equal(await live.snapshot(), await client.snapshot());
        const [{ description }] = await Promise.all([live.move('next'), client.move('next')]);
        if (/ (exited|trapped)/.test(description)) break;
      }
      assert.equal(await live.snapshot(), await client.snapshot());
    });
  }
});
