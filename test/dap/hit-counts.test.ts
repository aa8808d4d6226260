/** A breakpoint has one count, whatever executions meet it, in whatever direction one goes. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { LOST, lineOf } from './helpers/programs.ts';
import { type Arrival, TestClient } from './helpers/test-client.ts';
import { closeTestHost } from './helpers/test-host.ts';

const folder = mkdtempSync(join(tmpdir(), 'backstitch-counts-'));
const recording = join(folder, 'counts.backstitch');
const faults = {
  faults: [{ kind: 'crash', at: { execution: 'lost-2', seq: 5 }, point: 'performed' }],
};
const launch = { program: folder, faults, steps: 'statements' };

before(async () => {
  const workflows = { lost: { source: LOST, count: 3 } };
  writeFileSync(join(folder, 'backstitch.json'), JSON.stringify({ workflows }));
  const recorder = new TestClient();
  await recorder.launchTo({ ...launch, record: recording });
  await recorder.disconnectRequest();
});
after(async () => {
  rmSync(folder, { recursive: true, force: true });
  await closeTestHost();
});

const line = lineOf(LOST, 'ADD');

function stopAt(client: TestClient, more: object): Promise<unknown> {
  return client.setBreakpointsRequest({ source: { path: LOST }, breakpoints: [{ line, ...more }] });
}

async function stops(client: TestClient, command: string, first?: Arrival): Promise<string[]> {
  const found: string[] = [];
  for (let stop = first ?? (await client.move(command)); ; stop = await client.move(command)) {
    if (stop.reason === 'end' || stop.reason === 'entry') return found;
    const { body } = await client.customRequest('backstitch/position');
    assert.equal(body.line, line);
    found.push(`${body.execution} ${body.tick} ${body.lostWith ?? ''}`);
  }
}

describe('a hit count on a line that several executions come to', () => {
  let all: string[] = [];

  before(async () => {
    const client = new TestClient();
    await client.launchTo({ ...launch, stopOnEntry: true });
    await stopAt(client, {});
    await stops(client, 'continue');
    all = (await stops(client, 'reverseContinue')).reverse();
  });

  it('counts them all, and what was lost', () => {
    assert.equal(all.length, 6 + 4 + 4 + 6);
    assert.deepEqual([...new Set(all.map((each) => each.split(' ')[0]))].sort(), [
      'lost-1',
      'lost-2',
      'lost-3',
    ]);
  });

  for (const [hitCondition, holds] of [
    ['7', (count: number) => count === 7],
    ['>= 16', (count: number) => count >= 16],
    ['% 4', (count: number) => count % 4 === 0],
    ['< 3', (count: number) => count < 3],
    ['21', () => false],
  ] as const) {
    it(`stops at ${hitCondition}, live and recorded, forwards and backwards`, async () => {
      const expected = all.filter((_, index) => holds(index + 1));
      const live = new TestClient();
      const first = await live.launchTo(launch, () => stopAt(live, { hitCondition }));
      const plain = (texts: readonly string[]) => texts.map((text) => text.replace(/ \d*$/, ''));
      assert.deepEqual(plain(await stops(live, 'continue', first)), plain(expected));
      assert.deepEqual((await stops(live, 'reverseContinue')).reverse(), expected);
      const recorded = new TestClient();
      await recorded.launchTo({ recording, steps: 'statements' });
      await stopAt(recorded, { hitCondition });
      assert.deepEqual(await stops(recorded, 'continue'), expected);
      assert.deepEqual((await stops(recorded, 'reverseContinue')).reverse(), expected);
    });
  }

  it('lets a logpoint print as often', async () => {
    const client = new TestClient();
    await client.launchTo({ recording, steps: 'statements' });
    await stopAt(client, { hitCondition: '% 4', logMessage: 'at {number}' });
    assert.equal(client.text('console').match(/^at \d/gm)?.length, 5);
  });

  it('counts only where the condition holds', async () => {
    const client = new TestClient();
    await client.launchTo({ recording, steps: 'statements' });
    await stopAt(client, { condition: 'number == 3' });
    const holding = await stops(client, 'continue');
    assert.equal(holding.length, 4);
    await stopAt(client, { condition: 'number == 3', hitCondition: '3' });
    assert.deepEqual(await stops(client, 'reverseContinue'), holding.slice(2, 3));
  });
});
