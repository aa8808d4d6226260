import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it, type TestContext } from 'node:test';
import { EXIT } from '../../simulator/cli/exit-codes.ts';
import { backstitch, ensureDist, startBackstitch } from '../helpers/dist.ts';
import { buildProgram, closeBuilder } from '../helpers/programs.ts';
import { scratchFolder, writeIn } from './node/scratch.ts';

interface Started {
  readonly folder: string;
  readonly child: ChildProcess;
  /** The response that the real host has to give; it was asked. */
  readonly response: ServerResponse;
  readonly ending: Promise<{ code: number | null; stdout: string; stderr: string }>;
}

/** Runs a program whose one request waits for this test. */
async function start(context: TestContext): Promise<Started> {
  const { bytes } = await buildProgram('test/fixtures/programs/script.c');
  const folder = scratchFolder(context, { 'script.wasm': bytes });
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  const args = ['post', `http://localhost:${port}/buy`, 'tea'];
  const workflows = { script: { module: 'script.wasm', args } };
  const services = { api: { real: true, hosts: [`localhost:${port}`] } };
  writeIn(folder, 'backstitch.json', JSON.stringify({ workflows, world: { services } }));
  const asked = once(server, 'request') as Promise<[unknown, ServerResponse]>;
  const child = startBackstitch(['run', 'script', '--record', 'run.backstitch', '--timeline'], {
    cwd: folder,
  });
  child.stdin.end();
  const ending = endOf(child);
  const [, response] = await asked;
  return { folder, child, response, ending };
}

async function endOf(child: ChildProcess) {
  const texts = { stdout: '', stderr: '' };
  child.stdout?.on('data', (text) => {
    texts.stdout += String(text);
  });
  child.stderr?.on('data', (text) => {
    texts.stderr += String(text);
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, ...texts };
}

describe('backstitch run with a service that is real', () => {
  before(ensureDist);
  after(closeBuilder);

  it('waits for the answer, and shows that it is real', async (context) => {
    const { folder, response, ending } = await start(context);
    response.writeHead(201).end('sold');
    const { code, stdout, stderr } = await ending;
    assert.equal(code, EXIT.ok, stderr);
    assert.match(stdout + stderr, /POST 201 sold/);
    assert.match(stdout + stderr, /real, \d/);
    const query = 'select service, status, real from ledger';
    const inspected = backstitch(['inspect', 'run.backstitch', '--sql', query, '--json'], {
      cwd: folder,
    });
    assert.match(inspected.stdout, /"api"/);
    const replayed = backstitch(['replay', 'run.backstitch'], { cwd: folder });
    assert.equal(replayed.code, EXIT.ok, replayed.stderr);
  });

  it('is ended by Ctrl+C while it waits, and the recording says what became of it', async (context) => {
    const { folder, child, ending } = await start(context);
    child.kill('SIGINT');
    const { code } = await ending;
    assert.equal(code, EXIT.interrupted);
    const query = "select kind, data ->> '$.failure' as failure from input";
    const { stdout } = backstitch(['inspect', 'run.backstitch', '--sql', query, '--json'], {
      cwd: folder,
    });
    assert.match(stdout, /upstream/);
    assert.match(stdout, /reset/);
  });
});
