import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, before, beforeEach, describe, it } from 'node:test';
import { partPath } from '../../simulator/host/recording-part.ts';
import { backstitch, ensureDist } from '../helpers/dist.ts';
import { handlerComponent } from '../helpers/handler-component.ts';
import { type RawClient, ServeProcess } from './serve-process.ts';

const CONFIG = {
  workflows: { handler: { module: 'handler.wasm', limits: { secondsBetweenEffects: 1 } } },
};
const CHUNKED = 'POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n';

describe('backstitch serve, with a recording in parts', () => {
  let component: Uint8Array;
  let folder: string;
  let record: string;
  let server: ServeProcess;

  before(async () => {
    ensureDist();
    component = await handlerComponent();
  });

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'backstitch-parts-'));
    record = join(folder, 'served.backstitch');
    writeFileSync(join(folder, 'handler.wasm'), component);
    writeFileSync(join(folder, 'backstitch.json'), JSON.stringify(CONFIG));
  });

  afterEach(async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  function serve(...args: readonly string[]): void {
    server = new ServeProcess(['.', '--record', record, ...args], folder);
  }

  const part = (number: number): string => partPath(record, number);

  /** So many requests, each when the execution of the one before has ended. */
  async function hello(count: number): Promise<void> {
    for (let index = 0; index < count; index++) {
      const response = await fetch(await server.url('/hello'));
      assert.equal(await response.text(), 'hello\n');
      await server.served(response.headers.get('backstitch-execution') ?? '');
    }
  }

  /** A request that is in flight until it is sent the rest of its body. */
  async function halfRequest(): Promise<RawClient> {
    const client = await server.connect();
    client.send(`${CHUNKED}5\r\nfirst\r\n`);
    await client.until('first');
    return client;
  }

  /** Ids of executions with their status, of a recording that is replayed without a difference. */
  function executionsIn(recording: string): readonly string[] {
    const replay = backstitch(['replay', recording], { cwd: folder });
    assert.equal(replay.code, 0, replay.stderr + replay.stdout);
    const sql = 'SELECT id, status FROM execution ORDER BY started_at';
    const rows = backstitch(['inspect', recording, '--sql', sql, '--json'], { cwd: folder });
    assert.equal(rows.code, 0, rows.stderr);
    return rows.stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => Object.values(JSON.parse(line) as Record<string, string>).join(' '));
  }

  const range = (first: number, last: number): readonly string[] =>
    Array.from({ length: last - first + 1 }, (_, index) => `handler-${first + index} completed`);

  it('folds each part while it serves on, and each opens on its own', async () => {
    serve('--rotate', '3');
    await hello(8);
    await server.event('part', ({ recording }) => recording === part(3));
    assert.equal(await server.stop(), 0, server.log());
    assert.deepEqual(executionsIn(part(1)), range(1, 3));
    assert.deepEqual(executionsIn(part(2)), range(4, 6));
    assert.deepEqual(executionsIn(part(3)), range(7, 8));
    for (const number of [1, 2, 3]) {
      assert.ok(existsSync(part(number)));
      assert.ok(!existsSync(`${part(number)}-log`), `part ${number} was not folded`);
      assert.ok(!existsSync(`${part(number)}-lock`));
    }
    const [summary] = server.events.slice(-1);
    assert.deepEqual([summary?.event, summary?.recording], ['summary', part(3)]);
  });

  it('carries over who is in flight, with all that it has done', async () => {
    serve('--rotate', '2');
    const slow = await halfRequest();
    await hello(5);
    slow.send('4\r\nlast\r\n0\r\n\r\n');
    assert.match(await slow.until('\r\n0\r\n\r\n'), /first[\s\S]*last/);
    await server.served('handler-1');
    assert.equal(await server.stop(), 0, server.log());
    assert.deepEqual(executionsIn(part(1)), ['handler-1 waiting', ...range(2, 3)]);
    assert.deepEqual(executionsIn(part(2)), ['handler-1 waiting', ...range(4, 5)]);
    assert.deepEqual(executionsIn(part(3)), ['handler-1 completed', ...range(6, 6)]);
  });

  it('ends a part by the size of its log, or never', async () => {
    serve('--rotate', '1k');
    await hello(3);
    await server.event('part', ({ recording }) => recording === part(3));
    assert.equal(await server.stop(), 0, server.log());
    serve('--rotate', '0');
    await hello(3);
    assert.equal(await server.stop(), 0, server.log());
    assert.deepEqual(executionsIn(record), range(1, 3));
    assert.ok(!existsSync(part(2)), 'a part of the recording that was replaced is left');
  });

  it('loses nothing when the process is killed, and what was in flight can be finished', async () => {
    serve('--rotate', '2');
    const sleeping = await server.connect();
    sleeping.send('GET /sleep HTTP/1.1\r\nHost: a\r\n\r\n');
    await hello(5);
    await server.event('part', ({ recording }) => recording === part(3));
    await server.kill();
    assert.equal(sleeping.text, '', 'it was not in flight any more');
    assert.deepEqual(executionsIn(part(1)), ['handler-1 running', ...range(2, 3)]);
    assert.deepEqual(executionsIn(part(2)), ['handler-1 running', ...range(4, 5)]);
    assert.deepEqual(executionsIn(part(3)), ['handler-1 running', ...range(6, 6)]);
    const resumed = backstitch(['run', '--resume', part(3)], { cwd: folder });
    assert.equal(resumed.code, 0, resumed.stderr);
    assert.deepEqual(executionsIn(part(3)), ['handler-1 completed', ...range(6, 6)]);
    assert.deepEqual(executionsIn(part(2)), ['handler-1 running', ...range(4, 5)]);
  });

  it('cannot run a part again without those before it, and says so', async () => {
    serve('--rotate', '1');
    await hello(2);
    await server.event('part', ({ recording }) => recording === part(3));
    await server.kill();
    executionsIn(part(2));
    rmSync(part(1), { force: true });
    rmSync(`${part(1)}-log`, { force: true });
    assert.deepEqual(executionsIn(part(2)), range(2, 2));
    const resumed = backstitch(['run', '--resume', part(2)], { cwd: folder });
    assert.notEqual(resumed.code, 0);
    assert.match(
      resumed.stderr,
      /0002\.backstitch goes on from .*served\.backstitch, which cannot/,
    );
  });

  it('goes on in its part when the worker is replaced', async () => {
    serve('--rotate', '2');
    const slow = await halfRequest();
    await hello(3);
    await server.event('part', ({ recording }) => recording === part(2));
    const loop = await fetch(await server.url('/loop'));
    assert.equal(loop.status, 504);
    slow.send('4\r\nlast\r\n0\r\n\r\n');
    await slow.until('\r\n0\r\n\r\n');
    await hello(2);
    assert.equal(await server.stop(), 0, server.log());
    assert.deepEqual(executionsIn(part(1)), ['handler-1 waiting', ...range(2, 3)]);
    const parts: (readonly string[])[] = [];
    while (existsSync(part(parts.length + 1))) {
      assert.ok(!existsSync(`${part(parts.length + 1)}-resumed`));
      parts.push(executionsIn(part(parts.length + 1)));
    }
    // It is the same part that was begun, with the same carried over.
    assert.match(parts[1]?.slice(0, 2).join() ?? '', /^handler-1 \w+,handler-4 completed$/);
    const ended = parts.flat().filter((row) => !row.endsWith('waiting'));
    assert.deepEqual([...ended].sort(), [
      'handler-1 completed',
      ...range(2, 4),
      'handler-5 cancelled',
      ...range(6, 7),
    ]);
  });
});
