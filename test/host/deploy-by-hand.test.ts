import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { JsonObject } from '../../simulator/effects/operation.ts';
import type { RunOptions } from '../../simulator/host/protocol-options.ts';
import { openRecorded } from '../../simulator/host/recorded-simulation.ts';
import { canonicalText } from '../../simulator/journal/canonical-text.ts';
import { smallModule } from '../cli/small-modules.ts';
import { type InProcessHost, inProcessHost } from '../helpers/in-process-host.ts';
import { buildProgram, closeBuilder } from '../helpers/programs.ts';

/** Requests come from outside, after the state has been told. */
async function pausedAt(host: InProcessHost, seq: number): Promise<void> {
  await host.until((state) => state.kind === 'paused' && state.seq === seq);
  await new Promise((resolve) => setImmediate(resolve));
}

const ARGS = ['print', 'a', 'sleep', '2000', 'print', 'b', 'wall', 'print', 'c'];

describe('a module that is deployed by hand', () => {
  let folder: string;
  /** The program, and what is deployed in its place, which says goodbye in capitals. */
  let bytes: Uint8Array;
  let louder: Uint8Array;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'backstitch-by-hand-'));
    ({ bytes } = (await buildProgram('test/fixtures/programs/script.c')).main);
    const text = Buffer.from(bytes).toString('latin1');
    louder = Buffer.from(text.replace('done %08x', 'DONE %08x'), 'latin1');
    mkdirSync(join(folder, 'builds'));
    writeFileSync(join(folder, 'script.wasm'), bytes);
    writeFileSync(join(folder, 'builds/v2.wasm'), louder);
    writeFileSync(join(folder, 'builds/other.wasm'), smallModule());
  });
  after(async () => {
    rmSync(folder, { recursive: true, force: true });
    await closeBuilder();
  });

  const optionsOf = (name: string, more: Partial<RunOptions> = {}): RunOptions => ({
    target: { path: join(folder, 'script.wasm'), args: ARGS },
    record: join(folder, `${name}.backstitch`),
    ...more,
  });

  /** Runs paused, injects faults before the second effect, and goes on to the end. */
  async function byHand(name: string, ...faults: readonly JsonObject[]): Promise<InProcessHost> {
    const host = inProcessHost();
    await host.ask({ kind: 'run', options: optionsOf(name, { paused: true }) });
    await pausedAt(host, 0);
    await host.ask({ kind: 'step' });
    await pausedAt(host, 1);
    for (const fault of faults) await host.ask({ kind: 'inject', fault });
    await host.ask({ kind: 'continue' });
    await host.until(({ kind }) => kind === 'ended');
    return host;
  }

  async function exported(name: string): Promise<string> {
    const { environment } = inProcessHost();
    const recorded = await openRecorded(environment, join(folder, `${name}.backstitch`));
    try {
      return canonicalText(recorded.recording);
    } finally {
      recorded.close();
    }
  }

  const CRASH = { kind: 'crash', point: 'recorded' };

  it('is run by the next attempt, and the plan with it gives the same recording', async () => {
    const absolute = join(folder, 'builds/v2.wasm');
    const host = await byHand('hand', { kind: 'deploy', module: absolute }, CRASH);
    assert.match(host.printed(), /^a .*\nb .*\nc .*\nDONE/);
    const { plan } = await host.ask({ kind: 'snapshot' });
    // It is named as a plan in the folder of the program would name it.
    assert.match(plan, /"kind": "deploy", .*"module": "builds\/v2\.wasm"/);
    assert.match(plan, /"seq": 1/);
    writeFileSync(join(folder, 'plan.json'), plan);
    const again = inProcessHost();
    const options = optionsOf('plan', { faults: join(folder, 'plan.json') });
    await again.ask({ kind: 'run', options });
    await again.until(({ kind }) => kind === 'ended');
    assert.equal(await exported('plan'), await exported('hand'));
  });

  it('is in the recording, which replays and branches where the module is no more', async () => {
    const gone = join(folder, 'builds/gone.wasm');
    writeFileSync(gone, louder);
    await byHand('kept', { kind: 'deploy', module: 'builds/gone.wasm' }, CRASH);
    rmSync(gone);
    const host = inProcessHost();
    await host.ask({ kind: 'open', recording: join(folder, 'kept.backstitch') });
    const results = await host.ask({ kind: 'verify' });
    assert.deepEqual(
      results.map(({ kind }) => kind),
      ['same'],
    );
    const later = { kind: 'pause', at: { execution: 'script-1', seq: 3 } };
    await host.ask({
      kind: 'branch',
      options: { recording: join(folder, 'kept.backstitch'), faults: [later] },
    });
    await host.until(({ kind }) => kind === 'ended');
    assert.match(host.printed(), /DONE/);
  });

  it('can be deployed again, but not when it has changed under its name', async () => {
    const path = join(folder, 'builds/changing.wasm');
    writeFileSync(path, louder);
    const host = inProcessHost();
    await host.ask({ kind: 'run', options: optionsOf('changing', { paused: true }) });
    await pausedAt(host, 0);
    const deploy = { kind: 'deploy', module: path };
    await host.ask({ kind: 'inject', fault: deploy });
    await host.ask({ kind: 'inject', fault: deploy });
    writeFileSync(path, bytes);
    await assert.rejects(
      host.ask({ kind: 'inject', fault: deploy }),
      /HostRequestError: builds\/changing\.wasm has changed since it was loaded .* another name/,
    );
    const { plan } = await host.ask({ kind: 'snapshot' });
    assert.equal(plan.match(/"deploy"/g)?.length, 2);
    await host.ask({ kind: 'cancel' });
  });

  it('that is not there, or no program, is refused, and nothing is in the plan', async () => {
    const host = inProcessHost();
    await host.ask({ kind: 'run', options: optionsOf('refused', { paused: true }) });
    await pausedAt(host, 0);
    const deploy = (module: string) =>
      host.ask({ kind: 'inject', fault: { kind: 'deploy', module } });
    await assert.rejects(deploy('builds/none.wasm'), /builds\/none\.wasm/);
    writeFileSync(join(folder, 'builds/text.wasm'), 'no module');
    await assert.rejects(deploy('builds/text.wasm'), /builds\/text\.wasm.*not WebAssembly/s);
    const { plan } = await host.ask({ kind: 'snapshot' });
    assert.doesNotMatch(plan, /deploy/);
    await host.ask({ kind: 'cancel' });
  });

  it('lets its execution diverge where it does not fit', async () => {
    const host = await byHand('unfit', { kind: 'deploy', module: 'builds/other.wasm' }, CRASH);
    const { executions } = await host.ask({ kind: 'snapshot' });
    assert.equal(executions[0]?.status, 'diverged');
    assert.ok(readFileSync(join(folder, 'unfit.backstitch')).length > 0);
  });
});
