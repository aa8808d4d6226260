import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { breakLockOfThisProcess } from '../../simulator/cli/node/recording-lock.ts';
import type { HostEvent, ServedEnd, ServeOptions } from '../../simulator/host/protocol.ts';
import { FakeClock } from '../helpers/fake-clock.ts';
import { type InProcessHost, inProcessHost } from '../helpers/in-process-host.ts';
import { buildProgram, closeBuilder } from '../helpers/programs.ts';

const SECOND_MS = 1000;
const PROMISE = 'script-1/approval';
const ARGS = ['get', 'http://promises.backstitch/self/approval?timeout=30s'];
const NOTHING = new Uint8Array(0);

describe('waits of a served program', () => {
  let folder: string;
  let path: string;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'backstitch-time-'));
    path = join(folder, 'script.wasm');
    writeFileSync(path, (await buildProgram('test/fixtures/programs/script.c')).bytes);
  });

  after(async () => {
    await closeBuilder();
    rmSync(folder, { recursive: true, force: true });
  });

  interface Serving {
    readonly host: InProcessHost;
    readonly clock: FakeClock;
    readonly recording: string;
    text(): string;
    end(): ServedEnd | undefined;
    keep(): Promise<boolean>;
    /** Lets real time pass in small steps, and the host after it. */
    pass(milliseconds: number): Promise<void>;
  }

  function watch(host: InProcessHost, clock: FakeClock, recording: string): Serving {
    const served = (): readonly (HostEvent & { kind: 'served' })[] =>
      host.events.filter((event) => event.kind === 'served');
    return {
      ...{ host, clock, recording },
      text: () =>
        served()
          .flatMap(({ parts }) => parts)
          .map(({ part }) => ('bytes' in part ? new TextDecoder().decode(part.bytes) : ''))
          .join(''),
      end: () => served().flatMap(({ ends }) => ends)[0],
      keep: () => {
        const bytes = new TextEncoder().encode('yes');
        return host.ask({ kind: 'promise', promise: PROMISE, contentType: 'text/plain', bytes });
      },
      pass: async (milliseconds) => {
        for (let passed = 0; passed < milliseconds; passed += SECOND_MS / 4) {
          clock.pass(SECOND_MS / 4);
          await host.environment.yieldToRequests();
        }
      },
    };
  }

  /** Serves it, and lets one client in. */
  async function serve(name: string, options: Partial<ServeOptions> = {}): Promise<Serving> {
    const clock = new FakeClock();
    const host = inProcessHost(clock);
    const recording = join(folder, `${name}.backstitch`);
    const target = { path, args: ARGS };
    await host.ask({
      kind: 'serve',
      options: { target, record: recording, faults: 'none', ...options },
    });
    const connect = { kind: 'connect', body: NOTHING, ends: true, delivery: 1 } as const;
    await host.ask({ kind: 'deliver', deliveries: [connect] });
    await host.until(({ kind }) => kind === 'waiting');
    return watch(host, clock, recording);
  }

  async function expectReplays({ host, recording }: Serving): Promise<void> {
    await host.ask({ kind: 'close' });
    const viewer = inProcessHost();
    await viewer.ask({ kind: 'open', recording });
    const results = await viewer.ask({ kind: 'verify' });
    assert.deepEqual(
      results.map(({ kind }) => kind),
      ['same'],
    );
    await viewer.ask({ kind: 'close' });
  }

  it('end with what is given in time', async () => {
    const serving = await serve('in-time');
    const last = serving.host.events.findLast((event) => event.kind === 'state');
    assert.deepEqual(
      last?.kind === 'state' && last.state.kind === 'waiting' && last.state.promises,
      [PROMISE],
    );
    await serving.pass(29 * SECOND_MS);
    assert.equal(serving.end(), undefined);
    assert.equal(await serving.keep(), true);
    await serving.pass(SECOND_MS);
    assert.match(serving.text(), /^GET 200 yes/);
    const seconds = Number(serving.end()?.virtualNanos ?? 0n) / 1e9;
    assert.ok(seconds >= 28.5 && seconds < 29.5, `${seconds}`);
    await expectReplays(serving);
  });

  it('run out when nobody came in time, and what comes later comes too late', async () => {
    const serving = await serve('too-late');
    await serving.pass(31 * SECOND_MS);
    assert.match(serving.text(), /^GET 504/);
    assert.equal(serving.end()?.status, 'completed');
    assert.equal(await serving.keep(), true);
    assert.match(serving.text(), /^GET 504/);
    assert.deepEqual(serving.clock.armed, []);
    await expectReplays(serving);
  });

  it('run out at once where time is virtual', async () => {
    const serving = await serve('virtual', { time: 'virtual' });
    assert.match(serving.text(), /^GET 504/);
    assert.deepEqual(serving.clock.armed, []);
    await expectReplays(serving);
  });

  it('do not run out while a person has paused it', async () => {
    const serving = await serve('paused');
    await serving.pass(20 * SECOND_MS);
    await serving.host.ask({ kind: 'pause' });
    assert.deepEqual(serving.clock.armed, []);
    await serving.pass(3600 * SECOND_MS);
    await serving.host.ask({ kind: 'continue' });
    await serving.pass(9 * SECOND_MS);
    assert.equal(serving.text(), '');
    await serving.pass(2 * SECOND_MS);
    assert.match(serving.text(), /^GET 504/);
    await expectReplays(serving);
  });

  it('go on with what they have left in the host that replaces one', async () => {
    const lost = await serve('lost');
    await lost.pass(20 * SECOND_MS);
    // It has got no further than its log says, which is to the beginning of the wait.
    const serving = await again(lost);
    assert.equal(serving.text(), '');
    assert.equal(await serving.keep(), true);
    await serving.pass(SECOND_MS);
    assert.match(serving.text(), /^GET 200 yes/);
    await expectReplays(serving);
  });

  it('have run out in the host that replaces one where they had', async () => {
    const lost = await serve('lost-late');
    await lost.pass(31 * SECOND_MS);
    assert.match(lost.text(), /^GET 504/);
    const serving = await again(lost);
    assert.match(serving.text(), /^GET 504/);
    assert.equal(serving.end()?.status, 'completed');
    await expectReplays(serving);
  });

  /** Another host serves on with what a host that is gone has recorded. */
  async function again({ recording }: Serving): Promise<Serving> {
    breakLockOfThisProcess(recording);
    const clock = new FakeClock();
    const host = inProcessHost(clock);
    const record = `${recording}-next`;
    const open = [{ execution: 'script-1', seq: -1 }];
    await host.ask({
      kind: 'serve-again',
      options: { recording, record, firstPart: recording, open, stuck: [] },
    });
    return watch(host, clock, record);
  }
});
