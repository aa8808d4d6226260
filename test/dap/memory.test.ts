import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import type { DebugProtocol } from '@vscode/debugprotocol';
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

async function read(client: TestClient, args: object) {
  const { body } = (await client.customRequest(
    'readMemory',
    args,
  )) as DebugProtocol.ReadMemoryResponse;
  return body ?? { address: '' };
}

async function addressOf(client: TestClient, expression: string): Promise<string> {
  const [frame] = await client.frames();
  const { body } = await client.evaluateRequest({ expression, frameId: frame?.id ?? 0 });
  return body.memoryReference ?? '';
}

describe('memory', () => {
  it('is read where a variable is, and from there on', async () => {
    const client = await launched('PRINT');
    const memoryReference = await addressOf(client, 'answer');
    const { address, data } = await read(client, { memoryReference, count: 4 });
    assert.equal(address, memoryReference);
    assert.equal(Buffer.from(data ?? '', 'base64').toString(), 'yes\0');
    const later = await read(client, { memoryReference, offset: 1, count: 2 });
    assert.equal(Number(later.address), Number(memoryReference) + 1);
    assert.equal(Buffer.from(later.data ?? '', 'base64').toString(), 'es');
  });

  it('is as it was, in the past', async () => {
    const client = await launched('PRINT');
    const memoryReference = await addressOf(client, 'answer');
    await client.move('stepBack');
    const { data } = await read(client, { memoryReference, count: 3 });
    assert.equal(Buffer.from(data ?? '', 'base64').toString(), '\0\0\0');
  });

  it('ends where the memory of the program ends', async () => {
    const client = await launched('PRINT');
    const whole = await read(client, { memoryReference: '0', count: 1 << 30 });
    const length = (1 << 30) - (whole.unreadableBytes ?? 0);
    assert.equal(length % 65_536, 0);
    const edge = await read(client, { memoryReference: `${length - 2}`, count: 5 });
    assert.equal(Buffer.from(edge.data ?? '', 'base64').length, 2);
    assert.equal(edge.unreadableBytes, 3);
    assert.deepEqual(await read(client, { memoryReference: '2', offset: -4, count: 8 }), {
      address: '-0x2',
      unreadableBytes: 2,
    });
    assert.deepEqual(await read(client, { memoryReference: '0x10', count: 0 }), {
      address: '0x10',
    });
    await assert.rejects(read(client, { memoryReference: 'answer', count: 1 }), /no address/);
    await assert.rejects(read(client, { memoryReference: '0', count: -1 }), /below 0/);
  });
});

describe('disassembly', () => {
  async function rows(client: TestClient, args: object) {
    const [frame] = await client.frames();
    const memoryReference = frame?.instructionPointerReference;
    const { body } = (await client.customRequest('disassemble', {
      memoryReference,
      ...args,
    })) as DebugProtocol.DisassembleResponse;
    return { here: memoryReference, rows: body?.instructions ?? [] };
  }

  it('begins at the instruction of a frame, with its line', async () => {
    const client = await launched('OTHER');
    const { here, rows: found } = await rows(client, { instructionCount: 12 });
    assert.equal(found.length, 12);
    const [first] = found;
    assert.deepEqual(
      [first?.address, first?.line, first?.location?.name],
      [here, at('OTHER'), 'cells.c'],
    );
    assert.match(first?.instruction ?? '', /^local\.get \d+$/);
    assert.match(first?.instructionBytes ?? '', /^20 [0-9a-f]{2}$/);
    assert.ok(found.some(({ instruction }) => /^i32\.load offset=\d+$/.test(instruction)));
    // A line is told where it changes.
    assert.equal(found[1]?.line, undefined);
  });

  it('goes back from there, row by row', async () => {
    const client = await launched('OTHER');
    const { rows: around } = await rows(client, { instructionOffset: -200, instructionCount: 400 });
    const { here, rows: next } = await rows(client, { instructionCount: 200 });
    assert.equal(around.length, 400);
    assert.equal(around[200]?.address, here);
    const texts = (list: typeof around) => list.map(({ instruction }) => instruction);
    assert.deepEqual(texts(around.slice(200)), texts(next));
    assert.ok(around.some(({ symbol }) => symbol === 'add'));
    assert.ok(around.some(({ instruction }) => instruction === 'call $add'));
    const addresses = around.map(({ address }) => Number(address));
    assert.ok(addresses.every((each, index) => index === 0 || each > (addresses[index - 1] ?? 0)));
  });

  it('has the wanted number of rows beyond the code too, marked as invalid', async () => {
    const client = await launched('OTHER');
    for (const instructionOffset of [-1_000_000, 1_000_000]) {
      const { rows: found } = await rows(client, { instructionOffset, instructionCount: 50 });
      assert.equal(found.length, 50);
      assert.ok(found.every(({ presentationHint }) => presentationHint === 'invalid'));
      assert.equal(new Set(found.map(({ address }) => address)).size, 50);
    }
    assert.equal((await rows(client, { instructionCount: 0 })).rows.length, 0);
  });

  it('of what is no code is an error', async () => {
    const client = await launched('OTHER');
    const wrong = { memoryReference: '0x10', instructionCount: 1 };
    await assert.rejects(rows(client, wrong), /0x10 is no address of code/);
    await assert.rejects(rows(client, { instructionCount: 100_001 }), /from 0 to 100000/);
  });
});

describe('breakpoints on instructions', () => {
  async function set(client: TestClient, ...breakpoints: readonly object[]) {
    const { body } = (await client.customRequest('setInstructionBreakpoints', {
      breakpoints,
    })) as DebugProtocol.SetInstructionBreakpointsResponse;
    return body.breakpoints;
  }

  const pointer = async (client: TestClient) =>
    (await client.frames())[0]?.instructionPointerReference ?? '';

  it('stop before the instruction, forwards and backwards', async () => {
    const client = await launched('OTHER');
    const here = await pointer(client);
    await client.setBreakpointsRequest({ source: { path: CELLS }, breakpoints: [] });
    // In the middle of `local.get 0`, which goes to the next instruction.
    const [breakpoint] = await set(client, { instructionReference: here, offset: 1 });
    const there = `0x${(Number(here) + 2).toString(16)}`;
    assert.deepEqual([breakpoint?.verified, breakpoint?.instructionReference], [true, there]);
    const stop = await client.move('continue');
    assert.deepEqual(stop.hitBreakpointIds, [breakpoint?.id]);
    assert.equal(await pointer(client), there);
    assert.equal(await client.line(), at('OTHER'));
    const first = await client.snapshot();
    // The statement, with the instructions before this one.
    assert.equal((await client.move('stepBack')).reason, 'step');
    assert.equal(await pointer(client), here);
    await client.move('continue');
    assert.equal(await client.snapshot(), first);
    await client.move('continue');
    assert.equal((await client.scope('Locals')).get('one')?.value, '2');
    await client.move('reverseContinue');
    assert.equal(await client.snapshot(), first);
    await set(client, { instructionReference: there, condition: 'one == 3' });
    await client.move('continue');
    assert.equal((await client.scope('Locals')).get('one')?.value, '3');
    await set(client, { instructionReference: there, hitCondition: '2' });
    await client.move('reverseContinue');
    assert.equal((await client.scope('Locals')).get('one')?.value, '2');
  });

  it('stop in the code of libraries', async () => {
    const client = await launched('COPY');
    await client.setBreakpointsRequest({ source: { path: CELLS }, breakpoints: [] });
    const { body } = (await client.customRequest('disassemble', {
      memoryReference: await pointer(client),
      instructionCount: 20_000,
    })) as DebugProtocol.DisassembleResponse;
    const rows = body?.instructions ?? [];
    const start = rows.findIndex(({ symbol }) => symbol === 'strcpy');
    const address = rows[start]?.address ?? '';
    await set(client, { instructionReference: address });
    assert.equal((await client.move('continue')).reason, 'breakpoint');
    const [inner, outer] = await client.frames();
    assert.deepEqual([inner?.name, outer?.name], ['strcpy', 'fill']);
    assert.equal(Number(inner?.instructionPointerReference), Number(address));
    assert.equal(outer?.line, at('COPY'));
    await client.move('backstitch/reverseNext');
    assert.equal((await client.frames())[0]?.name, 'fill');
  });

  it('on what is no code say so', async () => {
    const client = await launched('OTHER');
    const [none, first, bad] = await set(
      client,
      { instructionReference: '0x10' },
      { instructionReference: '0x1000000000000' },
      { instructionReference: '0x1000000000000', hitCondition: 'often' },
    );
    assert.match(none?.message ?? '', /0x10 is no address of code/);
    assert.match(first?.message ?? '', /no code of the module that is debugged/);
    assert.deepEqual([none?.verified, first?.verified, bad?.verified], [false, false, false]);
  });
});
