import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, describe, it, type TestContext } from 'node:test';
import { scratchFolder, writeIn } from '../cli/node/scratch.ts';
import { buildProgram, closeBuilder } from '../helpers/programs.ts';
import { TestClient } from './helpers/test-client.ts';
import { closeTestHost } from './helpers/test-host.ts';

const CRASH = { kind: 'crash', point: 'performed' };

after(async () => {
  await closeTestHost();
  await closeBuilder();
});

/** A folder whose program posts to a real host of this test, and the keys that this has seen. */
async function start(context: TestContext) {
  const keys: unknown[] = [];
  const server = createServer((request, response) => {
    keys.push(request.headers['idempotency-key']);
    request.resume().on('end', () => response.writeHead(201).end(`sold ${keys.length}`));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const { bytes } = await buildProgram('test/fixtures/programs/script.c');
  const folder = scratchFolder(context, { 'script.wasm': bytes });
  const args = ['print', 'begin', 'post', `http://localhost:${port}/buy`, 'tea'];
  const workflows = { script: { module: 'script.wasm', args } };
  const services = { api: { real: true, hosts: [`localhost:${port}`] } };
  writeIn(folder, 'backstitch.json', JSON.stringify({ workflows, world: { services } }));
  return { folder, keys };
}

describe('debugging a program that asks a real host', () => {
  it('asks it once, however often the program is looked at again', async (context) => {
    const { folder, keys } = await start(context);
    const client = new TestClient();
    await client.launchTo({ program: folder }, () =>
      client.setFunctionBreakpointsRequest({ breakpoints: [{ name: 'http.request' }] }),
    );
    assert.equal(keys.length, 0);
    const end = await client.move('continue');
    assert.equal(end.description, 'script-1 exited with 0');
    assert.match(client.text('stdout'), /POST 201 sold 1/);
    await client.arrival(() => client.evaluate('.seek 1', 'repl'));
    await client.move('continue');
    assert.deepEqual(keys, ['script-1/1']);
    assert.match(await client.evaluate('.timeline', 'repl'), /real, /);
  });

  it('asks it again, with the same key, in a branch that begins before the request', async (context) => {
    const { folder, keys } = await start(context);
    const client = new TestClient();
    await client.launchTo({ program: folder });
    await client.arrival(() => client.evaluate('.seek 1', 'repl'));
    await client.arrival(() => client.evaluate(`.inject ${JSON.stringify(CRASH)}`, 'repl'));
    const end = await client.move('continue');
    assert.equal(end.description, 'script-1 exited with 0');
    assert.deepEqual(new Set(keys), new Set(['script-1/1']));
    assert.equal(keys.length, 3);
  });
});
