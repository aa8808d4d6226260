import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import { backstitch, ensureDist } from '../helpers/dist.ts';
import { buildProgram, closeBuilder } from '../helpers/programs.ts';
import { ServeProcess } from './serve-process.ts';

const CONFIG = {
  workflows: { lines: { module: 'lines.wasm', limits: { secondsBetweenEffects: 1 } } },
  world: { services: { counter: { script: 'counter.mjs', hosts: ['counter'] } } },
};

/** Gives every key a number of its own, and the same one when it comes again. */
const COUNTER = `
export const state = { numbers: {}, count: 0 };
export function handle(request, { state, key }) {
  state.numbers[key] ??= ++state.count;
  return { status: 200, body: 'number ' + state.numbers[key] };
}`;

describe('backstitch serve, with an inetd-style program', () => {
  let folder: string;
  let server: ServeProcess;

  before(async () => {
    ensureDist();
    folder = mkdtempSync(join(tmpdir(), 'backstitch-connections-'));
    const { bytes } = await buildProgram('test/fixtures/programs/lines.c');
    writeFileSync(join(folder, 'lines.wasm'), bytes);
    writeFileSync(join(folder, 'counter.mjs'), COUNTER);
    writeFileSync(join(folder, 'backstitch.json'), JSON.stringify(CONFIG));
  });

  afterEach(async () => {
    await server.stop();
  });

  after(async () => {
    await closeBuilder();
    rmSync(folder, { recursive: true, force: true });
  });

  function serve(...args: readonly string[]): void {
    server = new ServeProcess(
      ['.', '--record', join(folder, 'served.backstitch'), ...args],
      folder,
    );
  }

  it('makes a connection the standard input and output of an execution', async () => {
    serve('--time', 'virtual');
    const client = await server.connect();
    client.send('say one\n');
    await client.until('one\n');
    client.send('log to the log\nsleep 600000\nsay two\n');
    await client.until('slept\ntwo\n');
    client.send('quit\n');
    assert.equal(await client.all(), 'one\nslept\ntwo\n');
    const line = await server.served('lines-1');
    assert.equal(line.ended, 'completed');
    assert.ok(BigInt(String(line.virtualNanos)) > 600_000_000_000n);
    await server.event('output', ({ text }) => text === 'to the log\n');
    assert.equal(await server.stop(), 0, server.log());
    const replay = backstitch(['replay', 'served.backstitch'], { cwd: folder });
    assert.equal(replay.code, 0, replay.stderr);
  });

  it('ends the input of a client that has said all, and gives it the rest', async () => {
    serve();
    const client = await server.connect();
    client.socket.end('bytes 1000000\nsay end');
    const text = await client.all();
    assert.equal(text.length, 1_000_000 + 1 + 'end\n'.length);
    assert.ok(text.endsWith('\nend\n'));
  });

  it('serves many connections at a time, each by itself', async () => {
    serve();
    const clients = await Promise.all(Array.from({ length: 40 }, () => server.connect()));
    for (const [index, client] of clients.entries()) client.send(`say first ${index}\n`);
    await Promise.all(clients.map((client, index) => client.until(`first ${index}\n`)));
    for (const [index, client] of clients.entries()) client.send(`say second ${index}\nquit\n`);
    const texts = await Promise.all(clients.map((client) => client.all()));
    assert.deepEqual(
      texts,
      clients.map((_, index) => `first ${index}\nsecond ${index}\n`),
    );
  });

  it('goes on after a crash between a call and its record, and answers once', async () => {
    const plan = join(folder, 'crash.json');
    const crash = { kind: 'crash', point: 'performed', at: { effect: 'http.request', match: 2 } };
    writeFileSync(plan, JSON.stringify({ version: 1, faults: [crash] }));
    serve('--faults', plan);
    const other = await server.connect();
    other.send('say waiting\n');
    await other.until('waiting\n');
    const client = await server.connect();
    client.send('post\npost\npost\n');
    await client.until('number 3\n');
    client.send('quit\n');
    assert.equal(await client.all(), 'number 1\nnumber 2\nnumber 3\n');
    other.send('say still here\nquit\n');
    assert.equal(await other.all(), 'waiting\nstill here\n');
    const line = await server.served('lines-2');
    assert.equal(line.recoveries, 1);
  });

  it('cuts a connection whose program traps, and one whose program computes for ever', async () => {
    serve();
    const other = await server.connect();
    other.send('say before\n');
    await other.until('before\n');
    const trapped = await server.connect();
    trapped.send('say so far\ntrap\n');
    await trapped.all();
    assert.equal((await server.served('lines-2')).ended, 'trapped');
    const loops = await server.connect();
    loops.send('say once\nloop\n');
    await loops.all();
    assert.equal((await server.served('lines-3')).ended, 'cancelled');
    other.send('say after\nquit\n');
    assert.equal(await other.all(), 'before\nafter\n');
    assert.equal(await server.stop(), 0, server.log());
    const replay = backstitch(['replay', 'served.backstitch'], { cwd: folder });
    assert.equal(replay.code, 0, replay.stderr);
  });

  it('lets an execution go on whose client went away, and notes it', async () => {
    serve();
    const client = await server.connect();
    client.send('say here\n');
    await client.until('here\n');
    client.socket.resetAndDestroy();
    const line = await server.served('lines-1');
    assert.equal(line.ended, 'completed');
    assert.equal(line.gone, true);
    await server.event('note', ({ text }) => /went away; lines-1 goes on/.test(String(text)));
  });

  it('refuses connections beyond --max-concurrent', async () => {
    serve('--max-concurrent', '1');
    const first = await server.connect();
    first.send('say one\n');
    await first.until('one\n');
    const second = await server.connect();
    assert.equal(await second.all(), '');
    first.send('quit\n');
    assert.equal(await first.all(), 'one\n');
  });
});
