import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { CELLS, lineOf } from './helpers/programs.ts';
import { type Arrival, TestClient } from './helpers/test-client.ts';
import { closeTestHost } from './helpers/test-host.ts';

after(closeTestHost);

const at = (marker: string) => lineOf(CELLS, marker);
const LAUNCH = { program: CELLS, stdin: 'yes', steps: 'statements', stopOnEntry: true };

async function launched(markers: readonly string[] = []): Promise<TestClient> {
  const client = new TestClient();
  const breakpoints = markers.map((marker) => ({ line: at(marker) }));
  await client.launchTo(LAUNCH, () =>
    client.setBreakpointsRequest({ source: { path: CELLS }, breakpoints }),
  );
  return client;
}

type Info = DebugProtocol.DataBreakpointInfoResponse['body'];

async function info(client: TestClient, args: object): Promise<Info> {
  const response = (await client.customRequest(
    'dataBreakpointInfo',
    args,
  )) as DebugProtocol.DataBreakpointInfoResponse;
  return response.body;
}

async function watch(
  client: TestClient,
  ...wanted: readonly object[]
): Promise<DebugProtocol.Breakpoint[]> {
  const { body } = (await client.customRequest('setDataBreakpoints', {
    breakpoints: wanted,
  })) as DebugProtocol.SetDataBreakpointsResponse;
  return body.breakpoints;
}

/** Watches an expression in the innermost frame. */
async function watchExpression(client: TestClient, name: string, rest: object = {}) {
  const [frame] = await client.frames();
  const { dataId } = await info(client, { name, frameId: frame?.id });
  assert.ok(dataId !== null, `${name} can be watched`);
  return watch(client, { dataId, ...rest });
}

/** Goes on until nothing more comes. */
async function stops(client: TestClient, command: string): Promise<string[]> {
  const found: string[] = [];
  for (;;) {
    const stop = await client.move(command);
    if (stop.reason === 'end' || stop.reason === 'entry') return found;
    assert.equal(stop.reason, 'data breakpoint');
    found.push(`${await client.line()} ${stop.description}`);
  }
}

describe('a data breakpoint', () => {
  it('stops where a global variable is about to change, and says how', async () => {
    const client = await launched();
    await watchExpression(client, 'total');
    assert.deepEqual(await stops(client, 'continue'), [
      `${at('ADD')} total: 0 -> 2`,
      `${at('ADD')} total: 2 -> 6`,
      `${at('ADD')} total: 6 -> 13`,
      `${at('ADD')} total: 13 -> 33`,
      `${at('SEVEN')} total: 33 -> 7`,
    ]);
  });

  it('stops in reverse where it stopped forwards', async () => {
    const client = await launched();
    await watchExpression(client, 'total');
    const forwards = await stops(client, 'continue');
    const backwards = await stops(client, 'reverseContinue');
    assert.equal(forwards.length, 5);
    assert.deepEqual(backwards.reverse(), forwards);
  });

  it('is on a member of what a pointer points to, by its place in the Variables view', async () => {
    const client = await launched(['FILL_HEAP']);
    await client.move('continue');
    const cell = (await client.scope('Locals')).get('cell');
    const [target] = await client.inside(cell?.variablesReference ?? 0);
    const inside = target?.name === 'count' ? cell : target;
    const reference = inside?.variablesReference ?? 0;
    const { dataId, description, accessTypes } = await info(client, {
      variablesReference: reference,
      name: 'count',
    });
    assert.deepEqual([description, accessTypes], ['count', ['write']]);
    await client.setBreakpointsRequest({ source: { path: CELLS }, breakpoints: [] });
    await watch(client, { dataId });
    assert.deepEqual(await stops(client, 'continue'), [
      `${at('COUNT')} count: 0 -> 1`,
      `${at('COUNT')} count: 1 -> 2`,
    ]);
  });

  it('sees what library functions store, and what the host reads into memory', async () => {
    const client = await launched();
    await watchExpression(client, 'shared.text');
    const [copied] = await stops(client, 'continue');
    assert.match(copied ?? '', new RegExp(`^${at('COPY')} shared.text: .* -> "one"`));
    assert.equal((await stops(client, 'reverseContinue')).length, 1);
    await watchExpression(client, 'answer');
    const stop = await client.move('continue');
    assert.equal(stop.description, 'answer: "" -> "yes"');
    assert.equal(await client.line(), at('READ'));
    assert.equal((await client.scope('Effect')).get('effect')?.value.split(' ')[0], 'stdin.read');
  });

  it('on a local variable lasts as long as its call', async () => {
    const client = await launched(['OTHER']);
    await client.move('continue');
    await client.setBreakpointsRequest({ source: { path: CELLS }, breakpoints: [] });
    const [breakpoint] = await watchExpression(client, 'sum');
    assert.equal(breakpoint?.message, 'Ends when this call of add returns.');
    assert.deepEqual(await stops(client, 'continue'), []);
    assert.deepEqual(await stops(client, 'reverseContinue'), [
      `${at('OTHER')} sum: 1 -> 2`,
      `${at('ONE')} sum: 0 -> 1`,
    ]);
  });

  it('on a variable of one call of many says nothing of the others', async () => {
    const client = await launched(['LEFT_RETURN']);
    await client.move('continue');
    const [, outer] = await client.frames();
    await client.setBreakpointsRequest({ source: { path: CELLS }, breakpoints: [] });
    const { dataId, description } = await info(client, { name: 'left', frameId: outer?.id });
    assert.equal(description, 'left in this call of countdown');
    await watch(client, { dataId });
    assert.deepEqual(await stops(client, 'continue'), []);
    await client.move('reverseContinue');
    assert.equal(await client.line(), at('LEFT'));
  });

  it('on an expression compares it at the statements of its call', async () => {
    const client = await launched(['OTHER']);
    await client.move('continue');
    await client.setBreakpointsRequest({ source: { path: CELLS }, breakpoints: [] });
    const [breakpoint] = await watchExpression(client, 'one + sum * 10');
    assert.equal(breakpoint?.message, 'Ends when this call of add returns.');
    await client.move('stepBack');
    const changed = [`${at('OTHER')} one + sum * 10: 11 -> 21`];
    assert.deepEqual(await stops(client, 'continue'), changed);
    assert.deepEqual((await stops(client, 'reverseContinue')).slice(0, 1), changed);
  });

  it('asks its condition with the new value, and counts its hits from the start', async () => {
    const client = await launched();
    const [frame] = await client.frames();
    const { dataId } = await info(client, { name: 'total', frameId: frame?.id });
    await watch(client, { dataId, condition: 'total > 10' });
    const late = [`${at('ADD')} total: 6 -> 13`, `${at('ADD')} total: 13 -> 33`];
    assert.deepEqual(await stops(client, 'continue'), late);
    assert.deepEqual((await stops(client, 'reverseContinue')).reverse(), late);
    await watch(client, { dataId, hitCondition: '2' });
    assert.deepEqual(await stops(client, 'continue'), [`${at('ADD')} total: 2 -> 6`]);
    assert.deepEqual(await stops(client, 'reverseContinue'), [`${at('ADD')} total: 2 -> 6`]);
    await watch(client, { dataId, condition: 'sum > 5', hitCondition: '>= 2' });
    assert.deepEqual(await stops(client, 'continue'), [
      ...late.slice(1),
      // There is no sum in main; a condition that cannot be told counts as met.
      `${at('SEVEN')} total: 33 -> 7`,
    ]);
  });

  it('whose condition means nothing stops, and says why', async () => {
    const client = await launched();
    await watchExpression(client, 'total', { condition: 'nowhere == 1' });
    await client.move('continue');
    assert.match(client.text('important'), /the condition nowhere == 1: .*nowhere/);
  });

  it('is hit together with a breakpoint on the same statement', async () => {
    const client = await launched(['SEVEN']);
    const [data] = await watchExpression(client, 'total', { hitCondition: '5' });
    const stop = await client.move('continue');
    assert.equal(stop.reason, 'data breakpoint');
    assert.equal(stop.hitBreakpointIds?.length, 2);
    assert.equal(stop.hitBreakpointIds?.[0], data?.id);
  });

  it('is on bytes at an address, whatever they are', async () => {
    const client = await launched();
    const [frame] = await client.frames();
    const { body } = await client.evaluateRequest({ expression: 'total', frameId: frame?.id ?? 0 });
    const { dataId, description } = await info(client, {
      name: body.memoryReference,
      asAddress: true,
      bytes: 1,
    });
    assert.equal(description, `1 bytes at ${body.memoryReference}`);
    await watch(client, { dataId });
    const stop = await client.move('continue');
    assert.equal(stop.description, `1 bytes at ${body.memoryReference}: 00 -> 02`);
  });

  it('on what is not watched says so', async () => {
    const client = await launched();
    const [frame] = await client.frames();
    const frameId = frame?.id;
    const about = async (args: object) => {
      const { dataId, description } = await info(client, args);
      assert.equal(dataId, null);
      return description;
    };
    assert.match(await about({ name: 'nowhere', frameId }), /nowhere cannot be watched/);
    assert.match(await about({ name: 'x', asAddress: true }), /it is no address/);
    assert.match(await about({ name: '0x10', asAddress: true, bytes: 1e6 }), /at most 65536/);
    const { dataId } = await info(client, { name: 'total', frameId });
    const [read, other, bad] = await watch(
      client,
      { dataId, accessType: 'readWrite' },
      { dataId: 'order-1 other 0x1' },
      { dataId, hitCondition: 'now and then' },
    );
    assert.deepEqual(
      [read?.verified, read?.message],
      [false, 'Reading a value cannot be watched, only writing.'],
    );
    assert.match(other?.message ?? '', /another debug session/);
    assert.equal(bad?.verified, false);
  });

  it('is on at most 32 values', async () => {
    const client = await launched();
    const [frame] = await client.frames();
    const { dataId } = await info(client, { name: 'total', frameId: frame?.id });
    const set = await watch(client, ...Array.from({ length: 33 }, () => ({ dataId })));
    assert.deepEqual([set[31]?.verified, set[32]?.verified], [true, false]);
    assert.match(set[32]?.message ?? '', /More than 32/);
  });
});

describe('stops at data breakpoints', () => {
  for (const name of ['total', 'shared', 'answer', 'kept']) {
    it(`are the places after which ${name} is another, in both directions`, async () => {
      const client = await launched();
      await watchExpression(client, name);
      const values: [string, string][] = [];
      for (let reason = ''; reason !== 'end'; ) {
        const frames = await client.frames();
        const main = frames.find((each) => each.name === 'main' && each.source !== undefined);
        if (main === undefined) break;
        const { body } = await client.evaluateRequest({ expression: name, frameId: main.id });
        values.push([`${await client.line()}`, body.result]);
        ({ reason } = await client.move('stepIn'));
      }
      const changed = values.flatMap(([line, value], index) => {
        const after = values[index + 1]?.[1];
        return after === undefined || after === value
          ? []
          : [`${line} ${name}: ${value} -> ${after}`];
      });
      assert.ok(values.length > 40 && changed.length > 0);
      const backwards = await stops(client, 'reverseContinue');
      assert.deepEqual(backwards.reverse(), changed);
      // It begins at the first place, and so does not come to it.
      const isAtFirst = values[0]?.[1] !== values[1]?.[1];
      assert.deepEqual(await stops(client, 'continue'), changed.slice(isAtFirst ? 1 : 0));
    });
  }
});

describe('who wrote this value', () => {
  const lastWrite = (client: TestClient, args: object): Promise<Arrival> =>
    client.arrival(() => client.customRequest('backstitch/lastWrite', args));

  it('leads to the statement that gave a variable its value', async () => {
    const client = await launched(['PRINT']);
    await client.move('continue');
    const [frame] = await client.frames();
    const stop = await lastWrite(client, { expression: 'kept', frameId: frame?.id });
    assert.deepEqual([stop.reason, stop.description], ['data breakpoint', 'kept: 4 -> 7']);
    assert.equal(await client.place(), `main cells.c:${at('CALL')}`);
  });

  it('leads from write to write, into other functions, and ends where there is none', async () => {
    const client = await launched(['SEVEN']);
    await client.move('continue');
    const found: string[] = [];
    for (let count = 0; count < 4; count++) {
      const { description } = await lastWrite(client, { expression: 'total' });
      found.push(`${await client.place()} ${description}`);
    }
    assert.deepEqual(
      found,
      ['13 -> 33', '6 -> 13', '2 -> 6', '0 -> 2'].map(
        (values) => `add cells.c:${at('ADD')} total: ${values}`,
      ),
    );
    await lastWrite(client, { expression: 'total' });
    assert.match(client.text('important'), /nothing has changed total before this/);
  });

  it('leads to the effect that read it', async () => {
    const client = await launched(['PRINT']);
    await client.move('continue');
    const globals = await client.scope('Globals');
    assert.equal(globals.get('answer')?.value, '"yes"');
    await lastWrite(client, { expression: 'answer' });
    assert.equal(await client.line(), at('READ'));
    assert.match((await client.scope('Effect')).get('effect')?.value ?? '', /^stdin\.read/);
  });
});
