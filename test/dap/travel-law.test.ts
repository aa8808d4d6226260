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

interface Case {
  readonly name: string;
  readonly launch: object;
  /** How to go forwards, and the same backwards. */
  readonly on: string;
  readonly back: string;
}

const EFFECTS = { on: 'next', back: 'stepBack' };
const EVERYTHING = { on: 'stepIn', back: 'backstitch/reverseStepIn' };
const statements = { steps: 'statements' };
const crash = { faults: join(ORDER, 'faults/crash-after-charge.json') };

const CASES: readonly Case[] = [
  { name: 'steps', launch: { program: STEPS }, ...EFFECTS },
  { name: 'a trap', launch: { program: STEPS, args: ['2', 'trap'] }, ...EFFECTS },
  { name: 'an order', launch: { program: ORDER }, ...EFFECTS },
  { name: 'an order through a crash', launch: { program: ORDER, ...crash }, ...EFFECTS },
  { name: 'statements', launch: { program: STEPS, ...statements }, ...EVERYTHING },
  {
    name: 'statements of the outermost function',
    launch: { program: STEPS, ...statements },
    ...EFFECTS,
  },
  {
    name: 'statements up to a trap',
    launch: { program: STEPS, args: ['2', 'trap'], ...statements },
    ...EVERYTHING,
  },
  {
    name: 'statements that a crash took away',
    launch: {
      program: STEPS,
      args: ['2'],
      ...statements,
      faults: {
        faults: [{ kind: 'crash', at: { execution: 'steps-1', seq: 1 }, point: 'before' }],
      },
    },
    ...EVERYTHING,
  },
  {
    name: 'statements of an order that crashes when it calls',
    launch: {
      program: ORDER,
      ...statements,
      faults: {
        faults: [{ kind: 'crash', at: { execution: 'order-1', seq: 2 }, point: 'before' }],
      },
    },
    ...EVERYTHING,
  },
  {
    name: 'statements of an order through a crash',
    launch: { program: ORDER, ...crash, ...statements },
    ...EVERYTHING,
  },
];

after(async () => {
  rmSync(folder, { recursive: true, force: true });
  await closeTestHost();
});

/** Steps until nothing more comes, and takes down what is seen at every stop. */
async function walk(client: TestClient, command: string): Promise<string[]> {
  const seen: string[] = [];
  for (;;) {
    const { reason, description } = await client.move(command);
    if (reason === 'entry') return seen;
    seen.push(await client.snapshot());
    if (/ (exited|trapped)/.test(description)) return seen;
  }
}

async function atEnd(client: TestClient): Promise<boolean> {
  return /^\S+-1 (exited|trapped)/.test((await client.frames())[0]?.name ?? '');
}

describe('the reverse law', () => {
  for (const { name, launch, on, back } of CASES) {
    const { steps } = { steps: 'effects', ...launch };
    const recording = join(folder, `${name.replaceAll(' ', '-')}.backstitch`);
    const client = new TestClient();

    before(async () => {
      const recorder = new TestClient();
      await recorder.launchTo({ ...launch, record: recording });
      await recorder.disconnectRequest();
      await client.launchTo({ recording, steps });
    });

    it(`holds for ${name}: all the way forwards and back shows the same`, async () => {
      const first = await client.snapshot();
      const forwards = [first, ...(await walk(client, on))];
      assert.ok(forwards.length > 3);
      const backwards = await walk(client, back);
      assert.deepEqual([...backwards].reverse(), forwards.slice(0, -1));
    });

    it(`holds for ${name}: n steps forwards and n back, from anywhere`, async () => {
      await fc.assert(
        fc.asyncProperty(fc.nat(12), fc.nat(6), async (from, steps) => {
          await client.move('reverseContinue');
          for (let step = 0; step < from; step++) await client.move(on);
          const before = await client.snapshot();
          let made = 0;
          while (made < steps && !(await atEnd(client))) {
            await client.move(on);
            made++;
          }
          for (let step = 0; step < made; step++) await client.move(back);
          assert.equal(await client.snapshot(), before);
        }),
        { numRuns: RUNS },
      );
    });

    it(`holds for ${name}: a live session shows the past as its recording does`, async () => {
      const live = new TestClient();
      await live.launchTo({ ...launch, stopOnEntry: true });
      for (;;) {
        if (/ (exited|trapped)/.test((await live.move(on)).description)) break;
      }
      await live.move('reverseContinue');
      await client.move('reverseContinue');
      for (;;) {
        assert.equal(await live.snapshot(), await client.snapshot());
        const [{ description }] = await Promise.all([live.move(on), client.move(on)]);
        if (/ (exited|trapped)/.test(description)) break;
      }
      assert.equal(await live.snapshot(), await client.snapshot());
    });
  }
});
