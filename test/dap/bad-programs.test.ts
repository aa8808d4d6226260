import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { DebugProtocol } from '@vscode/debugprotocol';
import fc from 'fast-check';
import initSqlJs from 'sql.js';
import { inspectModule, type Section } from '../../simulator/guest/wasm/index.ts';
import { compile } from '../guest/symbols/clang.ts';
import { projectRoot } from '../helpers/project-root.ts';
import { lineOf, SHAPES } from './helpers/programs.ts';
import { TestClient } from './helpers/test-client.ts';
import { closeTestHost } from './helpers/test-host.ts';
import { assertAnsweredOnce, Wire } from './helpers/wire.ts';

const RUNS = Number(process.env.PROPERTY_RUNS ?? 15);
const folder = mkdtempSync(join(tmpdir(), 'backstitch-bad-'));
let bytes: Uint8Array;

before(async () => {
  bytes = await compile({ 'shapes.c': readFileSync(SHAPES, 'utf8') }, '-g', '-O0');
});
after(async () => {
  rmSync(folder, { recursive: true, force: true });
  await closeTestHost();
});

function written(name: string, content: Uint8Array): string {
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
}

const LINE = () => lineOf(SHAPES, 'LAST');

async function launched(
  program: string,
  breakpoints: readonly DebugProtocol.SourceBreakpoint[] = [{ line: LINE() }],
): Promise<{ client: TestClient; breakpoints: DebugProtocol.Breakpoint[] }> {
  const client = new TestClient();
  let answer: DebugProtocol.Breakpoint[] = [];
  await client.launchTo({ program, steps: 'statements', stopOnEntry: true }, async () => {
    const source = { path: SHAPES };
    const { body } = await client.setBreakpointsRequest({ source, breakpoints: [...breakpoints] });
    answer = body.breakpoints;
  });
  return { client, breakpoints: answer };
}

/** A module without its sections that are for people only. */
function stripped(module: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [module.subarray(0, 8)];
  for (let at = 8; at < module.length; ) {
    let end = at + 1;
    let size = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = module[end++] ?? 0;
      size += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) break;
    }
    end += size;
    if (module[at] !== 0) parts.push(module.subarray(at, end));
    at = end;
  }
  return new Uint8Array(Buffer.concat(parts));
}

describe('a program that tells nothing of itself', () => {
  it('is stepped through effect by effect, and breakpoints say why they cannot stop', async () => {
    const { client, breakpoints } = await launched(written('stripped.wasm', stripped(bytes)));
    assert.equal(breakpoints[0]?.verified, false);
    assert.match(breakpoints[0]?.message ?? '', /no debug information; build it with -g/);
    const effects: (string | undefined)[] = [];
    for (let step = 0; step < 2; step++) {
      effects.push((await client.scope('Effect')).get('effect')?.value);
      await client.move('next');
    }
    assert.deepEqual(effects, ['stdout.write #0', 'stdout.write #1']);
    await client.move('stepBack');
    assert.equal((await client.scope('Effect')).get('effect')?.value, 'stdout.write #1');
  });

  it('because wasm-opt has changed its code says so', async () => {
    const input = written('plain.wasm', bytes);
    const output = join(folder, 'optimised.wasm');
    const tool = join(projectRoot, 'node_modules/binaryen/bin/wasm-opt');
    const run = spawnSync(process.execPath, [tool, '-O1', input, '-o', output]);
    assert.equal(run.status, 0, String(run.stderr));
    const { client, breakpoints } = await launched(output);
    assert.match(breakpoints[0]?.message ?? '', /build it with -g and without wasm-opt/);
    assert.equal((await client.scope('Effect')).get('effect')?.value, 'stdout.write #0');
    assert.equal((await client.move('continue')).reason, 'end');
  });
});

describe('damaged debug information', () => {
  it('leaves a session that answers everything', async () => {
    const info = inspectModule(bytes);
    assert.ok(info.kind === 'module');
    const debug = info.sections.filter(({ name }) => name?.startsWith('.debug_'));
    assert.ok(debug.length > 3);
    const damage = fc.record({
      section: fc.nat(debug.length - 1),
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      bytes: fc.uint8Array({ minLength: 1, maxLength: 40 }),
      cut: fc.boolean(),
    });
    let number = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(damage, { minLength: 1, maxLength: 4 }), async (damages) => {
        const damaged = bytes.slice();
        for (const { section, at, bytes: noise, cut } of damages) {
          const { start, end } = (debug[section] as Section).payload;
          const from = start + Math.floor(at * (end - start));
          if (cut) damaged.fill(0, from, end);
          else damaged.set(noise.subarray(0, end - from), from);
        }
        await walkThrough(written(`damaged${number++}.wasm`, damaged));
      }),
      { numRuns: RUNS, endOnFailure: true },
    );
  });

  async function walkThrough(program: string): Promise<void> {
    const wire = new Wire();
    await wire.launch({ program, steps: 'statements' });
    const breakpoints = [{ line: LINE(), condition: 'sum > 0' }];
    await wire.ask('setBreakpoints', { source: { path: SHAPES }, breakpoints });
    for (const command of ['next', 'stepIn', 'stepBack', 'continue', 'reverseContinue']) {
      const before = wire.stops;
      assert.equal((await wire.ask(command, { threadId: 1 })).success, true);
      await wire.until(() => wire.stops > before);
      const { body } = await wire.ask('stackTrace', { threadId: 1, levels: 4 });
      for (const { id } of body.stackFrames) {
        const scopes = await wire.ask('scopes', { frameId: id });
        for (const { variablesReference } of scopes.body.scopes) {
          assert.equal((await wire.ask('variables', { variablesReference })).success, true);
        }
        await wire.ask('evaluate', { expression: 'first.next->value', frameId: id });
      }
    }
    await wire.ask('disconnect');
    await wire.session.closed();
    assertAnsweredOnce(wire);
  }
});

describe('much of everything', () => {
  it('breakpoints are taken up to a limit, and stop', async () => {
    const wanted = Array.from({ length: 10_001 }, (_, index) => ({
      line: index === 0 ? LINE() : 1 + (index % 40),
    }));
    const { client, breakpoints } = await launched(written('many.wasm', bytes), wanted);
    assert.equal(breakpoints.length, 10_001);
    assert.equal(breakpoints[0]?.verified, true);
    assert.match(breakpoints[10_000]?.message ?? '', /More than 10000 breakpoints/);
    assert.equal((await client.move('continue')).reason, 'breakpoint');
  });

  it('a deep stack is told page by page', async () => {
    const { client } = await launched(written('deep.wasm', bytes), [
      { line: lineOf(SHAPES, 'BOTTOM') },
    ]);
    await client.move('continue');
    const page = async (startFrame: number, levels?: number) =>
      (await client.customRequest('stackTrace', { threadId: 1, startFrame, levels })).body;
    const all = await page(0);
    assert.equal(all.stackFrames.length, 1000);
    assert.ok(all.totalFrames > 4000);
    const names = async (from: number, levels: number) =>
      (await page(from, levels)).stackFrames.map(({ name }: DebugProtocol.StackFrame) => name);
    assert.deepEqual(await names(3999, 3), ['dive', 'dive', 'main']);
    assert.deepEqual(await names(all.totalFrames, 10), []);
    const [deepest] = (await page(4000, 1)).stackFrames;
    const { body } = await client.evaluateRequest({ expression: 'level', frameId: deepest.id });
    assert.equal(body.result, '4000');
  });

  it('a long array is told page by page, and a list without an end as far as one looks', async () => {
    const { client } = await launched(written('long.wasm', bytes));
    await client.move('continue');
    const [frame] = await client.frames();
    const ask = async (expression: string) =>
      (await client.evaluateRequest({ expression, frameId: frame?.id ?? 0 })).body;
    const { variablesReference, indexedVariables } = await ask('many');
    assert.equal(indexedVariables, 100_000);
    const page = { variablesReference, filter: 'indexed' as const, start: 99_990, count: 100 };
    const { body } = await client.variablesRequest(page);
    assert.equal(body.variables.length, 10);
    assert.deepEqual(body.variables.at(-1)?.value, '99999');
    const whole = await client.variablesRequest({ variablesReference });
    assert.equal(whole.body.variables.length, 10_000);
    let opened = (await ask('first')).variablesReference;
    const values: (string | undefined)[] = [];
    for (let level = 0; level < 50; level++) {
      const variables = await client.inside(opened);
      values.push(variables.find(({ name }) => name === 'value')?.value);
      opened = variables.find(({ name }) => name === 'next')?.variablesReference ?? 0;
    }
    assert.deepEqual(
      values,
      values.map((_, level) => `${1 + (level % 2)}`),
    );
  });
});

describe('a recording whose module is missing', () => {
  it('says so, and another can be opened', async () => {
    const recording = join(folder, 'whole.backstitch');
    const recorder = new TestClient();
    await recorder.launchTo({ program: written('kept.wasm', bytes), record: recording });
    await recorder.disconnectRequest();
    const { Database } = await initSqlJs();
    const database = new Database(readFileSync(recording));
    database.run("DELETE FROM blob WHERE label LIKE 'module %'");
    const damaged = written('damaged.backstitch', database.export());
    database.close();
    const client = new TestClient();
    await client.initializeRequest();
    const launch = client.customRequest('launch', { recording: damaged });
    await assert.rejects(launch, /the recording lacks the bytes [0-9a-f]{64}/);
    const initialized = client.waitForEvent('initialized');
    await client.customRequest('launch', { recording });
    await initialized;
    await client.disconnectRequest();
  });
});
