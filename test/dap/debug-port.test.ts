import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { DebugClient } from '@vscode/debugadapter-testsupport';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { ServeProcess } from '../cli/serve-process.ts';
import { backstitch, ensureDist, startBackstitch } from '../helpers/dist.ts';
import { projectRoot } from '../helpers/project-root.ts';
import { lineWith, ORDER, ORDER_SOURCE } from './helpers/programs.ts';
import { frameLine } from './helpers/test-client.ts';

const SERVE = join(projectRoot, 'examples/serve');
const TILL = join(SERVE, 'till.c');
const SHIP = lineWith(ORDER_SOURCE, 'ship(order, tracking, sizeof tracking);');
const ADDRESS = /debuggers attach at 127\.0\.0\.1:(\d+)/;

/** A client that attaches at a port. */
class PortClient extends DebugClient {
  private constructor(readonly socket: Socket) {
    super('node', 'none', 'backstitch');
    this.defaultTimeout = 60_000;
    this.connect(socket, socket);
  }

  static async at(port: number): Promise<PortClient> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    socket.on('error', () => undefined);
    return new PortClient(socket);
  }

  /** Attaches, with a breakpoint; resolves when it is configured. */
  async attach(source: string, line: number, args: object = {}): Promise<void> {
    await this.initializeRequest();
    const initialized = this.waitForEvent('initialized');
    await this.attachRequest(args as DebugProtocol.AttachRequestArguments);
    await initialized;
    const { body } = await this.setBreakpointsRequest({
      source: { path: source },
      breakpoints: [{ line }],
    });
    assert.deepEqual(
      body.breakpoints.map(({ verified }) => verified),
      [true],
    );
    await this.configurationDoneRequest();
  }

  async arrival(): Promise<string> {
    const { body } = (await this.waitForEvent('stopped')) as DebugProtocol.StoppedEvent;
    return body.reason;
  }

  async move(command: string): Promise<string> {
    const [reason] = await Promise.all([
      this.arrival(),
      this.customRequest(command, { threadId: 1 }),
    ]);
    return reason;
  }

  async place(threadId = 1): Promise<string> {
    const { body } = await this.stackTraceRequest({ threadId });
    const frame = body.stackFrames.find(({ presentationHint }) => presentationHint === undefined);
    return frame === undefined ? 'nowhere' : frameLine(frame);
  }
}

const folder = mkdtempSync(join(tmpdir(), 'backstitch-debug-port-'));
const processes: ChildProcess[] = [];
before(ensureDist);
after(() => {
  for (const child of processes) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

interface RunningOrder {
  readonly child: ChildProcess;
  readonly port: number;
  readonly recording: string;
  stdout(): string;
  readonly exit: Promise<number | null>;
}

let runs = 0;

/** `backstitch run` of the order example, which waits for a debugger. */
async function runOrder(): Promise<RunningOrder> {
  const recording = join(folder, `order-${++runs}.backstitch`);
  const args = ['run', '.', '--record', recording, '--debug-port', '0', '--debug-wait'];
  const child = startBackstitch(args, { cwd: ORDER });
  processes.push(child);
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (bytes: Buffer) => {
    stdout += bytes;
  });
  const exit = once(child, 'close').then(([code]) => code as number | null);
  const port = await new Promise<number>((resolve, reject) => {
    child.stderr.on('data', (bytes: Buffer) => {
      stderr += bytes;
      const found = ADDRESS.exec(stderr);
      if (found !== null) resolve(Number(found[1]));
    });
    void exit.then(() => reject(new Error(`it ended: ${stderr}`)));
  });
  child.stdin.end();
  return { child, port, recording, exit, stdout: () => stdout };
}

/** Resolves at the first stop. */
async function attachTo(order: RunningOrder): Promise<PortClient> {
  const client = await PortClient.at(order.port);
  const stopped = client.arrival();
  await client.attach(ORDER_SOURCE, SHIP);
  assert.equal(await stopped, 'pause');
  return client;
}

describe('a run with a port for debuggers', () => {
  it('waits for one, is driven to a breakpoint, and goes on when it has gone', async () => {
    const order = await runOrder();
    const client = await attachTo(order);
    assert.equal(await client.place(), 'note order.c:24');
    assert.equal(await client.move('continue'), 'breakpoint');
    assert.equal(await client.place(), `main order.c:${SHIP}`);
    assert.doesNotMatch(order.stdout(), /receipt/);
    await client.disconnectRequest();
    client.socket.end();
    assert.equal(await order.exit, 0);
    assert.match(order.stdout(), /receipt for A-17/);
  });

  it('waits on when somebody has only looked whether the port is open', async () => {
    const order = await runOrder();
    const looking = await PortClient.at(order.port);
    looking.socket.end();
    await once(looking.socket, 'close');
    const client = await attachTo(order);
    assert.equal(await client.place(), 'note order.c:24');
    client.socket.destroy();
    assert.equal(await order.exit, 0);
  });

  it('takes no harm from what is no message', async () => {
    const order = await runOrder();
    const odd = await PortClient.at(order.port);
    for (const text of ['null', '7', '[]', '"text"', '{', '{"arguments":null}']) {
      odd.socket.write(`Content-Length: ${text.length}\r\n\r\n${text}`);
    }
    assert.equal((await odd.initializeRequest()).success, true);
    odd.socket.destroy();
    const client = await attachTo(order);
    await client.disconnectRequest();
    client.socket.end();
    assert.equal(await order.exit, 0);
  });

  it('closes the connection of a web page, which reaches nothing', async () => {
    const order = await runOrder();
    const asked = fetch(`http://127.0.0.1:${order.port}`, {
      method: 'POST',
      body: '{"type":"request","seq":1,"command":"attach","arguments":{}}',
    });
    await assert.rejects(asked);
    const client = await attachTo(order);
    await client.disconnectRequest();
    client.socket.end();
    assert.equal(await order.exit, 0);
  });

  it('goes on when its debugger is gone without a word', async () => {
    const order = await runOrder();
    const client = await attachTo(order);
    await client.move('continue');
    client.socket.destroy();
    assert.equal(await order.exit, 0);
    assert.match(order.stdout(), /receipt for A-17/);
  });

  it('stays at its end for as long as somebody looks back', async () => {
    const order = await runOrder();
    const client = await attachTo(order);
    await client.move('continue');
    assert.equal(await client.move('continue'), 'end');
    assert.equal(await client.move('reverseContinue'), 'breakpoint');
    assert.equal(await client.place(), `main order.c:${SHIP}`);
    assert.equal(order.child.exitCode, null);
    await client.disconnectRequest();
    client.socket.end();
    assert.equal(await order.exit, 0);
    const replayed = backstitch(['replay', order.recording], { cwd: folder });
    assert.equal(replayed.code, 0, replayed.stderr);
  });

  it('can be resumed when it was killed while a debugger had it', async () => {
    const order = await runOrder();
    const client = await attachTo(order);
    await client.move('continue');
    const gone = once(client.socket, 'close');
    order.child.kill('SIGKILL');
    await gone;
    const timeline = backstitch(['inspect', order.recording, '--timeline'], { cwd: folder });
    assert.match(timeline.stdout, /payment\.example/);
    assert.doesNotMatch(timeline.stdout, /shipments/);
    const resumed = backstitch(['run', '--resume', order.recording], { cwd: ORDER });
    assert.equal(resumed.code, 0, resumed.stderr);
    assert.match(resumed.stdout, /receipt for A-17/);
  });

  it('says what is wrong with how it is asked for', async () => {
    const alone = backstitch(['run', '.', '--debug-wait'], { cwd: ORDER });
    assert.equal(alone.code, 64);
    assert.match(alone.stderr, /say which with --debug-port/);
    const order = await runOrder();
    const args = ['run', '.', '--record', join(folder, 'x.backstitch')];
    const taken = backstitch([...args, '--debug-port', String(order.port)], { cwd: ORDER });
    assert.equal(taken.code, 69);
    assert.match(taken.stderr, /something else listens there.*--debug-port 0/);
    order.child.kill('SIGKILL');
    await order.exit;
  });
});

describe('a server that is stopped', () => {
  it('ends although a debugger does not leave', { timeout: 60_000 }, async () => {
    const record = join(folder, 'silent.backstitch');
    const server = new ServeProcess(['.', '--record', record, '--debug-port', '0'], SERVE);
    try {
      await server.address();
      const noted = server.events.map(({ text }) => ADDRESS.exec(String(text))?.[1]);
      const client = await PortClient.at(Number(noted.find((each) => each !== undefined)));
      const closed = once(client.socket, 'close');
      assert.equal(await server.stop(), 0, server.log());
      await closed;
    } finally {
      await server.stop();
    }
  });
});

describe('a server with a port for debuggers', () => {
  it('is stopped by a request that comes, and answers it when it goes on', async () => {
    const record = join(folder, 'till.backstitch');
    const server = new ServeProcess(['.', '--record', record, '--debug-port', '0'], SERVE);
    try {
      const { host } = await server.address();
      const noted = server.events.map(({ text }) => ADDRESS.exec(String(text))?.[1]);
      const port = Number(noted.find((each) => each !== undefined));
      const client = await PortClient.at(port);
      const line = lineWith(TILL, '#CHARGE');
      await client.attach(TILL, line);
      const stopped = client.arrival();
      const charged = fetch(`http://${host}/charges`, { method: 'POST', body: '4200' });
      assert.equal(await stopped, 'breakpoint');
      const { threads } = (await client.threadsRequest()).body;
      assert.deepEqual(
        threads.map(({ name }) => name.split(' ')[0]),
        ['till-1'],
      );
      assert.equal(await client.place(threads[0]?.id), `main till.c:${line}`);

      const other = await PortClient.at(port);
      await other.initializeRequest();
      const refused = other.customRequest('attach', {});
      await assert.rejects(refused, /a debug session drives this simulation already/);
      other.socket.end();

      const next = client.arrival();
      await client.customRequest('continue', { threadId: 1 });
      const charge = await charged;
      assert.equal(await charge.text(), 'receipt 1: 4200 cents\n');
      const again = fetch(`http://${host}/charges`, { method: 'POST', body: '100' });
      assert.equal(await next, 'breakpoint');
      await client.disconnectRequest();
      client.socket.end();
      assert.equal((await again).status, 200);
      const total = await fetch(`http://${host}/total`);
      assert.equal(await total.text(), '4300 cents\n');
      assert.equal(await server.stop(), 0, server.log());
      const replayed = backstitch(['replay', record], { cwd: folder });
      assert.equal(replayed.code, 0, replayed.stderr);
    } finally {
      await server.stop();
    }
  });
});
