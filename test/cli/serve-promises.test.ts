import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import { ensureDist } from '../helpers/dist.ts';
import { buildProgram, closeBuilder } from '../helpers/programs.ts';
import { ServeProcess } from './serve-process.ts';

const ARGS = ['get', 'http://promises.backstitch/self/approval?timeout=1h'];

describe('backstitch serve, with an inetd-style program that waits for a promise', () => {
  let folder: string;
  let server: ServeProcess;

  before(async () => {
    ensureDist();
    folder = mkdtempSync(join(tmpdir(), 'backstitch-approve-'));
    const { bytes } = await buildProgram('test/fixtures/programs/script.c');
    writeFileSync(join(folder, 'script.wasm'), bytes);
    const config = { workflows: { approve: { module: 'script.wasm', args: ARGS } } };
    writeFileSync(join(folder, 'backstitch.json'), JSON.stringify(config));
  });

  afterEach(async () => {
    await server.stop();
  });

  after(async () => {
    await closeBuilder();
    rmSync(folder, { recursive: true, force: true });
  });

  function serve(...args: readonly string[]): void {
    const recording = join(folder, 'served.backstitch');
    server = new ServeProcess(['approve', '--record', recording, ...args], folder);
  }

  async function waitNote(): Promise<string> {
    const { text } = await server.event('note', (event) => /waits/.test(String(event.text)));
    return String(text);
  }

  it('gives it what is kept at the control port, before its time is over', async () => {
    serve('--control-port', '0');
    const client = await server.connect();
    const url = /PUT (http:\S+) keeps it/.exec(await waitNote())?.[1] ?? assert.fail();
    const { control } = await server.event('listening');
    assert.equal(url, `${control}promises/approve-1/approval`);
    assert.equal(client.text, '');
    const look = await fetch(`${control}executions/approve-1`);
    assert.deepEqual(((await look.json()) as { promises: unknown }).promises, [
      'approve-1/approval',
    ]);
    const other = await fetch(String(control).replace('.backstitch/', 'charges'));
    assert.equal(other.status, 404);
    const page = { method: 'PUT', body: 'no', headers: { Origin: 'http://a.example' } };
    assert.equal((await fetch(url, page)).status, 403);
    assert.equal((await fetch(url, { method: 'PUT', body: 'yes' })).status, 200);
    assert.match(await client.all(), /^GET 200 yes/);
    assert.equal(await server.stop(), 0, server.log());
  });

  it('says where it could be kept when there is no control port', async () => {
    serve();
    await server.connect();
    assert.match(await waitNote(), /it can be kept where there is a --control-port$/);
  });

  it('lets its time be over at once where time is virtual', async () => {
    serve('--time', 'virtual');
    const client = await server.connect();
    assert.match(await client.all(), /^GET 504/);
  });

  it('does not begin when the control port cannot be had', async () => {
    serve('--control-port', '0');
    const taken = new URL(String((await server.event('listening')).control)).port;
    const first = server;
    server = new ServeProcess(
      ['approve', '--record', join(folder, 'other.backstitch'), '--control-port', taken],
      folder,
    );
    assert.equal(await server.exit, 69);
    assert.match(server.log(), /choose another with --control-port, or --control-port 0/);
    assert.equal(await first.stop(), 0);
  });
});
