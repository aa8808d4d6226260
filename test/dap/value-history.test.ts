import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { HISTORY_LENGTH_MAX } from '../../debug-adapter/travel/data/value-history.ts';
import type { ToldHistory } from '../../debug-adapter/value-history-request.ts';
import { compile } from '../guest/symbols/clang.ts';
import { CELLS, lineOf } from './helpers/programs.ts';
import { TestClient } from './helpers/test-client.ts';
import { closeTestHost } from './helpers/test-host.ts';

after(closeTestHost);

const at = (marker: string) => lineOf(CELLS, marker);

async function launched(marker: string): Promise<TestClient> {
  const client = new TestClient();
  await client.launchTo({ program: CELLS, stdin: 'yes', steps: 'statements' }, () =>
    client.setBreakpointsRequest({ source: { path: CELLS }, breakpoints: [{ line: at(marker) }] }),
  );
  return client;
}

async function history(client: TestClient, expression: string): Promise<ToldHistory> {
  const [frame] = await client.frames();
  const args = { expression, frameId: frame?.id };
  return (await client.customRequest('backstitch/valueHistory', args)).body as ToldHistory;
}

const lines = ({ values }: ToldHistory) =>
  values.map(({ value, where, line }) => `${value} in ${where}:${line}`);

describe('the history of a value', () => {
  it('is every value that a global variable had, with the lines that gave them', async () => {
    const client = await launched('SEVEN');
    const told = await history(client, 'total');
    assert.equal(told.isCut, false);
    assert.deepEqual(lines(told), [
      `0 in main:${at('KEPT')}`,
      ...['2', '6', '13', '33'].map((value) => `${value} in add:${at('ADD')}`),
      // What comes before the next effect is known already.
      `7 in main:${at('SEVEN')}`,
    ]);
  });

  it('tells of library functions and effects where the program called them', async () => {
    const client = await launched('PRINT');
    assert.deepEqual(lines(await history(client, 'shared.text')).slice(1), [
      `"one" in fill:${at('COPY')}`,
    ]);
    assert.deepEqual(lines(await history(client, 'answer')).slice(1), [
      `"yes" in main:${at('READ')}`,
    ]);
  });

  it('is that of all calls for what is in a function', async () => {
    const client = await launched('OTHER');
    const told = lines(await history(client, 'sum * 10'));
    // Before each call begins, there is what the stack has there.
    assert.ok(told.includes(`20 in add:${at('OTHER')}`));
    assert.ok(told.includes(`40 in add:${at('OTHER')}`));
  });

  it('leads to where each value was given', async () => {
    const client = await launched('SEVEN');
    const { values } = await history(client, 'total');
    const { execution, tick } = values[2] ?? {};
    await client.arrival(() => client.customRequest('backstitch/seek', { execution, tick }));
    assert.equal(await client.place(), `add cells.c:${at('ADD')}`);
    assert.equal((await client.scope('Globals')).get('total')?.value, '2');
  });

  it('is printed by the console with links to lines', async () => {
    const client = await launched('SEVEN');
    const [frame] = await client.frames();
    const before = client.outputs.length;
    const { body } = await client.evaluateRequest({
      expression: '.history total',
      context: 'repl',
      frameId: frame?.id ?? 0,
    });
    assert.equal(body.result, '6 values of total');
    const printed = client.outputs.slice(before);
    assert.deepEqual(
      printed.map(({ line, source }) => `${source?.name}:${line}`),
      [
        `cells.c:${at('KEPT')}`,
        ...Array.from({ length: 4 }, () => `cells.c:${at('ADD')}`),
        `cells.c:${at('SEVEN')}`,
      ],
    );
    assert.match(printed[1]?.output ?? '', /^total = 2 {2}in add, statement \d+\n$/);
    await assert.rejects(client.evaluate('.history', 'repl'), /write \.history <expression>/);
  });

  it('of what is nowhere is an error', async () => {
    const client = await launched('SEVEN');
    await assert.rejects(history(client, 'nowhere'), /nowhere cannot be watched/);
  });
});

describe('the history of a value that changes very often', () => {
  const folder = mkdtempSync(join(tmpdir(), 'backstitch-history-'));
  const source = join(folder, 'main.c');
  const program = join(folder, 'main.wasm');
  const text = `static int counted;
int main(void) {
  for (int i = 1; i <= 12000; i++) {
    counted = i;
  }
  return 0;
}
`;
  before(async () => {
    writeFileSync(source, text);
    writeFileSync(program, await compile({ 'main.c': text }, '-g', '-O0'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('ends at its limit, and says so', async () => {
    const client = new TestClient();
    await client.launchTo({ program, steps: 'statements', stopOnEntry: true });
    const told = await history(client, 'counted');
    assert.equal(told.isCut, true);
    assert.deepEqual(
      [told.values.length, told.values[0]?.value, told.values.at(-1)?.value],
      [HISTORY_LENGTH_MAX, '0', `${HISTORY_LENGTH_MAX - 1}`],
    );
    const local = await history(client, 'i * 2');
    assert.deepEqual([local.isCut, local.values.length], [true, HISTORY_LENGTH_MAX]);
    const shown = await client.evaluate('.history counted', 'repl');
    assert.match(shown, /the first 10000 values of counted/);
  });

  it('is broken off when it is cancelled, and what follows is answered', async () => {
    let asked = 0;
    let isUrgent = false;
    const client = new TestClient({ interrupted: () => isUrgent && ++asked > 2 });
    await client.launchTo({ program, steps: 'statements', stopOnEntry: true });
    await client.frames();
    isUrgent = true;
    await assert.rejects(history(client, 'counted'), /the history of values was cancelled/);
    isUrgent = false;
    assert.equal(asked, 3);
    assert.equal((await history(client, 'counted')).isCut, true);
  });
});
