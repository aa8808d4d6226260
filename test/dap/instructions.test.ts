import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { DebugProtocol } from '@vscode/debugprotocol';
import fc from 'fast-check';
import { compile } from '../guest/symbols/clang.ts';
import { type GeneratedProgram, generatedProgram } from './helpers/generated-program.ts';
import { CELLS, lineOf, ORDER, STEPS } from './helpers/programs.ts';
import { TestClient } from './helpers/test-client.ts';
import { closeTestHost } from './helpers/test-host.ts';

const folder = mkdtempSync(join(tmpdir(), 'backstitch-instructions-'));
const RUNS = Number(process.env.PROPERTY_RUNS ?? 4);

after(async () => {
  rmSync(folder, { recursive: true, force: true });
  await closeTestHost();
});

const at = (marker: string) => lineOf(CELLS, marker);

/** One step of an instruction. */
function step(client: TestClient, command: string) {
  return client.arrival(() => client.motion(command, { threadId: 1, granularity: 'instruction' }));
}

const FORWARDS = 'stepIn';
const BACKWARDS = 'backstitch/reverseStepIn';

async function isAtEnd(client: TestClient): Promise<boolean> {
  return / (exited|trapped)/.test((await client.frames())[0]?.name ?? '');
}

interface Row {
  readonly name: string | undefined;
  readonly text: string | undefined;
}

/** The innermost frame and its instruction. */
async function here(client: TestClient): Promise<Row> {
  const [frame] = await client.frames();
  const { body } = (await client.customRequest('disassemble', {
    memoryReference: frame?.instructionPointerReference,
    instructionCount: 1,
  })) as DebugProtocol.DisassembleResponse;
  return { name: frame?.name, text: body?.instructions[0]?.instruction };
}

async function launched(marker: string): Promise<TestClient> {
  const client = new TestClient();
  await client.launchTo({ program: CELLS, stdin: 'yes', steps: 'statements' }, () =>
    client.setBreakpointsRequest({ source: { path: CELLS }, breakpoints: [{ line: at(marker) }] }),
  );
  await client.setBreakpointsRequest({ source: { path: CELLS }, breakpoints: [] });
  return client;
}

describe('a step of an instruction', () => {
  it('goes to the next one of the statement, with its operands, and back', async () => {
    const client = await launched('OTHER');
    const first = await client.snapshot();
    const seen = [await here(client)];
    for (let count = 0; count < 5; count++) {
      assert.equal((await step(client, 'next')).reason, 'step');
      seen.push(await here(client));
    }
    assert.deepEqual(
      seen.map(({ text }) => text?.replace(/\d+$/, 'N')),
      [
        'local.get N',
        'local.get N',
        'i32.load offset=N',
        'local.get N',
        'i32.load offset=N',
        'i32.add',
      ],
    );
    assert.equal(await client.line(), at('OTHER'));
    const wasm = await client.scope('WebAssembly');
    const operands = [0, 1, 2].map((index) => Number(wasm.get(`operand ${index}`)?.value));
    assert.deepEqual(operands.slice(1), [1, 1]);
    for (let count = 0; count < 5; count++) await step(client, 'stepBack');
    assert.equal(await client.snapshot(), first);
  });

  it('goes over calls, and into them', async () => {
    const client = await launched('CALL');
    while ((await here(client)).text !== 'call $add') await step(client, 'next');
    const before = await client.snapshot();
    await step(client, 'next');
    assert.equal((await here(client)).name, 'main');
    assert.equal((await client.scope('Globals')).get('total')?.value, '2');
    await step(client, 'stepBack');
    assert.equal(await client.snapshot(), before);
    await step(client, 'stepIn');
    assert.equal((await here(client)).name, 'add');
    await step(client, 'stepIn');
    await step(client, 'stepOut');
    assert.equal((await here(client)).name, 'main');
    assert.equal((await client.scope('Globals')).get('total')?.value, '2');
    await step(client, BACKWARDS);
    assert.deepEqual(await here(client), { name: 'add', text: 'return' });
    await step(client, 'backstitch/reverseStepOut');
    assert.equal(await client.snapshot(), before);
  });

  it('goes into library functions, and through the effects that they call', async () => {
    const client = await launched('READ');
    const names = new Set<string | undefined>();
    while (!(await client.scope('Effect')).has('effect')) {
      names.add((await here(client)).name);
      await step(client, FORWARDS);
    }
    assert.ok(names.has('read') && names.size > 2, [...names].join());
    await step(client, FORWARDS);
    assert.equal((await client.scope('Latest effect')).get('effect')?.value, 'stdin.read #0');
    await step(client, BACKWARDS);
    assert.equal((await client.scope('Effect')).get('effect')?.value, 'stdin.read #0');
    await step(client, BACKWARDS);
    assert.match((await here(client)).text ?? '', /^call \$.*fd_read/);
  });

  it('leaves the steps of statements as they are', async () => {
    const client = await launched('CALL');
    const first = await client.snapshot();
    while ((await here(client)).text !== 'call $add') await step(client, 'next');
    await client.move('stepBack');
    assert.equal(await client.snapshot(), first);
    await step(client, 'next');
    await client.move('stepIn');
    assert.equal(await client.line(), at('ONE'));
    await step(client, 'stepIn');
    await client.move('stepOut');
    assert.deepEqual([await client.line(), (await here(client)).name], [at('CALL') - 1, 'main']);
  });

  it('goes over calls that take long, of functions that call back too', async () => {
    const text = `#include <stdlib.h>
static int many[500];
static int work(int count) {
  int sum = 0;
  for (int i = 0; i < count; i++) sum += i;
  return sum;
}
static int compare(const void *one, const void *other) {
  return *(const int *)one - *(const int *)other;
}
int main(void) {
  for (int i = 0; i < 500; i++) many[i] = 500 - i;
  int both = work(3) + work(20000);
  qsort(many, 500, sizeof many[0], compare);
  return both == 199990003 && many[0] == 1 ? 0 : 1;
}
`;
    const source = join(folder, 'main.c');
    const program = join(folder, 'long.wasm');
    writeFileSync(source, text);
    writeFileSync(program, await compile({ 'main.c': text }, '-g', '-O0'));
    const client = new TestClient();
    await client.launchTo({ program, steps: 'statements' }, () =>
      client.setBreakpointsRequest({ source: { path: source }, breakpoints: [{ line: 13 }] }),
    );
    for (const callee of ['work', 'work', 'qsort']) {
      while ((await here(client)).text !== `call $${callee}`) await step(client, 'next');
      const before = await client.snapshot();
      await step(client, 'next');
      assert.equal((await here(client)).name, 'main');
      await step(client, 'stepBack');
      assert.equal(await client.snapshot(), before);
      await step(client, 'stepIn');
      assert.notEqual((await here(client)).name, 'main');
      await step(client, 'stepOut');
      await step(client, BACKWARDS);
      await step(client, 'backstitch/reverseStepOut');
      assert.equal(await client.snapshot(), before);
      await step(client, 'next');
    }
    assert.equal((await client.scope('Globals')).get('many')?.value.slice(0, 6), '{1, 2,');
  });

  it('is a position that can be gone back to', async () => {
    const client = await launched('OTHER');
    for (let count = 0; count < 3; count++) await step(client, 'next');
    const there = await client.snapshot();
    const { body } = await client.customRequest('backstitch/position', {});
    assert.equal(body.instruction, 3);
    await client.move('reverseContinue');
    await client.arrival(() => client.motion('backstitch/seek', body));
    assert.equal(await client.snapshot(), there);
  });
});

interface Case {
  readonly name: string;
  readonly launch: object;
}

const CASES: readonly Case[] = [
  { name: 'steps', launch: { program: STEPS } },
  { name: 'a trap', launch: { program: STEPS, args: ['2', 'trap'] } },
  {
    name: 'an order through a crash',
    launch: { program: ORDER, faults: join(ORDER, 'faults/crash-after-charge.json') },
  },
];

describe('the reverse law of instructions', () => {
  const PROGRAMS = fc.sample(generatedProgram, { seed: 20_262, numRuns: 3 });
  const LEVELS = ['-O0', '-O1', '-O2'];

  async function recorded(name: string, launch: object): Promise<TestClient> {
    const record = join(folder, `${name.replaceAll(' ', '-')}.backstitch`);
    const recorder = new TestClient();
    await recorder.launchTo({ ...launch, record });
    await recorder.disconnectRequest();
    const client = new TestClient();
    await client.launchTo({ recording: record, steps: 'statements' });
    return client;
  }

  async function holds(client: TestClient, statements: number): Promise<void> {
    const walk = fc.record({ from: fc.nat(statements), steps: fc.integer({ min: 1, max: 60 }) });
    await fc.assert(
      fc.asyncProperty(walk, async ({ from, steps }) => {
        await client.move('reverseContinue');
        for (let count = 0; count < from && !(await isAtEnd(client)); count++) {
          await client.move('stepIn');
        }
        const seen = [await client.snapshot()];
        for (let count = 0; count < steps && !(await isAtEnd(client)); count++) {
          await step(client, FORWARDS);
          seen.push(await client.snapshot());
        }
        assert.ok(seen.length === 1 || seen[0] !== seen[1]);
        for (let count = seen.length - 2; count >= 0; count--) {
          await step(client, BACKWARDS);
          assert.equal(await client.snapshot(), seen[count]);
        }
      }),
      { numRuns: RUNS },
    );
  }

  for (const { name, launch } of CASES) {
    it(`holds for ${name}`, async () => {
      await holds(await recorded(name, launch), 30);
    });
  }

  PROGRAMS.forEach(({ source }: GeneratedProgram, number) => {
    const level = LEVELS[number] as string;
    let client: TestClient;
    before(async () => {
      const program = join(folder, `main${number}.wasm`);
      writeFileSync(join(folder, 'main.c'), source);
      writeFileSync(program, await compile({ 'main.c': source }, '-g', level));
      client = await recorded(`generated ${number}`, { program });
    });

    it(`holds for generated program ${number} at ${level}`, async () => {
      await holds(client, 40);
    });

    // Optimised, what is inlined has frames of its own.
    it(`holds in one frame of generated program ${number} at ${level}`, {
      skip: level !== '-O0',
    }, async () => {
      await client.move('reverseContinue');
      const seen: string[] = [];
      const { name } = await here(client);
      while (seen.length < 300 && (await here(client)).name === name) {
        seen.push(await client.snapshot());
        await step(client, 'next');
      }
      assert.ok(seen.length > 10);
      // Behind its end, the frame is one that was called.
      if ((await here(client)).name !== name) {
        await step(client, BACKWARDS);
        assert.equal(await client.snapshot(), seen.pop());
      }
      while (seen.length > 0) {
        await step(client, 'stepBack');
        assert.equal(await client.snapshot(), seen.pop());
      }
    });
  });
});
