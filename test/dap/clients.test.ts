import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { scratchFolder, writeIn } from '../cli/node/scratch.ts';
import { buildProgram, closeBuilder } from '../helpers/programs.ts';
import { TestClient } from './helpers/test-client.ts';
import { closeTestHost } from './helpers/test-host.ts';

const CLIENTS = {
  alice: { workflow: 'lines', send: 'say one\n', at: '1s' },
  bob: { workflow: 'lines', send: 'post\n', at: '1h' },
};

describe('debugging a program that clients of the world start', () => {
  after(async () => {
    await closeTestHost();
    await closeBuilder();
  });

  it('stops in the execution that a client starts, and goes on to the end of all', async (context) => {
    const { bytes } = await buildProgram('test/fixtures/programs/lines.c');
    const folder = scratchFolder(context, { 'lines.wasm': bytes });
    const workflows = { lines: { module: 'lines.wasm' } };
    writeIn(folder, 'backstitch.json', JSON.stringify({ workflows, world: { clients: CLIENTS } }));
    const client = new TestClient();
    await client.launchTo({ program: folder }, () =>
      client.setFunctionBreakpointsRequest({ breakpoints: [{ name: 'http.request' }] }),
    );
    assert.match(client.text('stdout'), /one\n/);
    assert.match(await client.evaluate('.timeline', 'repl'), /alice sent 1 time/);
    const end = await client.move('continue');
    assert.match(end.description ?? '', /exited with 0/);
  });

  it('stops at the entry of the first of them', async (context) => {
    const { bytes } = await buildProgram('test/fixtures/programs/lines.c');
    const folder = scratchFolder(context, { 'lines.wasm': bytes });
    const workflows = { lines: { module: 'lines.wasm' } };
    writeIn(folder, 'backstitch.json', JSON.stringify({ workflows, world: { clients: CLIENTS } }));
    const client = new TestClient();
    const stop = await client.launchTo({ program: folder, stopOnEntry: true });
    assert.equal(stop.reason, 'entry');
    const { threads } = (await client.threadsRequest()).body;
    assert.deepEqual(
      threads.map(({ name }) => name.split(' ')[0]),
      ['lines-1'],
    );
  });
});
