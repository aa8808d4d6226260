/** Variables and memory that are changed by hand, in the past and at the live edge. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { openRecorded } from '../../simulator/host/recorded-simulation.ts';
import { SourceSites } from '../../simulator/host/source-sites.ts';
import { verifyExecution } from '../../simulator/host/verify.ts';
import { compile } from '../guest/symbols/clang.ts';
import { CELLS, lineOf } from './helpers/programs.ts';
import { TestClient } from './helpers/test-client.ts';
import { closeTestHost, testHost } from './helpers/test-host.ts';

const folder = mkdtempSync(join(tmpdir(), 'backstitch-patch-'));

after(async () => {
  rmSync(folder, { recursive: true, force: true });
  await closeTestHost();
});

const at = (marker: string) => lineOf(CELLS, marker);

function stopAt(client: TestClient, ...lines: readonly number[]): Promise<unknown> {
  return client.setBreakpointsRequest({
    source: { path: CELLS },
    breakpoints: lines.map((line) => ({ line })),
  });
}

/** Launches the program and stops where it comes to a marker first. */
async function launched(marker: string, more: object = {}): Promise<TestClient> {
  const client = new TestClient();
  const launch = { program: CELLS, stdin: 'yes', steps: 'statements', ...more };
  await client.launchTo(launch, () => stopAt(client, at(marker)));
  assert.equal(await client.line(), at(marker));
  return client;
}

/** The same at the end of the program, from where one goes back to the marker's first visit. */
async function inThePast(marker: string, more: object = {}): Promise<TestClient> {
  const client = await launched('END', more);
  await stopAt(client, at(marker));
  for (;;) {
    await client.move('reverseContinue');
    if ((await client.line()) !== at(marker)) break;
  }
  await client.move('continue');
  assert.equal(await client.line(), at(marker));
  return client;
}

async function value(client: TestClient, expression: string): Promise<string> {
  const [frame] = await client.frames();
  const { body } = await client.evaluateRequest({ expression, frameId: frame?.id ?? 0 });
  return body.result;
}

/** Sets a variable of the innermost frame; gives the answer. */
async function set(client: TestClient, name: string, text: string, scope = 'Locals') {
  const [frame] = await client.frames();
  const { body } = await client.scopesRequest({ frameId: frame?.id ?? 0 });
  const { variablesReference = 0 } = body.scopes.find((each) => each.name === scope) ?? {};
  const args = { variablesReference, name, value: text };
  const answer = (await client.customRequest('setVariable', args)) as DebugProtocol.Response;
  return answer.body as { value: string };
}

async function typed(client: TestClient, expression: string, context = 'repl'): Promise<string> {
  const [frame] = await client.frames();
  const args = { expression, context, frameId: frame?.id ?? 0 };
  return (await client.evaluateRequest(args)).body.result;
}

const branches = (client: TestClient) => client.evaluate('.branches', 'repl');

async function toEnd(client: TestClient): Promise<string> {
  await stopAt(client);
  const { description } = await client.move('continue');
  assert.match(description, /exited with 0/);
  return client.text('stdout');
}

describe('a variable that is changed in the past', () => {
  it('makes a branch, which goes on with the new value', async () => {
    const client = await inThePast('ADD');
    const shown = client.text('stdout');
    assert.equal(shown, '20 yes\n');
    let answer: { value: string } | undefined;
    const stop = await client.arrival(async () => {
      answer = await set(client, 'sum', '10');
    });
    assert.equal(answer?.value, '10');
    assert.equal(stop.reason, 'goto');
    assert.equal(await client.line(), at('ADD'));
    assert.equal(await value(client, 'sum'), '10');
    assert.match(client.text('console'), /A branch begins before cells-1 statement \d+/);
    assert.match(await branches(client), /^1\. before cells-1 #0: sum = 10 \(in memory\)$/);
    assert.equal(await toEnd(client), '20 yes\n52 yes\n');
  });

  it('is as it was before the place, and as it was set from there on', async () => {
    const client = await inThePast('ADD');
    await client.arrival(() => set(client, 'sum', '10'));
    await client.move('stepBack');
    assert.equal(await client.line(), at('OTHER'));
    assert.equal(await value(client, 'sum'), '1');
    await client.move('next');
    assert.equal(await value(client, 'sum'), '10');
    await client.move('next');
    assert.equal(await client.line(), at('RETURN'));
    assert.equal(await value(client, 'total'), '10');
    await client.move('stepBack');
    assert.equal(await value(client, 'total'), '0');
  });

  it('is the same forwards and backwards, all along the branch', async () => {
    const client = await inThePast('ADD');
    await client.arrival(() => set(client, 'sum', '10'));
    const forwards: string[] = [];
    for (let step = 0; step < 12; step++) {
      forwards.push(await client.snapshot());
      await client.move('stepIn');
    }
    const backwards: string[] = [];
    for (let step = 0; step < 12; step++) {
      await client.move('backstitch/reverseStepIn');
      backwards.unshift(await client.snapshot());
    }
    assert.deepEqual(backwards, forwards);
    // Once more after the program has come to its end.
    await toEnd(client);
    await stopAt(client, at('ADD'));
    for (let visit = 0; visit < 4; visit++) await client.move('reverseContinue');
    assert.equal(await client.snapshot(), forwards[0]);
  });

  it('can be a member, an element, a text, a global and what a pointer leads to', async () => {
    const client = await inThePast('PRINT');
    const change = (text: string) => client.arrival(() => typed(client, text));
    await change('shared.count = 40');
    await change('shared.text[0] = 0x4f');
    await change('answer = "no"');
    await change('*&kept = total - 3');
    await change('cell->count = sizeof(int)');
    const names = ['shared.count', 'shared.text', 'answer', 'kept', 'cell->count'];
    const values = await Promise.all(names.map((name) => value(client, name)));
    assert.deepEqual(values, ['40', '"One"', '"no"', '10', '4']);
    // All of them in one branch: after the first it stood at its live edge.
    assert.equal((await branches(client)).split('\n').length, 1);
    assert.equal(await toEnd(client), '20 yes\n23 no\n');
  });

  it('is found by who asks who wrote it, and in its history', async () => {
    const client = await inThePast('ADD');
    await client.arrival(() => typed(client, 'total = 50'));
    const [frame] = await client.frames();
    const asked = { expression: 'total', frameId: frame?.id };
    const history = await client.customRequest('backstitch/valueHistory', asked);
    const told = (history.body.values as { value: string }[]).map((each) => each.value);
    assert.deepEqual(told.slice(0, 3), ['0', '50', '52']);
    const stop = await client.arrival(() => client.customRequest('backstitch/lastWrite', asked));
    assert.equal(stop.text ?? stop.description, 'total: 0 -> 50');
    assert.equal(await client.line(), at('OTHER'));
  });

  it('can be set where an expression is watched', async () => {
    const client = await inThePast('ADD');
    const [frame] = await client.frames();
    let body: DebugProtocol.SetExpressionResponse['body'] | undefined;
    await client.arrival(async () => {
      const args = { expression: 'total', value: 'sum * 50', frameId: frame?.id };
      const answer = await client.customRequest('setExpression', args);
      body = (answer as DebugProtocol.SetExpressionResponse).body;
    });
    assert.equal(body?.value, '100');
    assert.equal(body?.type, 'int');
    assert.equal(await value(client, 'total'), '100');
  });
});

describe('a variable that is changed at the live edge', () => {
  it('makes no branch', async () => {
    const client = await launched('ADD');
    await client.arrival(() => set(client, 'sum', '10'));
    assert.equal(await value(client, 'sum'), '10');
    assert.equal(await branches(client), 'no branch was begun yet');
    assert.equal(await toEnd(client), '52 yes\n');
    const timeline = await client.evaluate('.timeline', 'repl');
    assert.match(timeline, /memory is changed by hand before #0: sum = 10/);
  });

  it('can be changed again, and somewhere else', async () => {
    const client = await launched('ADD');
    await client.arrival(() => set(client, 'sum', '10'));
    await client.arrival(() => set(client, 'sum', '20'));
    await client.move('continue');
    assert.equal(await client.line(), at('ADD'));
    assert.equal(await value(client, 'sum'), '22');
    await client.arrival(() => set(client, 'total', '0', 'Globals'));
    assert.equal(await branches(client), 'no branch was begun yet');
    // 22, then 25: 47 and 25 in the end.
    assert.equal(await toEnd(client), '72 yes\n');
  });
});

describe('memory that is written', () => {
  const write = (client: TestClient, args: object) =>
    client.customRequest('writeMemory', args) as Promise<DebugProtocol.WriteMemoryResponse>;

  async function addressOf(client: TestClient, expression: string): Promise<string> {
    const [frame] = await client.frames();
    const { body } = await client.evaluateRequest({ expression, frameId: frame?.id ?? 0 });
    return body.memoryReference ?? '';
  }

  it('in the past makes a branch, too', async () => {
    const client = await inThePast('PRINT');
    const memoryReference = await addressOf(client, 'answer');
    const data = Buffer.from('no\0').toString('base64');
    let body: DebugProtocol.WriteMemoryResponse['body'];
    await client.arrival(async () => {
      ({ body } = await write(client, { memoryReference, data }));
    });
    assert.deepEqual(body, { bytesWritten: 3 });
    assert.equal(await value(client, 'answer'), '"no"');
    assert.match(await branches(client), /3 bytes at 0x[0-9a-f]+/);
    assert.equal(await toEnd(client), '20 yes\n20 no\n');
  });

  it('is told to a client that shows memory', async () => {
    const client = new TestClient();
    await client.initializeRequest({ adapterID: 'backstitch', ...MODERN });
    const initialized = client.waitForEvent('initialized');
    const launch = { program: CELLS, stdin: 'yes', steps: 'statements' };
    await client.customRequest('launch', launch);
    await initialized;
    await stopAt(client, at('PRINT'));
    await client.arrival(() => client.configurationDoneRequest());
    const memoryReference = await addressOf(client, 'answer');
    const told = Promise.all([client.waitForEvent('memory'), client.waitForEvent('invalidated')]);
    await client.arrival(() => write(client, { memoryReference, offset: 1, data: 'AAA=' }));
    const [memory] = await told;
    const start = `0x${(Number(memoryReference) + 1).toString(16)}`;
    assert.deepEqual(memory.body, { memoryReference: start, offset: 0, count: 2 });
  });

  it('is refused outside of the memory, or is written as far as it reaches', async () => {
    const client = await launched('PRINT');
    const read = await client.customRequest('readMemory', { memoryReference: '0', count: 1 << 30 });
    const end = (1 << 30) - read.body.unreadableBytes;
    const memoryReference = `${end - 2}`;
    const data = 'AQIDBA==';
    await assert.rejects(write(client, { memoryReference, data }), /not all in the memory/);
    await assert.rejects(write(client, { memoryReference: '-4', data }), /no address/);
    await assert.rejects(
      write(client, { memoryReference: '2', offset: -4, data }),
      /not all in the memory/,
    );
    await assert.rejects(write(client, { memoryReference: '2', data: '*' }), /no base64/);
    await client.arrival(async () => {
      const { body } = await write(client, { memoryReference, data, allowPartial: true });
      assert.deepEqual(body, { bytesWritten: 2 });
    });
    const { body } = await client.customRequest('readMemory', { memoryReference, count: 4 });
    assert.equal(body.data, 'AQI=');
    const nothing = await write(client, { memoryReference, data: '' });
    assert.deepEqual(nothing.body, { bytesWritten: 0 });
  });
});

describe('a change of a recorded program', () => {
  async function recorded(name: string): Promise<string> {
    const record = join(folder, `${name}.backstitch`);
    const client = new TestClient();
    await client.launchTo({ program: CELLS, stdin: 'yes', record });
    await client.disconnectRequest();
    return record;
  }

  /** Opens a recording where it comes to a marker first. */
  async function opened(recording: string, marker: string): Promise<TestClient> {
    const client = new TestClient();
    await client.launchTo({ recording, steps: 'statements' }, () => stopAt(client, at(marker)));
    await client.move('continue');
    assert.equal(await client.line(), at(marker));
    return client;
  }

  it('is recorded in a branch beside it, which replays, can be travelled and compared', async () => {
    const original = await recorded('cells');
    const client = await opened(original, 'ADD');
    await client.arrival(() => set(client, 'sum', '10'));
    assert.equal(await toEnd(client), '52 yes\n');
    const compared = await client.customRequest('backstitch/compare', { recording: original });
    assert.match(compared.body.text, /20 yes[\s\S]*52 yes/);
    await client.disconnectRequest();
    const path = join(folder, 'cells.branch-1.backstitch');
    const branch = await openRecorded(testHost(), path);
    try {
      const sites = new SourceSites(branch);
      const found = branch.history.executions().map((row) => verifyExecution(branch, sites, row));
      assert.deepEqual(found, [{ kind: 'same', execution: 'cells-1', replayed: 2 }]);
      assert.equal(sites.siteOf(found[0]?.execution as never, 1)?.source?.line, at('PRINT'));
      const inputs = branch.history.inputs().map(({ kind, data }) => [kind, data.label]);
      assert.deepEqual(inputs, [['patch', 'sum = 10']]);
    } finally {
      branch.close();
    }
    // A branch of the branch has the change where it begins after it, and not where before.
    const again = await opened(path, 'RETURN');
    assert.equal(await value(again, 'total'), '10');
    await again.arrival(() => typed(again, 'total = 0'));
    assert.equal(await toEnd(again), '42 yes\n');
    await again.disconnectRequest();
    const earlier = await opened(path, 'OTHER');
    await earlier.arrival(() => typed(earlier, 'sum = 4'));
    assert.equal(await toEnd(earlier), '32 yes\n');
    await earlier.disconnectRequest();
  });

  it('is made in the call of an effect, too', async () => {
    const client = await opened(await recorded('calls'), 'READ');
    const before = await value(client, 'total');
    await client.move('stepIn');
    await client.arrival(() => typed(client, 'total = 100'));
    assert.equal(await value(client, 'total'), '100');
    assert.match(client.text('console'), /A branch begins before cells-1 #0/);
    await client.move('stepBack');
    assert.equal(await value(client, 'total'), before);
    assert.equal(await toEnd(client), '107 yes\n');
    await client.disconnectRequest();
  });
});

describe('what cannot be changed', () => {
  const place = (client: TestClient) => client.snapshot();

  it('is refused with a reason, and then nothing has changed', async () => {
    const client = await inThePast('ADD');
    const known = await place(client);
    const wrong = async (request: Promise<unknown>, reason: RegExp) => {
      await assert.rejects(request, reason);
      assert.equal(await place(client), known);
      assert.equal(await branches(client), 'no branch was begun yet');
    };
    await wrong(set(client, 'sum', 'nothing'), /nothing/);
    await wrong(set(client, 'sum', '5000000000'), /does not fit int/);
    await wrong(typed(client, 'sum = "text"'), /is no int/);
    await wrong(typed(client, '5 = 5'), /cannot be changed/);
    await wrong(typed(client, 'sum = 5', 'watch'), /write it in the debug console/);
    await wrong(typed(client, 'sum = 5', 'hover'), /write it in the debug console/);
    await wrong(set(client, 'status', 'x', 'Execution'), /status cannot be changed/);
    const [frame] = await client.frames();
    const expression = { expression: 'nothing', value: '5', frameId: frame?.id };
    await wrong(client.customRequest('setExpression', expression), /nothing cannot be changed/);
  });

  it('is what has ended', async () => {
    const client = await launched('END');
    await stopAt(client);
    await client.move('continue');
    const write = client.customRequest('writeMemory', { memoryReference: '16', data: 'AA==' });
    await assert.rejects(write, /the memory is not known here|has ended/);
  });

  it('is anything in the middle of a statement', async () => {
    const client = await launched('ADD');
    const granularity = 'instruction';
    await client.arrival(() => client.motion('next', { threadId: 1, granularity }));
    await assert.rejects(typed(client, 'sum = 5'), /in the middle of a statement/);
    await client.arrival(() => client.motion('stepBack', { threadId: 1, granularity }));
    await client.arrival(() => typed(client, 'sum = 5'));
    assert.equal(await value(client, 'sum'), '5');
  });

  it('is a variable that is in no memory, in optimised code', async () => {
    const program = join(folder, 'optimised.wasm');
    writeFileSync(program, await compile({ 'main.c': OPTIMISED }, '-g', '-O2'));
    const client = new TestClient();
    await client.launchTo({ program, steps: 'statements', stopOnEntry: true });
    for (let step = 0; step < 20 && (await client.place()) !== 'sum main.c:6'; step++) {
      await client.move('stepIn');
    }
    const local = /cannot be changed here: it is in local \d+ of WebAssembly, .* build with -O0/;
    await assert.rejects(typed(client, 'count = 5'), local);
    await assert.rejects(set(client, 'count', '5'), local);
    const wasm = [...(await client.scope('WebAssembly')).keys()];
    const number = wasm.find((name) => name.startsWith('local'));
    assert.ok(number !== undefined);
    await assert.rejects(set(client, number, '5', 'WebAssembly'), /in no memory; .*globals can be/);
    await client.arrival(() => typed(client, 'calls = 41'));
    assert.equal(await toEnd(client), '10 42\n');
  });
});

/** Its variables are locals of WebAssembly, but for the global one. */
const OPTIMISED = `#include <stdio.h>
int calls;
__attribute__((noinline)) int sum(int count) {
  int sum = 0;
  for (int next = 0; next <= count; next++) {
    sum += next * count / (next + 1);
    __asm__ volatile("" : "+r"(sum));
  }
  calls++;
  return sum;
}
int main(int argc, char **argv) {
  int number = sum(argc * 4);
  printf("%d %d\\n", number, calls);
  return 0;
}
`;

const MODERN = {
  linesStartAt1: true,
  columnsStartAt1: true,
  pathFormat: 'path',
  supportsInvalidatedEvent: true,
  supportsMemoryEvent: true,
};
