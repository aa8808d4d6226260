import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { compile } from '../guest/symbols/clang.ts';
import { lineWith } from './helpers/programs.ts';
import { TestClient } from './helpers/test-client.ts';
import { closeTestHost } from './helpers/test-host.ts';

const folder = mkdtempSync(join(tmpdir(), 'backstitch-targets-'));
const source = join(folder, 'main.c');
const program = join(folder, 'main.wasm');

const TEXT = `#include <stdlib.h>
#include <string.h>
#include <unistd.h>
static int calls;
static int one(int value) {
  calls++;
  return value + 1;
}
static int two(int value) {
  calls++;
  return one(value) * 2;
}
static int none(int value) {
  return value - value;
}
static int compare(const void *left, const void *right) {
  return *(const int *)left - *(const int *)right;
}
static const char *volatile name = "text";
static int (*volatile pointer)(int) = two;
int main(void) {
  int many[3] = {3, 1, 2};
  int sum = one(1) + pointer(2) + two(one(3));
  int cut = none(0) && two(1);
  qsort(many, 3, sizeof many[0], compare);
  sum += strlen(name) + write(1, "text", 4);
  return sum + cut + many[0] > 0 ? 0 : 1;
}
`;

after(async () => {
  rmSync(folder, { recursive: true, force: true });
  await closeTestHost();
});

async function at(text: string): Promise<TestClient> {
  const client = new TestClient();
  const breakpoints = [{ line: lineWith(source, text) }];
  await client.launchTo({ program, steps: 'statements' }, () =>
    client.setBreakpointsRequest({ source: { path: source }, breakpoints }),
  );
  await client.setBreakpointsRequest({ source: { path: source }, breakpoints: [] });
  return client;
}

async function targets(client: TestClient, frame = 0): Promise<DebugProtocol.StepInTarget[]> {
  const frameId = (await client.frames())[frame]?.id;
  const { body } = await client.customRequest('stepInTargets', { frameId });
  return body.targets;
}

function into(client: TestClient, target: DebugProtocol.StepInTarget | undefined) {
  return client.arrival(() => client.motion('stepIn', { threadId: 1, targetId: target?.id }));
}

const labels = (list: readonly DebugProtocol.StepInTarget[]) => list.map(({ label }) => label);

describe('the calls that can be stepped into', () => {
  before(async () => {
    writeFileSync(source, TEXT);
    writeFileSync(program, await compile({ 'main.c': TEXT }, '-g', '-O0'));
  });

  it('are those of the statement, in the order of its code', async () => {
    const client = await at('int sum');
    const found = await targets(client);
    assert.deepEqual(labels(found), ['one', 'a call through a pointer', 'one', 'two']);
    assert.ok(found.every(({ line }) => line === lineWith(source, 'int sum')));
    assert.deepEqual(labels(await targets(client, 1)), []);
  });

  it('are stepped into past the others', async () => {
    const expected = [
      ['one', '1', '0'],
      ['two', '2', '1'],
      ['one', '3', '3'],
      ['two', '4', '4'],
    ];
    for (const [index, [name, value, calls]] of expected.entries()) {
      const client = await at('int sum');
      const stop = await into(client, (await targets(client))[index]);
      assert.equal(stop.reason, 'step');
      assert.equal((await client.frames())[0]?.name, name);
      assert.equal((await client.scope('Locals')).get('value')?.value, value);
      assert.equal((await client.scope('Globals')).get('calls')?.value, calls);
    }
  });

  it('are those that are left, once some were made', async () => {
    const client = await at('int sum');
    await into(client, (await targets(client))[1]);
    await client.move('stepIn');
    await client.arrival(() =>
      client.motion('stepOut', { threadId: 1, granularity: 'instruction' }),
    );
    assert.equal((await client.frames())[0]?.name, 'main');
    const left = await targets(client);
    assert.deepEqual(labels(left), ['one', 'two']);
    await into(client, left[1]);
    assert.equal((await client.scope('Locals')).get('value')?.value, '4');
  });

  it('are passed when the program goes another way', async () => {
    const client = await at('int cut');
    const found = await targets(client);
    assert.deepEqual(labels(found), ['none', 'two']);
    assert.equal((await into(client, found[1])).reason, 'step');
    assert.equal(await client.line(), lineWith(source, 'qsort(many'));
  });

  it('lead into what library functions call back, or into themselves', async () => {
    const client = await at('qsort(many');
    await into(client, (await targets(client))[0]);
    assert.equal((await client.frames())[0]?.name, 'compare');
    const other = await at('sum += strlen');
    const [length, write] = await targets(other);
    await into(other, length);
    assert.equal((await other.frames())[0]?.name, 'strlen');
    await other.move('stepBack');
    await into(other, write);
    assert.equal((await other.frames())[0]?.name, 'write');
  });

  it('are refused when they are others', async () => {
    const client = await at('int sum');
    await assert.rejects(into(client, { id: 1, label: '' }), /1 is no call of the statement/);
  });
});
