import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it, type TestContext } from 'node:test';
import type { RunTarget } from '../../simulator/host/protocol.ts';
import { scratchFolder, writeIn } from '../cli/node/scratch.ts';
import { inProcessHost } from '../helpers/in-process-host.ts';
import { buildProgram, closeBuilder } from '../helpers/programs.ts';

const TILL = `
  export const state = { count: 0 };
  export function handle(request, { state }) {
    return { status: 201, body: request.method + ' is number ' + ++state.count };
  }`;
const CALLS = ['post', 'http://till/buy', 'tea', 'get', 'http://till/sum', 'sleep', '20000'];

async function folderWith(context: TestContext, service: object): Promise<string> {
  const { bytes } = await buildProgram('test/fixtures/programs/script.c');
  const folder = scratchFolder(context, { 'script.wasm': bytes, 'till.mjs': TILL });
  configure(folder, service);
  return folder;
}

function configure(folder: string, service: object): void {
  const workflows = { script: { module: 'script.wasm', args: CALLS } };
  const services = { till: { hosts: ['till'], ...service } };
  writeIn(folder, 'backstitch.json', JSON.stringify({ workflows, world: { services } }));
}

/** Runs the folder's workflow to its end; what it printed, and its recording. */
async function run(folder: string, name: string, more: Partial<RunTarget> = {}) {
  const host = inProcessHost();
  const record = join(folder, name);
  await host.ask({ kind: 'run', options: { target: { path: folder, ...more }, record } });
  await host.until(({ kind }) => kind === 'ended');
  return { host, record, printed: host.printed() };
}

describe('a run whose service answers from a recording', () => {
  after(closeBuilder);

  it('prints what the recorded run printed, and replays without the old recording', async (context) => {
    const folder = await folderWith(context, { script: 'till.mjs' });
    const first = await run(folder, 'first.backstitch');
    assert.match(first.printed, /POST 201 POST is number 1\nGET 201 GET is number 2\n/);

    configure(folder, { recording: 'first.backstitch' });
    const second = await run(folder, 'second.backstitch');
    assert.equal(second.printed, first.printed);

    rmSync(first.record);
    const reader = inProcessHost();
    await reader.ask({ kind: 'open', recording: second.record });
    const results = await reader.ask({ kind: 'verify' });
    assert.deepEqual(
      results.map(({ kind }) => kind),
      ['same'],
    );
    // A branch performs anew; its answers come out of the second recording.
    const branched = inProcessHost();
    const at = { execution: 'script-1', seq: 0 };
    const faults = [{ kind: 'crash', point: 'performed', at }];
    await branched.ask({ kind: 'branch', options: { recording: second.record, faults } });
    await branched.until(({ kind }) => kind === 'ended');
    assert.equal(branched.printed(), first.printed);
  });

  it('fails a request that was not recorded, and names the nearest', async (context) => {
    const folder = await folderWith(context, { script: 'till.mjs' });
    await run(folder, 'first.backstitch');
    configure(folder, { recording: 'first.backstitch' });
    const args = ['post', 'http://till/buy', 'coffee'];
    const { printed, host } = await run(folder, 'second.backstitch', { args });
    assert.match(printed, /POST failed with \d+\n/);
    const problems = host.events.filter((event) => event.kind === 'problem');
    assert.deepEqual(
      problems.map(({ problem }) => problem.code),
      ['service'],
    );
    assert.match(problems[0]?.problem.message ?? '', /nearest is request 1, POST .* another body/);
  });

  it('is refused when the recording, or the service in it, is not there', async (context) => {
    const folder = await folderWith(context, { recording: 'none.backstitch' });
    await assert.rejects(
      run(folder, 'a.backstitch'),
      /the answers of service till, does not exist/,
    );
    configure(folder, { script: 'till.mjs' });
    await run(folder, 'first.backstitch');
    configure(folder, { recording: 'first.backstitch', service: 'desk' });
    await assert.rejects(run(folder, 'a.backstitch'), /no requests to a service desk; it has till/);
  });
});
