import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { after, before, describe, it } from 'node:test';
import { DebugClient } from '@vscode/debugadapter-testsupport';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { build } from 'esbuild';
import { compile } from '../guest/symbols/clang.ts';
import { projectRoot } from '../helpers/project-root.ts';
import { ADDING, DEEP, lineOf, ORDER, SCRIPT, STEPS } from './helpers/programs.ts';

/** What is installed, with the bundle as esbuild.mjs makes it. */
const folder = mkdtempSync(join(tmpdir(), 'backstitch-adapter-'));
const adapter = join(folder, 'debug-adapter.js');
const processes: ChildProcess[] = [];

before(async () => {
  await build({
    absWorkingDir: projectRoot,
    entryPoints: {
      'debug-adapter': 'debug-adapter/main.ts',
      'simulator-host': 'debug-adapter/host-worker.ts',
    },
    outdir: folder,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    supported: { 'dynamic-import': false },
    mainFields: ['module', 'main'],
    logLevel: 'silent',
  });
  mkdirSync(join(folder, 'include'));
  copyFileSync(
    join(projectRoot, 'examples/include/backstitch.h'),
    join(folder, 'include/backstitch.h'),
  );
  copyFileSync(
    join(projectRoot, 'node_modules/sql.js/dist/sql-wasm.wasm'),
    join(folder, 'sql-wasm.wasm'),
  );
});
after(() => {
  for (const child of processes) child.kill();
  rmSync(folder, { recursive: true, force: true });
});

function start(...args: string[]): ChildProcess {
  const child = spawn(process.execPath, [adapter, ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
  processes.push(child);
  return child;
}

class StreamClient extends DebugClient {
  constructor(input: Readable, output: Writable) {
    super('node', 'none', 'backstitch');
    this.defaultTimeout = 60_000;
    this.connect(input, output);
  }

  /** Launches, steps forwards and back, and returns the innermost user line of each stop. */
  async visit(args: object): Promise<string[]> {
    await this.initializeRequest();
    const initialized = this.waitForEvent('initialized');
    const stopped = this.waitForEvent('stopped');
    await this.launchRequest({
      stopOnEntry: true,
      steps: 'effects',
      ...args,
    } as DebugProtocol.LaunchRequestArguments);
    await initialized;
    await this.configurationDoneRequest();
    await stopped;
    const lines = [await this.line()];
    for (const command of ['next', 'next', 'stepBack']) {
      await Promise.all([
        this.waitForEvent('stopped'),
        this.customRequest(command, { threadId: 1 }),
      ]);
      lines.push(await this.line());
    }
    return lines;
  }

  private async line(): Promise<string> {
    const { body } = await this.stackTraceRequest({ threadId: 1 });
    const frame = body.stackFrames.find(({ presentationHint }) => presentationHint === undefined);
    return `${frame?.source?.name}:${frame?.name}`;
  }
}

function textOfOutputs(client: DebugClient): () => string {
  let text = '';
  client.on('output', ({ body }: DebugProtocol.OutputEvent) => {
    text += body.output;
  });
  return () => text;
}

function textOf(stream: Readable | null): () => string {
  let text = '';
  stream?.on('data', (bytes: Buffer) => {
    text += bytes.toString();
  });
  return () => text;
}

describe('the debug adapter as a process', () => {
  it('speaks on standard input and output, records, and ends with its client', async () => {
    const child = start();
    const errors = textOf(child.stderr);
    const { stdin, stdout } = child;
    assert.ok(stdin !== null && stdout !== null);
    const client = new StreamClient(stdout, stdin);
    const record = join(folder, 'order.backstitch');
    const lines = await client.visit({ program: ORDER, record });
    assert.deepEqual(lines, ['order.c:note', 'order.c:note', 'order.c:charge', 'order.c:note']);
    const ended = client.waitForEvent('stopped');
    await client.continueRequest({ threadId: 1 });
    await ended;
    await client.disconnectRequest();
    stdin.end();
    const [code] = await once(child, 'exit');
    assert.equal(code, 0, errors());
    assert.equal(errors(), '');

    const second = start();
    assert.ok(second.stdin !== null && second.stdout !== null);
    const replay = new StreamClient(second.stdout, second.stdin);
    assert.deepEqual(await replay.visit({ recording: record }), lines);
    // A client that goes without a word ends it as well.
    second.stdin.end();
    const [end] = await once(second, 'exit');
    assert.equal(end, 0);
  });

  it('walks over statements, to a condition over variables and back', async () => {
    const child = start();
    assert.ok(child.stdin !== null && child.stdout !== null);
    const client = new StreamClient(child.stdout, child.stdin);
    const lines = await client.visit({ program: STEPS, args: ['2'], steps: 'statements' });
    assert.deepEqual(lines, Array(4).fill('steps.c:main'));
    const line = lineOf(STEPS, 'PURE');
    const breakpoints = [{ line, condition: 'one == 1' }];
    await client.setBreakpointsRequest({ source: { path: STEPS }, breakpoints });
    await Promise.all([client.waitForEvent('stopped'), client.continueRequest({ threadId: 1 })]);
    const { body } = await client.stackTraceRequest({ threadId: 1 });
    const [frame] = body.stackFrames;
    assert.deepEqual([frame?.name, frame?.line], ['add', line]);
    const frameId = frame?.id ?? 0;
    const answer = await client.evaluateRequest({ expression: 'one + other', frameId });
    assert.equal(answer.body.result, '2');
    await Promise.all([
      client.waitForEvent('stopped'),
      client.customRequest('reverseContinue', { threadId: 1 }),
    ]);
    await client.disconnectRequest();
    child.stdin.end();
    const [code] = await once(child, 'exit');
    assert.equal(code, 0);
  });

  it('shows a stack of a hundred thousand calls page by page, or says that it was too much', async () => {
    const program = join(folder, 'deep.wasm');
    const text = readFileSync(DEEP, 'utf8');
    const room = '-Wl,-z,stack-size=16777216';
    writeFileSync(program, await compile({ 'deep.c': text }, '-g', '-O0', room));
    for (const depth of [50_000, 100_000]) {
      const child = start();
      assert.ok(child.stdin !== null && child.stdout !== null);
      const client = new StreamClient(child.stdout, child.stdin);
      const stopped = client.waitForEvent('stopped');
      await client.initializeRequest();
      const initialized = client.waitForEvent('initialized');
      const launch = { program, args: [`${depth}`], steps: 'statements' };
      await client.launchRequest(launch as DebugProtocol.LaunchRequestArguments);
      await initialized;
      const breakpoints = [{ line: lineOf(DEEP, 'BOTTOM') }];
      await client.setBreakpointsRequest({ source: { path: DEEP }, breakpoints });
      await client.configurationDoneRequest();
      const told = textOfOutputs(client);
      const { body: stop } = await stopped;
      const page = { threadId: 1, startFrame: depth - 1, levels: 3 };
      const { body } = await client.stackTraceRequest(page);
      const names = body.stackFrames.map(({ name }) => name);
      if (depth === 50_000 || stop.reason === 'breakpoint') {
        assert.deepEqual([names, body.totalFrames], [['down', 'down', 'main'], depth + 4]);
      } else {
        assert.match(told(), /cannot be looked at beyond statement \d+: its calls are so deep/);
      }
      await client.disconnectRequest();
      child.stdin.end();
      await once(child, 'exit');
    }
  });

  it('serves several clients on a port of this machine', async () => {
    const child = start('--port', '0');
    assert.ok(child.stdout !== null);
    const [bytes] = await once(child.stdout, 'data');
    const [, port] = /^listening on 127\.0\.0\.1:(\d+)\n$/.exec(String(bytes)) ?? [];
    assert.ok(port !== undefined);
    const sockets = await Promise.all(
      [1, 2].map(async () => {
        const socket = connect(Number(port), '127.0.0.1');
        await once(socket, 'connect');
        return socket;
      }),
    );
    const visits = await Promise.all(
      sockets.map((socket) => new StreamClient(socket, socket).visit({ program: STEPS })),
    );
    const expected = ['steps.c:clock_of', 'steps.c:say', 'steps.c:say', 'steps.c:say'];
    assert.deepEqual(visits, [expected, expected]);
    const [first, second] = sockets;
    // What is no DAP closes only its own connection.
    first?.write('GET / HTTP/1.1\r\n\r\n');
    assert.ok(first !== undefined && second !== undefined);
    await once(first, 'close');
    const still = new StreamClient(second, second);
    await still.customRequest('threads');
    second.destroy();
  });

  it('hears its client while a program computes for ever, and ends it', async () => {
    const child = start();
    const errors = textOf(child.stderr);
    assert.ok(child.stdin !== null && child.stdout !== null);
    const client = new StreamClient(child.stdout, child.stdin);
    const record = join(folder, 'spin.backstitch');
    await client.initializeRequest();
    const told: string[] = [];
    const spinning = new Promise<void>((resolve) => {
      client.on('output', ({ body }: DebugProtocol.OutputEvent) => {
        told.push(body.output);
        if (body.category === 'stdout') resolve();
      });
    });
    const launch = { program: SCRIPT, args: ['print', 'on', 'spin'], record };
    await client.launchRequest(launch as DebugProtocol.LaunchRequestArguments);
    await client.configurationDoneRequest();
    await spinning;
    const terminated = client.waitForEvent('terminated');
    const refused = assert.rejects(client.threadsRequest(), /was ended/);
    await client.disconnectRequest();
    await Promise.all([refused, terminated]);
    assert.match(told.at(-1) ?? '', /computed on without an effect, and was ended/);
    assert.ok(existsSync(`${record}-log`));
    // What comes later is answered too.
    await assert.rejects(client.threadsRequest(), /was ended/);
    child.stdin.end();
    const [code] = await once(child, 'exit');
    assert.equal(code, 0, errors());
    assert.equal(errors(), '');
  });

  for (const command of ['pause', 'cancel']) {
    it(`breaks off a long way back at a ${command}, and goes on answering`, async () => {
      const child = start();
      assert.ok(child.stdin !== null && child.stdout !== null);
      const client = new StreamClient(child.stdout, child.stdin);
      await client.initializeRequest();
      const end = client.waitForEvent('stopped');
      await client.launchRequest({ program: ADDING } as DebugProtocol.LaunchRequestArguments);
      await client.configurationDoneRequest();
      await end;
      const line = lineOf(ADDING, 'ADD');
      const breakpoints = [{ line, condition: 'number == 99999999' }];
      await client.setBreakpointsRequest({ source: { path: ADDING }, breakpoints });
      const { request_seq: requestId } = await client.reverseContinueRequest({ threadId: 1 });
      const stopped = client.waitForEvent('stopped');
      await client.customRequest(command, { threadId: 1, requestId });
      // Without it, the way leads to the entry.
      assert.equal((await stopped).body?.reason, 'pause');
      assert.equal((await client.threadsRequest()).body.threads.length, 1);
      child.stdin.end();
      await once(child, 'exit');
    });
  }

  it('refuses arguments that it does not know, and says which there are', async () => {
    for (const args of [
      ['--port'],
      ['--port', 'x'],
      ['--port', '70000'],
      ['--server=1'],
      ['--port', '1', 'x'],
    ]) {
      const child = start(...args);
      const errors = textOf(child.stderr);
      const [code] = await once(child, 'exit');
      assert.equal(code, 64, args.join(' '));
      assert.match(errors(), /usage: backstitch debug-adapter \[--port N\]/);
    }
  });

  it('says when a port is taken', async () => {
    const first = start('--port', '0');
    assert.ok(first.stdout !== null);
    const [bytes] = await once(first.stdout, 'data');
    const [port = ''] = /\d+$/m.exec(String(bytes)) ?? [];
    const second = start('--port', port);
    const errors = textOf(second.stderr);
    const [code] = await once(second, 'exit');
    assert.equal(code, 69);
    assert.match(errors(), new RegExp(`port ${port}: .*EADDRINUSE`));
  });
});
