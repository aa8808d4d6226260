import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { STEPS } from './helpers/programs.ts';
import { TestClient } from './helpers/test-client.ts';
import { closeTestHost, testHost } from './helpers/test-host.ts';

after(closeTestHost);

describe('the modules of a program', () => {
  it('are listed page by page, with what is known of their symbols', async () => {
    const client = new TestClient();
    const told: unknown[] = [];
    client.on('module', ({ body }: DebugProtocol.ModuleEvent) => told.push(body));
    await client.launchTo({ program: STEPS, stopOnEntry: true });
    const { body } = await client.modulesRequest({});
    const [module] = body.modules as (DebugProtocol.Module & { size: string })[];
    assert.equal(body.totalModules, 1);
    assert.equal(module?.name, 'steps.c');
    assert.equal(module?.path, STEPS);
    assert.equal(module?.isUserCode, true);
    assert.equal(module?.symbolStatus, 'Symbols loaded');
    assert.match(module?.size ?? '', /^\d+\.\d KiB$/);
    assert.deepEqual(told, [{ reason: 'new', module }]);
    const page = { startModule: 1, moduleCount: 5 };
    const { body: next } = await client.customRequest('modules', page);
    assert.deepEqual(next, { modules: [], totalModules: 1 });
  });

  it('say how to get symbols when there are none', async () => {
    const client = new TestClient({
      load: async (target, onProgress) => {
        const found = await testHost().load(target, onProgress);
        const [workflow, ...others] = found.loaded.workflows;
        assert.ok(workflow !== undefined);
        const wasm = stripped(workflow.wasm);
        return {
          ...found,
          loaded: { ...found.loaded, workflows: [{ ...workflow, wasm }, ...others] },
        };
      },
    });
    await client.launchTo({ program: STEPS, stopOnEntry: true });
    const { body } = await client.modulesRequest({});
    assert.match(body.modules[0]?.symbolStatus ?? '', /^No debug information: build it with -g/);
  });
});

/** A module without its custom sections. */
function stripped(wasm: Uint8Array): Uint8Array {
  const kept: number[] = [...wasm.subarray(0, 8)];
  for (let at = 8; at < wasm.length; ) {
    const start = at;
    const id = wasm[at++];
    let size = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = wasm[at++] ?? 0;
      size |= (byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    at += size;
    if (id !== 0) for (let index = start; index < at; index++) kept.push(wasm[index] ?? 0);
  }
  return new Uint8Array(kept);
}

describe('whole numbers', () => {
  it('are shown in base 16 when the client asks for that', async () => {
    const client = new TestClient();
    await client.launchTo({ program: STEPS, stopOnEntry: true });
    const asked = { expression: 'seq', context: 'watch', format: { hex: true } };
    const { body } = await client.evaluateRequest(asked);
    assert.equal(body.result, '0x0');
    const text = { expression: 'effect', context: 'watch', format: { hex: true } };
    assert.equal((await client.evaluateRequest(text)).body.result, '"clock.read"');
    const [frame] = await client.frames();
    const { body: found } = await client.scopesRequest({ frameId: frame?.id ?? 0 });
    const execution = found.scopes.find(({ name }) => name === 'Execution');
    const reference = { variablesReference: execution?.variablesReference ?? 0 };
    const { body: plain } = await client.variablesRequest(reference);
    const { body: hex } = await client.variablesRequest({ ...reference, format: { hex: true } });
    const attempt = (body: { variables: DebugProtocol.Variable[] }) =>
      body.variables.find(({ name }) => name === 'epoch')?.value;
    assert.deepEqual([attempt(plain), attempt(hex)], ['1', '0x1']);
  });
});

describe('a launch that takes long', () => {
  async function progressOf(supportsProgressReporting: boolean): Promise<string[]> {
    const client = new TestClient({
      load: async (target, onProgress) => {
        onProgress('Compiling one');
        onProgress('Compiling two');
        return testHost().load(target, onProgress);
      },
    });
    const told: string[] = [];
    for (const name of ['progressStart', 'progressUpdate', 'progressEnd']) {
      client.on(name, ({ body }: DebugProtocol.ProgressStartEvent) =>
        told.push(`${name} ${body.progressId} ${body.message ?? ''}`.trimEnd()),
      );
    }
    await client.initializeRequest({
      adapterID: 'x',
      pathFormat: 'path',
      supportsProgressReporting,
    });
    const entry = client.waitForEvent('stopped');
    await client.configurationDoneRequest();
    const launch = { program: STEPS, stopOnEntry: true };
    await client.launchRequest(launch as DebugProtocol.LaunchRequestArguments);
    await entry;
    assert.match(client.text('console'), /Compiling one\nCompiling two\n/);
    return told;
  }

  it('tells a client that shows progress what it is at', async () => {
    assert.deepEqual(await progressOf(true), [
      'progressStart loading-1 Compiling one',
      'progressUpdate loading-1 Compiling two',
      'progressEnd loading-1',
    ]);
  });

  it('only prints that for other clients', async () => {
    assert.deepEqual(await progressOf(false), []);
  });
});

describe('terminating threads', () => {
  it('cancels their executions when the simulation goes on', async () => {
    const client = new TestClient();
    await client.launchTo({ program: STEPS, args: ['3'], stopOnEntry: true });
    await client.customRequest('terminateThreads', { threadIds: [1, 99] });
    assert.match(client.text('console'), /Cancelled as soon as the simulation goes on: steps-1/);
    const end = await client.move('continue');
    assert.match(end.description, /steps-1 .*cancelled/);
    assert.equal(client.text('stdout'), '');
  });
});
