import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { lineOf, ORDER, STEPS } from './helpers/programs.ts';
import { TestClient } from './helpers/test-client.ts';
import { closeTestHost } from './helpers/test-host.ts';

const folder = mkdtempSync(join(tmpdir(), 'backstitch-life-'));

after(async () => {
  rmSync(folder, { recursive: true, force: true });
  await closeTestHost();
});

const launch = (client: TestClient, args: object) =>
  client.launchRequest(args as DebugProtocol.LaunchRequestArguments);

/** Runs without debugging and waits for the end. */
async function runToEnd(args: object): Promise<TestClient> {
  const client = new TestClient();
  await client.initializeRequest();
  const [ended] = [
    client.waitForEvent('terminated'),
    launch(client, args),
    client.configurationDoneRequest(),
  ];
  await ended;
  return client;
}

describe('a session', () => {
  it('without debugging runs to the end, tells the exit code and is over', async () => {
    const client = await runToEnd({ program: STEPS, args: ['1', 'fail'], noDebug: true });
    assert.equal(client.text('stdout'), 'round\nend\n');
    assert.deepEqual(
      client.events.map(({ event, body }) => [event, body?.exitCode]),
      [
        ['exited', 3],
        ['terminated', undefined],
      ],
    );
  });

  it('ends by itself at the end of the simulation when it is not to stop there', async () => {
    const client = await runToEnd({ program: STEPS, stopAtEnd: false });
    assert.equal(
      client.events.some(({ event }) => event === 'stopped'),
      false,
    );
  });

  it('stays at the end otherwise, and tells its end when it is terminated', async () => {
    const client = new TestClient();
    const end = await client.launchTo({ program: STEPS });
    assert.equal(end.reason, 'end');
    const terminated = client.waitForEvent('terminated');
    await client.terminateRequest();
    await terminated;
    await assert.rejects(client.motion('next', { threadId: 1 }), /session has ended/);
    await client.disconnectRequest();
  });

  it('answers everything after a disconnect with an error, and disconnecting again', async () => {
    const client = new TestClient();
    await client.launchTo({ program: STEPS, stopOnEntry: true });
    await client.disconnectRequest();
    for (const command of [
      'threads',
      'next',
      'stackTrace',
      'evaluate',
      'launch',
      'setBreakpoints',
    ]) {
      await assert.rejects(client.customRequest(command, {}), /session has ended/, command);
    }
    await client.disconnectRequest();
    await client.session.closed();
  });

  it('launches again on restart, with what has changed', async () => {
    const client = new TestClient();
    await client.launchTo({ program: STEPS, args: ['1'], stopOnEntry: true }, () =>
      client.setBreakpointsRequest({
        source: { path: STEPS },
        breakpoints: [{ line: lineOf(STEPS, 'END') }],
      }),
    );
    await client.move('continue');
    const entry = await client.arrival(() => client.restartRequest({}));
    assert.equal(entry.reason, 'entry');
    assert.equal((await client.move('continue')).reason, 'breakpoint');
    const again = { program: STEPS, args: ['0'], stopOnEntry: true, steps: 'effects' };
    await client.arrival(() => client.customRequest('restart', { arguments: again }));
    await client.move('continue');
    assert.equal((await client.scope('Effect')).get('effect')?.value, 'stdout.write #1');
  });

  it('records what it runs, in a file that can be debugged afterwards', async () => {
    const record = join(folder, 'deep/order.backstitch');
    const client = new TestClient();
    await client.launchTo({ program: ORDER, record, seed: 7 });
    await client.disconnectRequest();
    await client.session.closed();
    assert.ok(existsSync(record));
    assert.equal(existsSync(`${record}-log`), false);
    const replay = new TestClient();
    const entry = await replay.launchTo({ recording: record });
    assert.equal(entry.reason, 'entry');
    assert.match(await replay.evaluate('.timeline', 'repl'), /payment saw 2 requests/);
    await assert.rejects(replay.evaluate('.feed x', 'repl'), /needs a live simulation/);
  });

  it('can be paused while it runs, and goes on', async () => {
    // A clock that jumps makes every slice of running end at once.
    let nowMs = 0;
    const client = new TestClient({
      nowMs: () => {
        nowMs += 1000;
        return nowMs;
      },
    });
    await client.launchTo({ program: STEPS, args: ['4000'], stopOnEntry: true });
    await client.motion('continue', { threadId: 1 });
    const paused = await client.arrival(() => client.pauseRequest({ threadId: 1 }));
    assert.equal(paused.reason, 'pause');
    const body = (await client.scope('Effect')).get('effect')?.value ?? '';
    assert.match(body, /stdout\.write #\d+/);
    assert.equal((await client.move('continue')).reason, 'end');
  });

  it('is stopped by the cancellation of its motion, and of nothing else', async () => {
    let nowMs = 0;
    const client = new TestClient({
      nowMs: () => {
        nowMs += 1000;
        return nowMs;
      },
    });
    await client.launchTo({ program: STEPS, args: ['4000'], stopOnEntry: true });
    const looked = await client.threadsRequest();
    const cancel = (seq: number) => client.customRequest('cancel', { requestId: seq });
    const { request_seq: motion } = await client.continueRequest({ threadId: 1 });
    const stop = client.waitForEvent('stopped');
    await cancel(looked.request_seq);
    assert.deepEqual(await client.frames(), [], 'it goes on');
    await cancel(motion);
    const paused = await stop;
    assert.equal(paused.body?.reason, 'pause');
    assert.equal((await client.move('continue')).reason, 'end');
  });

  it('stays where it is when it is paused while it stands still', async () => {
    const client = new TestClient();
    await client.launchTo({ program: STEPS, stopOnEntry: true });
    const before = await client.snapshot();
    const paused = await client.arrival(() => client.pauseRequest({ threadId: 1 }));
    assert.equal(paused.reason, 'pause');
    assert.equal(await client.snapshot(), before);
  });

  it('refuses motions while it moves, and answers looks with nothing', async () => {
    let nowMs = 0;
    const client = new TestClient({
      nowMs: () => {
        nowMs += 1000;
        return nowMs;
      },
    });
    await client.launchTo({ program: STEPS, args: ['4000'], stopOnEntry: true });
    const frames = await client.frames();
    const { body: scopes } = await client.scopesRequest({ frameId: frames[0]?.id ?? 0 });
    const reference = scopes.scopes[0]?.variablesReference ?? 0;
    const end = client.waitForEvent('stopped');
    await client.motion('continue', { threadId: 1 });
    const moving = [
      assert.rejects(client.motion('next', { threadId: 1 }), /is running/),
      assert.rejects(client.motion('continue', { threadId: 1 }), /is running/),
      assert.rejects(client.evaluateRequest({ expression: 'args' }), /is running/),
    ];
    assert.deepEqual(await client.frames(), []);
    assert.deepEqual(await client.inside(reference), []);
    await Promise.all(moving);
    await end;
    // Numbers of an earlier stop never come to mean something else.
    assert.deepEqual(await client.inside(reference), []);
    const late = await client.scopesRequest({ frameId: frames[0]?.id ?? 0 });
    assert.deepEqual(late.body.scopes, []);
  });
});

describe('a launch', () => {
  const wrong: readonly (readonly [name: string, args: object, message: RegExp])[] = [
    ['that names nothing', {}, /"program": name a source, a module or a backstitch\.json/],
    ['of a file that is not there', { program: '/nowhere/at-all.c' }, /does not exist/],
    ['of a relative path', { program: 'order.c' }, /absolute path/],
    ['of a program and a recording', { program: STEPS, recording: '/a.backstitch' }, /either/],
    ['with a seq of no execution', { recording: '/a.backstitch', seq: 1 }, /"execution"/],
    ['of a recording that is not there', { recording: '/nowhere/a.backstitch' }, /a\.backstitch/],
    ['with a wrong field', { program: STEPS, stopOnEntry: 'yes' }, /"stopOnEntry": true or false/],
    ['with arguments that are no texts', { program: STEPS, args: [1] }, /"args": a list of texts/],
    ['with an unknown fault', { program: STEPS, faults: { faults: [{ kind: 'x' }] } }, /kind/],
    [
      'at a level that there is not',
      { program: STEPS, persistence: 'most' },
      /none, workflow, step, effect/,
    ],
  ];
  for (const [name, args, message] of wrong) {
    it(`${name} fails with a reason, and another can follow`, async () => {
      const client = new TestClient();
      await client.initializeRequest();
      await assert.rejects(launch(client, args), message);
      const entry = client.waitForEvent('stopped');
      await client.configurationDoneRequest();
      await launch(client, { program: STEPS, stopOnEntry: true });
      await entry;
    });
  }

  it('comes once', async () => {
    const client = new TestClient();
    await client.launchTo({ program: STEPS });
    await assert.rejects(launch(client, { program: STEPS }), /has a simulation already/);
  });

  it('can be cancelled, and then leaves nothing running', async () => {
    let release: () => void = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const plain = new TestClient();
    const client = new TestClient({
      load: async (target, onProgress) => {
        await held;
        return plainLoad(target, onProgress);
      },
    });
    const { testHost } = await import('./helpers/test-host.ts');
    const plainLoad = testHost().load;
    plain.session.shutdown();
    await client.initializeRequest();
    const failed = assert.rejects(launch(client, { program: STEPS }), /was cancelled/);
    await client.customRequest('cancel', { requestId: 2 });
    await failed;
    release();
    const entry = client.waitForEvent('stopped');
    await client.configurationDoneRequest();
    await launch(client, { program: STEPS, stopOnEntry: true });
    await entry;
  });
});

describe('attaching', () => {
  it('without a recording says what to name', async () => {
    const client = new TestClient();
    await client.initializeRequest();
    await assert.rejects(client.customRequest('attach', {}), /name the "recording" of one/);
  });

  it('looks at what a simulation that still runs has recorded so far', async () => {
    const record = join(folder, 'running.backstitch');
    const running = new TestClient();
    await running.launchTo({ program: STEPS, record, stopOnEntry: true }, () =>
      running.setFunctionBreakpointsRequest({ breakpoints: [{ name: 'stdout.*' }] }),
    );
    await running.move('continue');
    await running.move('continue');
    const client = new TestClient();
    await client.initializeRequest();
    const initialized = client.waitForEvent('initialized');
    await client.customRequest('attach', { recording: record, steps: 'effects' });
    await initialized;
    const edge = await client.arrival(() => client.configurationDoneRequest());
    assert.equal(edge.reason, 'end');
    await client.move('stepBack');
    assert.match((await client.scope('Effect')).get('effect')?.value ?? '', /^stdout\.write #/);
    // Whoever runs it goes on undisturbed.
    await running.setFunctionBreakpointsRequest({ breakpoints: [] });
    assert.equal((await running.move('continue')).reason, 'end');
    await running.disconnectRequest();
  });
});
