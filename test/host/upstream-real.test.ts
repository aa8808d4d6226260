import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, describe, it, type TestContext } from 'node:test';
import type { RunOptions } from '../../simulator/host/protocol.ts';
import { openRecorded } from '../../simulator/host/recorded-simulation.ts';
import type { History } from '../../simulator/journal/history.ts';
import { scratchFolder, writeIn } from '../cli/node/scratch.ts';
import { inProcessHost } from '../helpers/in-process-host.ts';
import { buildProgram, closeBuilder } from '../helpers/programs.ts';

interface Seen {
  readonly method: string;
  readonly url: string;
  readonly key: string | undefined;
  readonly body: string;
}

interface RealServer {
  readonly port: number;
  readonly seen: Seen[];
  close(): Promise<void>;
}

type Answerer = (seen: Seen, response: ServerResponse, count: number) => void;

const counting: Answerer = ({ method }, response, count) => {
  response.writeHead(201, { 'x-count': `${count}` });
  response.end(`${method} is number ${count}`);
};

/** A real HTTP server on this machine, which ends with the test. */
async function realServer(context: TestContext, answer: Answerer): Promise<RealServer> {
  const seen: Seen[] = [];
  const server: Server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      const { method = '', url = '', headers } = request;
      const key = headers['idempotency-key'];
      const item = { method, url, key: typeof key === 'string' ? key : undefined, body };
      seen.push(item);
      answer(item, response, seen.length);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  context.after(close);
  return { port, seen, close };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

interface Folder {
  readonly path: string;
  readonly record: string;
}

interface Settings {
  readonly args: readonly string[];
  readonly service?: object;
  readonly workflow?: object;
  readonly world?: object;
}

async function folderFor(context: TestContext, port: number, settings: Settings): Promise<Folder> {
  const { bytes } = await buildProgram('test/fixtures/programs/script.c');
  const path = scratchFolder(context, { 'script.wasm': bytes });
  configure(path, port, settings);
  return { path, record: join(path, 'run.backstitch') };
}

function configure(path: string, port: number, settings: Settings): void {
  const { args, service, workflow, world } = settings;
  const services = { api: { real: true, hosts: [`localhost:${port}`], ...service } };
  const workflows = { script: { module: 'script.wasm', args, ...workflow } };
  writeIn(path, 'backstitch.json', JSON.stringify({ workflows, world: { services, ...world } }));
}

async function run({ path, record }: Folder, more: Partial<RunOptions> = {}) {
  const host = inProcessHost();
  await host.ask({ kind: 'run', options: { target: { path }, record, ...more } });
  await host.until(({ kind }) => kind === 'ended');
  return { host, printed: host.printed() };
}

async function historyOf(record: string): Promise<History> {
  const { environment } = inProcessHost();
  return (await openRecorded(environment, record)).history;
}

function planFile({ path }: Folder, fault: object): string {
  writeIn(path, 'plan.json', JSON.stringify({ faults: [fault] }));
  return join(path, 'plan.json');
}

const url = (port: number, path: string): string => `http://localhost:${port}${path}`;

describe('a service whose hosts are real', () => {
  after(closeBuilder);

  it('is really asked, with the key, and what it answers is recorded as real', async (context) => {
    const server = await realServer(context, counting);
    const args = ['post', url(server.port, '/buy'), 'tea', 'get', url(server.port, '/sum')];
    const folder = await folderFor(context, server.port, { args });
    const { printed } = await run(folder);
    assert.match(printed, /POST 201 POST is number 1\nGET 201 GET is number 2\ndone/);
    assert.deepEqual(
      server.seen.map(({ method, url: path, key, body }) => [method, path, key, body]),
      [
        ['POST', '/buy', 'script-1/0', 'tea'],
        ['GET', '/sum', undefined, ''],
      ],
    );
    const history = await historyOf(folder.record);
    assert.deepEqual(
      history.inputs().map(({ kind, data }) => [kind, data.request, data.status]),
      [
        ['upstream', 1, 201],
        ['upstream', 2, 201],
      ],
    );
    const ledger = history.ledger();
    assert.deepEqual(
      ledger.map(({ number, status }) => [number, status]),
      [
        [1, 201],
        [2, 201],
      ],
    );
    for (const { note } of ledger) assert.match(note ?? '', /^real, /);
    const { environment, ask } = inProcessHost();
    const { recording } = await openRecorded(environment, folder.record);
    const { rows } = recording.sql('SELECT real FROM ledger');
    assert.deepEqual(rows, [[1], [1]]);
    await ask({ kind: 'open', recording: folder.record });
    const timeline = await ask({ kind: 'timeline', colors: false, all: true });
    assert.match(timeline, /real/);
    // Virtual time has passed for as long as the answers took.
    const tookNanos = history
      .inputs()
      .reduce((sum, { data }) => sum + BigInt(`${data.realNanos}`), 0n);
    const [execution] = history.executions();
    assert.ok((execution?.endedAt ?? 0n) >= tookNanos);
  });

  it('is not asked again when its recording is run again', async (context) => {
    const server = await realServer(context, counting);
    const args = [
      'post',
      url(server.port, '/buy'),
      'tea',
      'sleep',
      '60000',
      'get',
      url(server.port, '/sum'),
    ];
    const folder = await folderFor(context, server.port, { args });
    const { printed } = await run(folder);
    const before = await historyOf(folder.record);
    await server.close();

    const verifier = inProcessHost();
    await verifier.ask({ kind: 'open', recording: folder.record });
    const results = await verifier.ask({ kind: 'verify' });
    assert.deepEqual(
      results.map(({ kind }) => kind),
      ['same'],
    );

    const again = inProcessHost();
    await again.ask({ kind: 'resume', recording: folder.record });
    await again.until(({ kind }) => kind === 'ended');
    assert.equal(server.seen.length, 2);
    const after = await historyOf(folder.record);
    assert.deepEqual(after.traces(), before.traces());
    assert.deepEqual(after.inputs(), before.inputs());
    assert.deepEqual(after.ledger(), before.ledger());
    assert.match(printed, /done/);
  });

  it('is asked again, with the same key, after a crash before its answer was recorded', async (context) => {
    const server = await realServer(context, counting);
    const folder = await folderFor(context, server.port, {
      args: ['post', url(server.port, '/buy'), 'tea'],
    });
    const at = { effect: 'http.request' };
    const faults = planFile(folder, { kind: 'crash', point: 'performed', at });
    const { printed } = await run(folder, { faults });
    assert.match(printed, /POST 201 POST is number 2\n/);
    assert.deepEqual(
      server.seen.map(({ key }) => key),
      ['script-1/0', 'script-1/0'],
    );
    const history = await historyOf(folder.record);
    assert.deepEqual(
      history.ledger().map(({ duplicateOf, duplicateBy }) => [duplicateOf, duplicateBy]),
      [
        [undefined, undefined],
        [1, 'key'],
      ],
    );
  });

  it('has its response lost by a fault, and is asked again', async (context) => {
    const server = await realServer(context, counting);
    const folder = await folderFor(context, server.port, {
      args: ['get', url(server.port, '/sum')],
      service: { timeoutSeconds: 5 },
    });
    const faults = planFile(folder, { kind: 'lose-response', at: { effect: 'http.request' } });
    const { printed } = await run(folder, { faults });
    assert.match(printed, /GET 201 GET is number 2\n/);
    assert.equal(server.seen.length, 2);
  });

  it('is asked again when it drops the connection', async (context) => {
    const server = await realServer(context, (seen, response, count) => {
      if (count === 1) response.destroy();
      else if (count === 2) {
        response.writeHead(200, { 'content-length': '100' });
        response.write('only a part');
        setImmediate(() => response.destroy());
      } else counting(seen, response, count);
    });
    const folder = await folderFor(context, server.port, {
      args: ['post', url(server.port, '/buy'), 'tea'],
    });
    const { printed } = await run(folder);
    assert.match(printed, /POST 201 POST is number 3\n/);
    assert.deepEqual(new Set(server.seen.map(({ key }) => key)), new Set(['script-1/0']));
    const history = await historyOf(folder.record);
    const statuses = history.ledger().map(({ status }) => status);
    assert.deepEqual(statuses, [undefined, undefined, 201]);
    assert.equal(history.traces().filter(({ kind }) => kind === 'response.lost').length, 2);
  });

  it('fails the call at once where the policy is to fail and the connection breaks', async (context) => {
    const server = await realServer(context, (_seen, response) => response.destroy());
    const request = `POST ${url(server.port, '/buy')}`;
    const folder = await folderFor(context, server.port, {
      args: ['post', url(server.port, '/buy'), 'tea'],
      workflow: { unknownOutcome: [{ request, policy: 'fail' }] },
    });
    const { printed } = await run(folder);
    assert.match(printed, /POST failed with \d+\n/);
    assert.equal(server.seen.length, 1);
  });

  it('gives an error when nobody listens, and is not asked again', async (context) => {
    const server = await realServer(context, counting);
    await server.close();
    const folder = await folderFor(context, server.port, {
      args: ['post', url(server.port, '/buy'), 'tea'],
    });
    const { printed } = await run(folder);
    assert.match(printed, /POST failed with \d+\n/);
    const history = await historyOf(folder.record);
    const [input, ...more] = history.inputs();
    assert.equal(more.length, 0);
    assert.equal(input?.data.failure, 'refused');
    assert.match(String(input?.data.detail), /ECONNREFUSED/);
  });

  it('times out when it is too slow, and is asked again', async (context) => {
    const server = await realServer(context, (seen, response, count) => {
      // The first is never answered.
      if (count > 1) counting(seen, response, count);
    });
    const folder = await folderFor(context, server.port, {
      args: ['get', url(server.port, '/sum')],
      service: { timeoutSeconds: 0.2 },
    });
    const { printed } = await run(folder);
    assert.match(printed, /GET 201 GET is number 2\n/);
    const history = await historyOf(folder.record);
    assert.deepEqual(
      history.inputs().map(({ data }) => data.failure ?? data.status),
      ['timeout', 201],
    );
  });

  it('lets time go on for others while it takes its own', async (context) => {
    const waiting: (() => void)[] = [];
    const server = await realServer(context, (seen, response, count) => {
      waiting.push(() => counting(seen, response, count));
    });
    // The second request is on its way for longer, so time has to go on while the first is awaited.
    const links = { 'node-b -> api': { latency: '60ms' }, 'node-a -> api': { latency: '5ms' } };
    const folder = await folderFor(context, server.port, {
      args: ['get', url(server.port, '/sum')],
      workflow: { count: 2 },
      world: { links, nodes: ['node-a', 'node-b'] },
    });
    const host = inProcessHost();
    const { path, record } = folder;
    await host.ask({ kind: 'run', options: { target: { path }, record } });
    await untilTrue(() => server.seen.length === 2);
    const { state, executions } = await host.ask({ kind: 'snapshot' });
    assert.equal(state.kind, 'running');
    assert.deepEqual(
      new Set(executions.map(({ attempts }) => attempts[0]?.node)),
      new Set(['node-a', 'node-b']),
    );
    for (const answer of waiting.reverse()) answer();
    await host.until(({ kind }) => kind === 'ended');
    const before = await historyOf(record);
    const again = inProcessHost();
    await again.ask({ kind: 'resume', recording: record });
    await again.until(({ kind }) => kind === 'ended');
    assert.equal(server.seen.length, 2);
    assert.deepEqual((await historyOf(record)).traces(), before.traces());
  });

  it('is broken off when the run is closed, which is recorded', async (context) => {
    const server = await realServer(context, () => {});
    const folder = await folderFor(context, server.port, {
      args: ['post', url(server.port, '/buy'), 'tea'],
    });
    const host = inProcessHost();
    const { path, record } = folder;
    await host.ask({ kind: 'run', options: { target: { path }, record } });
    await untilTrue(() => server.seen.length === 1);
    await host.ask({ kind: 'close' });
    const history = await historyOf(record);
    assert.deepEqual(
      history.inputs().map(({ data }) => data.failure),
      ['reset'],
    );
    assert.deepEqual(
      history.ledger().map(({ status, key }) => [status, key]),
      [[undefined, 'script-1/0']],
    );
  });

  describe('of a recording that is branched from', () => {
    const fault = { kind: 'crash', point: 'performed', at: { execution: 'script-1', seq: 0 } };

    async function recorded(context: TestContext) {
      const server = await realServer(context, counting);
      const args = ['post', url(server.port, '/buy'), 'tea', 'get', url(server.port, '/sum')];
      const folder = await folderFor(context, server.port, { args });
      await run(folder);
      return { server, folder, args };
    }

    async function branch(recording: string, faults: readonly object[]) {
      const host = inProcessHost();
      await host.ask({
        kind: 'branch',
        options: { recording, faults: faults as [], record: `${recording}.branch.backstitch` },
      });
      await host.until(({ kind }) => kind === 'ended');
      return host.printed();
    }

    it('is not asked for what was recorded, and is asked beyond that', async (context) => {
      const { server, folder } = await recorded(context);
      const printed = await branch(folder.record, [fault]);
      // The first answer was recorded and lost; the one to the request that was sent again was not.
      assert.match(printed, /POST 201 POST is number 3\nGET 201 GET is number 2\n/);
      assert.equal(server.seen.length, 3);
    });

    it('is not asked when the configuration no longer says that it is real', async (context) => {
      const { server, folder, args } = await recorded(context);
      const service = { real: undefined, script: 'none.mjs' };
      configure(folder.path, server.port, { args, service });
      const printed = await branch(folder.record, [fault]);
      assert.match(printed, /POST failed with \d+\nGET 201 GET is number 2\n/);
      assert.equal(server.seen.length, 2);
    });

    it('keeps its own place in time in a branch of the branch', async (context) => {
      const { server, folder } = await recorded(context);
      const first = await branch(folder.record, [fault]);
      await server.close();
      const second = await branch(`${folder.record}.branch.backstitch`, []);
      assert.equal(second, first);
      assert.equal(server.seen.length, 3);
    });
  });
});

/** Looks again at each turn of the event loop. */
async function untilTrue(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setImmediate(resolve));
}
