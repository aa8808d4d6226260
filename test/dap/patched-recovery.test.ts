/** What was changed by hand outlives crashes: simulated ones, and those of the debugger itself. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { DebugClient } from '@vscode/debugadapter-testsupport';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { operationByName } from '../../simulator/effects/registry.ts';
import { openRecorded } from '../../simulator/host/recorded-simulation.ts';
import { SourceSites } from '../../simulator/host/source-sites.ts';
import { verifyExecution } from '../../simulator/host/verify.ts';
import { canonicalText } from '../../simulator/journal/canonical-text.ts';
import { openRecording } from '../../simulator/journal/recording.ts';
import { backstitch, startBackstitch } from '../helpers/dist.ts';
import { LOST, lineOf } from './helpers/programs.ts';
import { TestClient } from './helpers/test-client.ts';
import { closeTestHost, testHost } from './helpers/test-host.ts';

const folder = mkdtempSync(join(tmpdir(), 'backstitch-recovery-'));
const at = (marker: string) => lineOf(LOST, marker);
const statements = { program: LOST, steps: 'statements' };

after(async () => {
  rmSync(folder, { recursive: true, force: true });
  await closeTestHost();
});

async function canonical(path: string): Promise<string[]> {
  const { source, sql } = testHost();
  const recording = await openRecording({ source: source(path), sql, operationByName });
  try {
    return canonicalText(recording).split('\n');
  } finally {
    recording.close();
  }
}

async function verified(path: string): Promise<string> {
  const recorded = await openRecorded(testHost(), path);
  try {
    const [row] = recorded.history.executions();
    assert.ok(row !== undefined);
    return verifyExecution(recorded, new SourceSites(recorded), row).kind;
  } finally {
    recorded.close();
  }
}

function stopAt(client: DebugClient, marker?: string): Promise<unknown> {
  const breakpoints = marker === undefined ? [] : [{ line: at(marker) }];
  return client.setBreakpointsRequest({ source: { path: LOST }, breakpoints });
}

async function move(client: DebugClient, command: string): Promise<unknown> {
  return Promise.all([
    client.waitForEvent('stopped'),
    client.customRequest(command, { threadId: 1 }),
  ]);
}

/** Assigns to a variable of the innermost frame, and waits for the stop that follows. */
async function assign(client: DebugClient, expression: string): Promise<void> {
  const { body } = await client.stackTraceRequest({ threadId: 1 });
  const frameId = body.stackFrames[0]?.id ?? 0;
  const args = { expression, frameId, context: 'repl' };
  await Promise.all([client.waitForEvent('stopped'), client.evaluateRequest(args)]);
}

async function shown(client: TestClient, expression: string): Promise<string> {
  const [frame] = await client.frames();
  return (await client.evaluateRequest({ expression, frameId: frame?.id ?? 0 })).body.result;
}

describe('a branch with a change by hand, in which a node crashes', () => {
  /** The program at its end, and back at the n-th visit of the line that adds. */
  async function inThePast(visit: number, record: string): Promise<TestClient> {
    const client = new TestClient();
    await client.launchTo({ ...statements, record });
    await stopAt(client, 'ADD');
    while ((await client.move('reverseContinue')).reason !== 'entry');
    for (let visited = 0; visited < visit; visited++) await client.move('continue');
    assert.equal(await shown(client, 'number'), `${visit}`);
    await stopAt(client);
    return client;
  }

  /** Crashes at an effect of the branch, and goes on to the end. */
  async function crashAt(client: TestClient, seq: number): Promise<string> {
    const before = client.text('stdout').length;
    await client.arrival(() => client.evaluate(`.seek ${seq}`, 'repl'));
    await client.evaluate('.inject {"kind": "crash", "point": "performed"}', 'repl');
    const { description } = await client.move('continue');
    assert.equal(description, 'lost-1 exited with 0');
    assert.match(await client.evaluate('.timeline', 'repl'), /2 attempts/);
    return client.text('stdout').slice(before);
  }

  for (const [name, visit, value, printed] of [
    ['that the journal kept', 1, 100, '121'],
    ['that was lost, which is changed there again', 4, 1000, '1015'],
  ] as const) {
    it(`goes on from a place ${name}, and replays and branches the same`, async () => {
      const record = join(folder, `crash-${visit}.backstitch`);
      const client = await inThePast(visit, record);
      await client.arrival(() => assign(client, `total = ${value}`));
      const output = await crashAt(client, 5);
      assert.equal(output.split('\n').at(-2), printed);

      // The change is seen in both attempts, wherever they come to it.
      await stopAt(client, 'ADD');
      const values: string[] = [];
      while ((await client.move('reverseContinue')).reason !== 'entry') {
        values.unshift(`${await shown(client, 'number')}: ${await shown(client, 'total')}`);
      }
      const lost = visit === 1 ? ['3: 103', '4: 106'] : ['3: 3', '4: 1000'];
      const first = visit === 1 ? ['1: 100', '2: 101'] : ['1: 0', '2: 1'];
      const rest = visit === 1 ? ['5: 110', '6: 115'] : ['5: 1004', '6: 1009'];
      assert.deepEqual(values, [...first, ...lost, ...lost, ...rest]);
      await client.disconnectRequest();

      const branch = join(folder, `crash-${visit}.branch-1.backstitch`);
      assert.equal(await verified(branch), 'same');
      const again = new TestClient();
      await again.launchTo({ recording: branch, execution: 'lost-1', seq: 7 });
      await again.arrival(() => again.evaluate('.branch', 'repl'));
      await again.move('continue');
      await again.disconnectRequest();
      const plain = async (path: string) =>
        (await canonical(path)).filter((line) => !line.startsWith('meta branched_from'));
      assert.deepEqual(
        await plain(join(folder, `crash-${visit}.branch-2.backstitch`)),
        await plain(branch),
      );
    });
  }
});

describe('a debug adapter that is killed after a change by hand', () => {
  class Adapter extends DebugClient {
    readonly child = startBackstitch(['debug-adapter'], { cwd: folder });

    constructor() {
      super('node', 'none', 'backstitch');
      this.defaultTimeout = 60_000;
      this.connect(this.child.stdout, this.child.stdin);
    }

    async launchTo(args: object, configure: () => Promise<unknown>): Promise<void> {
      await this.initializeRequest();
      const initialized = this.waitForEvent('initialized');
      await this.launchRequest(args as DebugProtocol.LaunchRequestArguments);
      await initialized;
      await configure();
      await Promise.all([this.waitForEvent('stopped'), this.configurationDoneRequest()]);
    }

    async kill(): Promise<void> {
      const closed = once(this.child, 'close');
      this.child.kill('SIGKILL');
      await closed;
    }
  }

  /** Changes `total` where it is added to first, and goes on to a line; records it. */
  async function changed(record: string, to: string | undefined): Promise<Adapter> {
    const adapter = new Adapter();
    await adapter.launchTo({ ...statements, record }, () => stopAt(adapter, 'ADD'));
    await assign(adapter, 'total = 100');
    await stopAt(adapter, to);
    if (to !== undefined) await move(adapter, 'continue');
    return adapter;
  }

  /** The same in a branch of what was recorded. */
  async function branched(record: string, to: string | undefined): Promise<Adapter> {
    const adapter = new Adapter();
    await adapter.launchTo({ ...statements, record }, () => stopAt(adapter, 'END'));
    await stopAt(adapter, 'ADD');
    for (let visit = 6; visit >= 1; visit--) await move(adapter, 'reverseContinue');
    await assign(adapter, 'total = 100');
    await stopAt(adapter, to);
    if (to !== undefined) await move(adapter, 'continue');
    return adapter;
  }

  for (const [name, drive, file] of [
    ['of a live program', changed, 'live.backstitch'],
    ['in a branch', branched, 'live.branch-1.backstitch'],
  ] as const) {
    for (const to of [undefined, 'END']) {
      it(`${name}${to === undefined ? '' : ' and what came after it'} is gone on from as if nothing had been`, async () => {
        const place = join(folder, `${name} ${to}`);
        const whole = join(place, 'whole');
        const killed = join(place, 'killed');
        for (const each of [whole, killed]) mkdirSync(each, { recursive: true });
        const undisturbed = await drive(join(whole, 'live.backstitch'), to);
        await stopAt(undisturbed);
        await move(undisturbed, 'continue');
        await undisturbed.disconnectRequest();
        await undisturbed.kill();
        const adapter = await drive(join(killed, 'live.backstitch'), to);
        await adapter.kill();
        const path = join(killed, file);
        assert.ok(existsSync(`${path}-log`) || existsSync(path));

        const resumed = backstitch(['run', '--quiet', '--resume', path], { cwd: folder });
        assert.equal(resumed.code, 0, resumed.stderr);
        assert.match(resumed.stdout, /121\n$/);
        assert.deepEqual(await canonical(path), await canonical(join(whole, file)));
        assert.equal(await verified(path), 'same');
        const replayed = backstitch(['replay', path], { cwd: folder });
        assert.equal(replayed.code, 0, replayed.stderr);
      });
    }
  }
});
