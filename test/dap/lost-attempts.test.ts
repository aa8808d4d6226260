/** What crashes took away is come by like anything else that happened, in either direction. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { LOST, lineOf } from './helpers/programs.ts';
import { type Arrival, TestClient } from './helpers/test-client.ts';
import { closeTestHost } from './helpers/test-host.ts';

const folder = mkdtempSync(join(tmpdir(), 'backstitch-lost-'));
const recording = join(folder, 'lost.backstitch');
const at = (marker: string) => lineOf(LOST, marker);
/** #0 and #1 are kept with the output #2; #3, #4 and #5 are lost, and performed again. */
const faults = {
  faults: [{ kind: 'crash', at: { execution: 'lost-1', seq: 5 }, point: 'performed' }],
};
const statements = { steps: 'statements' };

before(async () => {
  const recorder = new TestClient();
  await recorder.launchTo({ program: LOST, faults, record: recording });
  await recorder.disconnectRequest();
});
after(async () => {
  rmSync(folder, { recursive: true, force: true });
  await closeTestHost();
});

type Configure = (client: TestClient) => Promise<unknown>;

const onLine =
  (marker: string, more: object = {}): Configure =>
  (client) =>
    client.setBreakpointsRequest({
      source: { path: LOST },
      breakpoints: [{ line: at(marker), ...more }],
    });

const onEffect =
  (name: string, more: object = {}): Configure =>
  (client) =>
    client.setFunctionBreakpointsRequest({ breakpoints: [{ name, ...more }] });

/** Where a session is, and the attempt that was lost with it. */
async function seen(client: TestClient): Promise<string> {
  const { body } = await client.customRequest('backstitch/position');
  const frames = await client.frames();
  const label = frames.find(({ presentationHint }) => presentationHint === 'label')?.name ?? '';
  const isLost = label.includes('lost when it crashed');
  assert.equal(isLost, body.lostWith !== null, label);
  const lost = isLost ? ` lost with ${body.lostWith}` : '';
  return `#${body.seq}${body.tick === null ? '' : ` ${body.line}`}${lost}`;
}

/** All stops in a direction, to the end of it. */
async function stops(client: TestClient, command: string, first?: Arrival): Promise<string[]> {
  const found: string[] = [];
  for (let stop = first ?? (await client.move(command)); ; stop = await client.move(command)) {
    if (stop.reason === 'end' || stop.reason === 'entry') return found;
    found.push(await seen(client));
  }
}

/** The stops of a live session, of a recording, and of both backwards, which are all the same. */
async function allStops(configure: Configure, more: object = {}): Promise<string[]> {
  const live = new TestClient();
  const first = await live.launchTo({ program: LOST, faults, ...more }, () => configure(live));
  const travelled = await stops(live, 'continue', first);
  const back = (await stops(live, 'reverseContinue')).reverse();
  const recorded = new TestClient();
  const launch = { recording, stopOnEntry: false, ...more };
  const again = await recorded.launchTo(launch, () => configure(recorded));
  const forwards = await stops(recorded, 'continue', again);
  assert.deepEqual(forwards, back);
  assert.deepEqual((await stops(recorded, 'reverseContinue')).reverse(), forwards);
  // While it is live, nobody knows yet what will be lost.
  const plain = (text: string) => text.replace(/ lost with .*/, '');
  assert.deepEqual(travelled.map(plain), forwards.map(plain));
  return forwards;
}

describe('what was lost with an attempt', () => {
  it('is stopped at by breakpoints on lines', async () => {
    const line = at('ADD');
    assert.deepEqual(await allStops(onLine('ADD'), statements), [
      `#0 ${line}`,
      `#1 ${line}`,
      `#3 ${line} lost with 1`,
      `#4 ${line} lost with 1`,
      `#3 ${line}`,
      `#4 ${line}`,
      `#5 ${line}`,
      `#6 ${line}`,
    ]);
  });

  it('is stopped at by breakpoints on effects, between statements and without', async () => {
    const reads = ['#0', '#1', '#3 lost with 1', '#4 lost with 1', '#5 lost with 1', '#3', '#4'];
    const expected = [...reads, '#5', '#6'];
    assert.deepEqual(await allStops(onEffect('clock.read'), statements), expected);
    assert.deepEqual(await allStops(onEffect('clock.read')), expected);
    assert.deepEqual(await allStops(onLine('READ')), expected);
  });

  it('is counted by hit counts', async () => {
    const hitCondition = '% 3';
    const line = at('ADD');
    const expected = [`#3 ${line} lost with 1`, `#4 ${line}`];
    assert.deepEqual(await allStops(onLine('ADD', { hitCondition }), statements), expected);
    const reads = ['#3 lost with 1', '#3', '#6'];
    assert.deepEqual(await allStops(onEffect('clock.read', { hitCondition })), reads);
  });

  it('is asked about by conditions, in the attempt that had it', async () => {
    const line = at('ADD');
    const condition = 'number == 4';
    const expected = [`#4 ${line} lost with 1`, `#4 ${line}`];
    assert.deepEqual(await allStops(onLine('ADD', { condition }), statements), expected);
    const lost = await allStops(onEffect('clock.read', { condition: 'attempt == 1' }));
    assert.deepEqual(lost, ['#0', '#1', '#3 lost with 1', '#4 lost with 1', '#5 lost with 1']);
  });

  it('stops at the crash between the attempts, where that is asked for', async () => {
    const line = at('ADD');
    const configure: Configure = async (client) => {
      await client.setExceptionBreakpointsRequest({ filters: ['crash'] });
      await onLine('ADD')(client);
    };
    const found = await allStops(configure, statements);
    assert.deepEqual(found.slice(3, 6), [`#4 ${line} lost with 1`, '#5 lost with 1', `#3 ${line}`]);
  });

  it('is come by when a value is watched', async () => {
    const configure: Configure = async (client) => {
      const args = { name: 'total' };
      const { body } = await client.customRequest('dataBreakpointInfo', args);
      const { dataId } = body as { dataId: string };
      await client.customRequest('setDataBreakpoints', { breakpoints: [{ dataId }] });
    };
    const live = new TestClient();
    await live.launchTo({ program: LOST, faults, ...statements, stopOnEntry: true });
    await configure(live);
    const texts: string[] = [];
    const told = async (command: string): Promise<string[]> => {
      const found: string[] = [];
      for (;;) {
        const { reason, description } = await live.move(command);
        if (reason === 'end' || reason === 'entry') return found;
        found.push(`${description} ${await seen(live)}`);
      }
    };
    texts.push(...(await told('continue')));
    const line = at('ADD');
    const back = (await told('reverseContinue')).reverse();
    assert.deepEqual(back, [
      `total: 0 -> 1 #0 ${line}`,
      `total: 1 -> 3 #1 ${line}`,
      `total: 3 -> 6 #3 ${line} lost with 1`,
      `total: 6 -> 10 #4 ${line} lost with 1`,
      `total: 3 -> 6 #3 ${line}`,
      `total: 6 -> 10 #4 ${line}`,
      `total: 10 -> 15 #5 ${line}`,
      `total: 15 -> 21 #6 ${line}`,
    ]);
    assert.deepEqual(await told('continue'), back);
    assert.deepEqual(
      texts,
      back.map((text) => text.replace(' lost with 1', '')),
    );
  });

  it('is told by logpoints as what was lost, at once and on the way', async () => {
    const logMessage = 'adding {number} to {total}';
    const log = onLine('ADD', { logMessage });
    const messages = (client: TestClient) =>
      client
        .text('console')
        .split('\n')
        .filter((text) => text.startsWith('adding'));
    const expected = [
      ...['adding 1 to 0', 'adding 2 to 1'],
      ...['adding 3 to 3 (lost with attempt 1)', 'adding 4 to 6 (lost with attempt 1)'],
      ...['adding 3 to 3', 'adding 4 to 6', 'adding 5 to 10', 'adding 6 to 15'],
    ];
    const later = new TestClient();
    await later.launchTo({ recording, ...statements });
    await log(later);
    assert.deepEqual(messages(later), expected);
    await later.move('continue');
    assert.deepEqual(messages(later), expected);
    const onTheWay = new TestClient();
    await onTheWay.launchTo({ recording, ...statements, stopOnEntry: false }, () => log(onTheWay));
    assert.deepEqual(messages(onTheWay), expected);
    const live = new TestClient();
    await live.launchTo({ program: LOST, faults, ...statements }, () => log(live));
    const plain = (texts: readonly string[]) => texts.map((each) => each.replace(/ \(lost.*/, ''));
    assert.deepEqual(plain(messages(live)), plain(expected));
  });

  it('is told by logpoints on effects, too', async () => {
    const client = new TestClient();
    const log = onLine('READ', { logMessage: 'reading in {attempt}' });
    await client.launchTo({ recording, stopOnEntry: false }, () => log(client));
    const texts = client.text('console').split('\n');
    const told = texts.filter((text) => text.startsWith('reading'));
    const lost = Array(3).fill('reading in 1 (lost with attempt 1)');
    const kept = Array(4).fill('reading in 2');
    assert.deepEqual(told, ['reading in 1', 'reading in 1', ...lost, ...kept]);
  });

  it('is in the history of a value, and who wrote it is told of each attempt', async () => {
    const client = new TestClient();
    await client.launchTo({ recording, ...statements });
    const { body } = await client.customRequest('backstitch/valueHistory', { expression: 'total' });
    const values = body.values as { value: string; lostWith: number | null; tick: number }[];
    const told = values.map(({ value, lostWith }) => `${value}${lostWith === null ? '' : '*'}`);
    assert.deepEqual(told, ['0', '1', '3', '6*', '10*', '6', '10', '15', '21']);
    assert.match(await client.evaluate('.history total', 'repl'), /9 values/);
    assert.match(
      client.text('console'),
      /total = 10 {2}in visit, statement \d+, lost with attempt 1/,
    );
    const lost = values.find(({ value, lostWith }) => value === '10' && lostWith !== null);
    await client.arrival(() =>
      client.customRequest('backstitch/seek', { execution: 'lost-1', seq: 4, ...lost }),
    );
    assert.equal(await seen(client), `#4 ${at('ADD')} lost with 1`);
    const last = await client.arrival(() =>
      client.customRequest('backstitch/lastWrite', { expression: 'total' }),
    );
    assert.equal(last.description, 'total: 3 -> 6');
    assert.equal(await seen(client), `#3 ${at('ADD')} lost with 1`);
  });

  it('is stepped through from effect to effect as well', async () => {
    const client = new TestClient();
    await client.launchTo({ recording });
    const walk = async (command: string): Promise<string[]> => {
      const found: string[] = [];
      for (;;) {
        const { reason, description } = await client.move(command);
        if (reason === 'entry' || / exited/.test(description)) return found;
        found.push(`${await seen(client)} ${(await client.scope('Effect')).get('state')?.value}`);
      }
    };
    const done = 'done: the program got this result';
    const lost = 'lost in a crash, before it was durable';
    const forwards = await walk('next');
    assert.deepEqual(forwards, [
      ...['#1', '#2'].map((seq) => `${seq} ${done}`),
      ...['#3', '#4', '#5'].map((seq) => `${seq} lost with 1 ${lost}`),
      ...['#3', '#4', '#5', '#6', '#7'].map((seq) => `${seq} ${done}`),
    ]);
    const back = (await walk('stepBack')).reverse();
    assert.deepEqual(back, [`#0 ${done}`, ...forwards]);
  });
});

describe('a crash before an effect is begun', () => {
  const before5 = {
    faults: [{ kind: 'crash', at: { execution: 'lost-1', seq: 5 }, point: 'before' }],
  };

  it('took a call away that is stopped at all the same', async () => {
    const live = new TestClient();
    const launch = { program: LOST, faults: before5 };
    const first = await live.launchTo(launch, () => onEffect('clock.read')(live));
    const forwards = await stops(live, 'continue', first);
    const plain = ['#0', '#1', '#3', '#4', '#5', '#3', '#4', '#5', '#6'];
    assert.deepEqual(forwards, plain);
    const back = (await stops(live, 'reverseContinue')).reverse();
    const lost = ['#3 lost with 1', '#4 lost with 1', '#5 lost with 1'];
    assert.deepEqual(back, [...plain.slice(0, 2), ...lost, ...plain.slice(5)]);
  });
});
