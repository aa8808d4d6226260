import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { operationByName } from '../../simulator/effects/registry.ts';
import { openRecorded } from '../../simulator/host/recorded-simulation.ts';
import { SourceSites } from '../../simulator/host/source-sites.ts';
import { verifyExecution } from '../../simulator/host/verify.ts';
import { canonicalText } from '../../simulator/journal/canonical-text.ts';
import { openRecording } from '../../simulator/journal/recording.ts';
import { assertGolden } from '../golden/golden.ts';
import { ORDER, SCRIPT, STEPS } from './helpers/programs.ts';
import { TestClient } from './helpers/test-client.ts';
import { closeTestHost, testHost } from './helpers/test-host.ts';

const folder = mkdtempSync(join(tmpdir(), 'backstitch-branch-'));

after(async () => {
  rmSync(folder, { recursive: true, force: true });
  await closeTestHost();
});

const CRASH = { kind: 'crash', point: 'performed' };

/** The frames of a stack, without what says which attempt it is of. */
async function places(client: TestClient): Promise<string[]> {
  const frames = await client.frames();
  const calls = frames.filter(({ presentationHint }) => presentationHint !== 'label');
  return calls.map(({ name, line }) => `${name}:${line}`);
}

function ledgerLines(timeline: string): string[] {
  return timeline.split('\n').filter((line) => /^ +\d+\. /.test(line));
}

describe('injecting', () => {
  it('lets a fault befall the effect at hand of a live simulation', async () => {
    const client = new TestClient();
    await client.launchTo({ program: ORDER }, () =>
      client.setFunctionBreakpointsRequest({ breakpoints: [{ name: 'http.request' }] }),
    );
    const { body } = await client.customRequest('backstitch/inject', { fault: CRASH });
    assert.deepEqual(body, { branch: false });
    await client.setFunctionBreakpointsRequest({ breakpoints: [] });
    const end = await client.move('continue');
    assert.equal(end.description, 'order-1 exited with 0');
    const timeline = await client.evaluate('.timeline', 'repl');
    // Charged once: the second request carries the same key.
    assert.equal(ledgerLines(timeline).length, 4);
    assert.match(timeline, /3 attempts/);
  });

  it('in the past of a live simulation begins a branch there', async () => {
    const client = new TestClient();
    await client.launchTo({ program: ORDER });
    assert.equal(ledgerLines(await client.evaluate('.timeline', 'repl')).length, 3);
    await client.arrival(() => client.evaluate('.seek 3', 'repl'));
    const before = await places(client);
    const moved = await client.arrival(() =>
      client.evaluate(`.inject ${JSON.stringify(CRASH)}`, 'repl'),
    );
    assert.equal(moved.reason, 'goto');
    assert.deepEqual(await places(client), before);
    assert.match((await client.scope('Effect')).get('state')?.value ?? '', /about to be performed/);
    const outputs = client.text('stdout');
    assert.equal((await client.move('continue')).description, 'order-1 exited with 0');
    assert.equal(ledgerLines(await client.evaluate('.timeline', 'repl')).length, 4);
    // What was shown before the branch is not shown again.
    const since = client.text('stdout').slice(outputs.length);
    assert.equal(since.match(/accepted A-17/g)?.length, 1);
    assert.match(client.text('console'), /A branch begins before order-1 #3/);
  });

  it('in a recording begins a live branch as well', async () => {
    const recording = join(folder, 'order.backstitch');
    const recorder = new TestClient();
    await recorder.launchTo({ program: ORDER, record: recording });
    await recorder.disconnectRequest();
    const client = new TestClient();
    const at = await client.launchTo({ recording, execution: 'order-1', seq: 8 });
    assert.equal(at.reason, 'goto');
    const lost = { kind: 'lose-response' };
    const moved = client.waitForEvent('stopped');
    const { body } = await client.customRequest('backstitch/inject', { fault: lost });
    assert.deepEqual(body, { branch: true });
    await moved;
    await client.setExceptionBreakpointsRequest({ filters: ['fault'] });
    const fault = await client.move('continue');
    assert.match(fault.description, /lost/);
    assert.equal((await client.move('continue')).description, 'order-1 exited with 0');
  });

  it('deploys any module: in the past in a branch, which a crash lets run it, and live', async () => {
    const client = new TestClient();
    await client.launchTo({ program: ORDER });
    const deploy = `.inject ${JSON.stringify({ kind: 'deploy', module: join(ORDER, 'order.c') })}`;
    await client.arrival(() => client.evaluate('.seek 1', 'repl'));
    await client.arrival(() => client.evaluate(deploy, 'repl'));
    // Where it stands now is the live edge.
    assert.match(await client.evaluate(deploy, 'repl'), /go on to see it happen/);
    await assert.rejects(
      client.evaluate('.inject {"kind": "deploy", "module": "none.c"}', 'repl'),
      /none\.c/,
    );
    await client.evaluate('.inject {"kind": "crash"}', 'repl');
    assert.equal((await client.move('continue')).description, 'order-1 exited with 0');
    const timeline = await client.evaluate('.timeline', 'repl');
    assert.equal(timeline.match(/order\.c is deployed/g)?.length, 2);
    assert.match(timeline, /node-a crashes before #1/);
  });

  it('leaves out inputs that came after the branch', async () => {
    const client = new TestClient();
    await client.launchTo({ program: STEPS, args: ['0', 'read'], interactive: true });
    await client.evaluate('.feed first', 'repl');
    await client.move('continue');
    assert.equal(client.text('stdout'), 'first\nend\n');
    await client.arrival(() => client.evaluate('.seek 1', 'repl'));
    await client.arrival(() => client.evaluate('.inject {"kind": "pause", "for": "1s"}', 'repl'));
    const waiting = await client.move('continue');
    assert.match(waiting.description, /Waiting for input/);
    await client.evaluate('.feed second', 'repl');
    await client.move('continue');
    assert.equal(client.text('stdout'), 'first\nend\nsecond\nend\n');
  });

  it('refuses what is no fault, with its place, and stays where it is', async () => {
    const client = new TestClient();
    await client.launchTo({ program: STEPS, stopOnEntry: true });
    const wrong = { kind: 'crash', point: 'sometime' };
    await assert.rejects(client.customRequest('backstitch/inject', { fault: wrong }), /point/);
    await assert.rejects(client.evaluate('.inject crash', 'repl'), /write \.inject/);
    await client.move('next');
  });

  it('is refused at an end', async () => {
    const client = new TestClient();
    await client.launchTo({ program: STEPS });
    await assert.rejects(
      client.customRequest('backstitch/inject', { fault: CRASH }),
      /has ended here/,
    );
  });
});

describe('editing a result', () => {
  const requests = () => [{ name: 'http.request' }];
  const stopAtRequests = (client: TestClient) =>
    client.setFunctionBreakpointsRequest({ breakpoints: requests() });

  it('of the effect at hand gives the program something else', async () => {
    const client = new TestClient();
    await client.launchTo({ program: ORDER }, () => stopAtRequests(client));
    const { body } = await client.customRequest('backstitch/edit', {
      result: { status: 402, json: { message: 'no money' } },
    });
    assert.deepEqual(body, { branch: false });
    await client.move('next');
    await client.move('stepBack');
    const effect = await client.scope('Effect');
    assert.match(effect.get('result')?.value ?? '', /402/);
    const result = await client.inside(effect.get('result')?.variablesReference ?? 0);
    const body402 = result.find(({ name }) => name === 'body')?.value;
    assert.match(body402 ?? '', /no money/);
    await client.setFunctionBreakpointsRequest({ breakpoints: [] });
    await client.move('continue');
    const timeline = await client.evaluate('.timeline', 'repl');
    assert.match(timeline, /the result of #3 is edited by hand: status, body/);
  });

  it('in the past begins a branch before it, in which the past is the same', async () => {
    const client = new TestClient();
    await client.launchTo({ program: ORDER });
    const before = await client.evaluate('.effects order-1', 'repl');
    await client.arrival(() => client.evaluate('.seek 3', 'repl'));
    const moved = await client.arrival(() => client.evaluate('.edit result.status 500', 'repl'));
    assert.equal(moved.reason, 'goto');
    await client.move('continue');
    const after = await client.evaluate('.effects order-1', 'repl');
    const lines = (text: string) => text.split('\n').map((line) => line.slice(2));
    assert.deepEqual(lines(after).slice(0, 3), lines(before).slice(0, 3));
    assert.match(lines(after)[3] ?? '', /500/);
    assert.match(
      await client.evaluate('.branches', 'repl'),
      /^1\. before order-1 #3: its result has another status \(in memory\)$/,
    );
  });

  it('in the Variables view changes one field of it', async () => {
    const client = new TestClient();
    await client.launchTo({ program: ORDER });
    await client.arrival(() => client.evaluate('.seek 3', 'repl'));
    const effect = await client.scope('Effect');
    const variablesReference = effect.get('result')?.variablesReference ?? 0;
    const set = (name: string, value: string) =>
      client.customRequest('setVariable', { variablesReference, name, value });
    await assert.rejects(set('status', '99'), /status must be a status from 200 to 599/);
    assert.match((await client.scope('Effect')).get('state')?.value ?? '', /^done/);
    let answer: unknown;
    await client.arrival(async () => {
      answer = await set('status', '418');
    });
    assert.deepEqual((answer as { body: object }).body, { value: '418' });
    await client.move('next');
    assert.match((await client.evaluate('.effects order-1 3', 'repl')).split('\n')[0] ?? '', /418/);
  });

  it('changes what lies inside of a body of JSON, headers, and all of it', async () => {
    const client = new TestClient();
    await client.launchTo({ program: ORDER }, () => stopAtRequests(client));
    const line = '.edit result {"status": 201, "headers": {"X-Made": "up"}, "json": {"a": [1, 2]}}';
    assert.match(await client.evaluate(line, 'repl'), /go on to see it arrive/);
    await client.setFunctionBreakpointsRequest({ breakpoints: [] });
    await client.move('continue');
    await client.arrival(() => client.evaluate('.seek 3', 'repl'));
    assert.equal(await client.evaluate('result.headers["x-made"]'), '"up"');
    await client.arrival(() => client.evaluate('.edit result.json.a[1] "two"', 'repl'));
    await client.move('continue');
    await client.arrival(() => client.evaluate('.seek 3', 'repl'));
    assert.equal(await client.evaluate('result.body'), '"{\\"a\\":[1,\\"two\\"]}"');
    assert.equal(await client.evaluate('result.status'), '201');
    await client.arrival(() => client.evaluate('.edit body plain text', 'repl'));
    await client.move('continue');
    await client.arrival(() => client.evaluate('.seek 3', 'repl'));
    assert.equal(await client.evaluate('result.body'), '"plain text"');
  });

  it('is refused with a reason, and then nothing has changed', async () => {
    const client = new TestClient();
    await client.launchTo({ program: ORDER });
    await client.arrival(() => client.evaluate('.seek 3', 'repl'));
    const before = await client.snapshot();
    const wrong = async (line: string, reason: RegExp) => {
      await assert.rejects(client.evaluate(line, 'repl'), reason);
      assert.equal(await client.snapshot(), before);
    };
    await wrong('.edit result.statsu 500', /has these fields: status/);
    await wrong('.edit result.json.nothing.there 1', /nothing at result.json.nothing.there/);
    await wrong('.edit result [1]', /an object of fields is wanted/);
    await wrong('.edit 5 5', /names no field of a result/);
    await wrong('.edit', /write \.edit/);
    await wrong('.branch here', /write \.branch/);
    const request = { result: { body: { base64: '*' } } };
    await assert.rejects(client.customRequest('backstitch/edit', request), /no base64/);
    const args = (await client.scope('Effect')).get('args')?.variablesReference ?? 0;
    await assert.rejects(
      client.customRequest('setVariable', { variablesReference: args, name: 'url', value: 'x' }),
      /url cannot be changed/,
    );
  });
});

describe('a branch of what is recorded', () => {
  async function canonical(path: string): Promise<string[]> {
    const { source, sql } = testHost();
    const recording = await openRecording({ source: source(path), sql, operationByName });
    try {
      return canonicalText(recording).split('\n');
    } finally {
      recording.close();
    }
  }

  async function recorded(name: string): Promise<string> {
    const record = join(folder, `${name}.backstitch`);
    const client = new TestClient();
    await client.launchTo({ program: ORDER, record });
    await client.disconnectRequest();
    return record;
  }

  it('in which nothing is different is the same, byte for byte', async () => {
    const original = await recorded('same');
    for (const seq of [0, 4, 9]) {
      const client = new TestClient();
      await client.launchTo({ recording: original, execution: 'order-1', seq });
      await client.arrival(() => client.customRequest('backstitch/branch'));
      await client.move('continue');
      await client.disconnectRequest();
    }
    const expected = await canonical(original);
    for (const number of [1, 2, 3]) {
      const branch = await canonical(join(folder, `same.branch-${number}.backstitch`));
      const origin = branch.filter((line) => line.startsWith('meta branched_from'));
      assert.match(origin[0] ?? '', /same\.backstitch.*order-1/);
      assert.deepEqual(
        branch.filter((line) => !origin.includes(line)),
        expected,
      );
    }
  });

  it('is recorded beside it, says what it comes of, and can be travelled and branched', async () => {
    const original = await recorded('order-2');
    const client = new TestClient();
    await client.launchTo({ recording: original, execution: 'order-1', seq: 3 });
    const moved = client.waitForEvent('stopped');
    const { body } = await client.customRequest('backstitch/branch', {
      at: { execution: 'order-1', seq: 3 },
      edits: [{ result: { status: 500 } }],
      fault: CRASH,
    });
    const path = join(folder, 'order-2.branch-1.backstitch');
    assert.deepEqual(body, { recording: path });
    await moved;
    await client.move('continue');
    assert.match(await client.evaluate('.branches', 'repl'), /order-2\.branch-1\.backstitch/);
    const compared = await client.customRequest('backstitch/compare', { recording: original });
    assertGolden('comparison/branch', compared.body.text);
    await client.disconnectRequest();
    const again = new TestClient();
    await again.launchTo({ recording: path, execution: 'order-1', seq: 3 });
    assert.equal(await again.evaluate('result.status'), '500');
    // A branch of the branch: its past has the edit and the crash.
    await again.arrival(() => again.evaluate('.seek 5', 'repl'));
    await again.arrival(() => again.evaluate('.branch', 'repl'));
    await again.move('continue');
    await again.disconnectRequest();
    const withoutOrigin = async (each: string) =>
      (await canonical(each)).filter((line) => !line.startsWith('meta branched_from'));
    assert.deepEqual(
      await withoutOrigin(join(folder, 'order-2.branch-2.backstitch')),
      await withoutOrigin(path),
    );
  });

  it('replays as it is recorded: nothing is performed, and nothing diverges', async () => {
    const original = await recorded('replayed');
    const client = new TestClient();
    await client.launchTo({ recording: original, execution: 'order-1', seq: 3 });
    await client.arrival(() => client.evaluate('.edit result.status 500', 'repl'));
    await client.move('continue');
    await client.disconnectRequest();
    const path = join(folder, 'replayed.branch-1.backstitch');
    const branch = await openRecorded(testHost(), path);
    try {
      const rows = branch.history.executions();
      const found = rows.map((row) => verifyExecution(branch, new SourceSites(branch), row));
      assert.deepEqual(
        found.map(({ kind, replayed }) => [kind, replayed]),
        rows.map(({ id }) => ['same', branch.history.entries(id).length]),
      );
    } finally {
      branch.close();
    }
  });

  it('is recorded where it is told, or nowhere', async () => {
    const original = await recorded('order-3');
    const client = new TestClient();
    const at = { recording: original, execution: 'order-1', seq: 3 };
    await client.launchTo({ ...at, recordBranches: false });
    const branch = (args: object) =>
      client.arrival(() => client.customRequest('backstitch/branch', args));
    await branch({});
    assert.match(await client.evaluate('.branches', 'repl'), /\(in memory\)$/);
    await client.move('continue');
    const record = join(folder, 'elsewhere.backstitch');
    await branch({ record, at: { seq: 3 } });
    await client.disconnectRequest();
    assert.deepEqual(existsSync(record), true);
    assert.equal(existsSync(join(folder, 'order-3.branch-1.backstitch')), false);
    const relative = new TestClient();
    await relative.launchTo(at);
    await assert.rejects(
      relative.customRequest('backstitch/branch', { record: 'x' }),
      /an absolute path is wanted/,
    );
    await assert.rejects(
      relative.customRequest('backstitch/branch', { record: original }),
      /stays as it is; record it elsewhere/,
    );
  });
});

describe('a clock that is set by hand in the past', () => {
  it('is another future', async () => {
    const client = new TestClient();
    await client.launchTo({ program: SCRIPT, args: ['wall', 'wall', 'print', 'end'] });
    const wall = async () => {
      await client.arrival(() => client.evaluate('.seek 1', 'repl'));
      return BigInt((await client.evaluate('result.nanos')).replaceAll('"', ''));
    };
    const before = await wall();
    const jump = { kind: 'clock-jump', clock: 'wall', by: '1h' };
    await client.arrival(() => client.evaluate(`.inject ${JSON.stringify(jump)}`, 'repl'));
    await client.move('continue');
    assert.equal((await wall()) - before, 3_600_000_000_000n);
    await client.arrival(() => client.evaluate('.edit result.nanos "5"', 'repl'));
    await client.move('continue');
    assert.equal(await wall(), 5n);
  });
});

describe('seeking', () => {
  it('goes to any effect of the past, and as far as it gets in the future', async () => {
    const client = new TestClient();
    await client.launchTo({ program: ORDER, stopOnEntry: true });
    const seek = (execution: string, seq: number) =>
      client.arrival(() => client.customRequest('backstitch/seek', { execution, seq }));
    const effect = async () => (await client.scope('Effect')).get('effect')?.value;
    assert.equal((await seek('order-1', 6)).reason, 'goto');
    assert.equal(await effect(), 'wait.poll #6');
    await seek('order-1', 2);
    assert.equal(await effect(), 'random.read #2');
    await seek('order-1', 1000);
    assert.equal(await client.place(), 'order-1 exited with 0');
    const { body } = await client.customRequest('backstitch/timeline');
    assert.equal(body.execution, 'order-1');
    assert.match(body.text, /order-1 {2}completed/);
  });

  it('tells the client that everything has changed, when it wants to know', async () => {
    const client = new TestClient();
    await client.launchTo({ program: STEPS });
    await client.arrival(() =>
      client.customRequest('backstitch/seek', { execution: 'steps-1', seq: 1 }),
    );
    assert.equal(
      client.events.some(({ event }) => event === 'invalidated'),
      false,
    );
    const modern = new TestClient();
    await modern.initializeRequest({ ...MODERN });
    const initialized = modern.waitForEvent('initialized');
    await modern.customRequest('launch', { program: STEPS, stopOnEntry: true });
    await initialized;
    await modern.arrival(() => modern.configurationDoneRequest());
    const invalidated = modern.waitForEvent('invalidated');
    await modern.customRequest('backstitch/seek', { execution: 'steps-1', seq: 1 });
    assert.deepEqual((await invalidated).body.areas, ['all']);
  });

  it('names the executions there are when one is unknown', async () => {
    const client = new TestClient();
    await client.launchTo({ program: STEPS });
    await client.arrival(() =>
      client.customRequest('backstitch/seek', { execution: 'other', seq: 0 }),
    );
    assert.match(client.text('important'), /no execution other; there is steps-1/);
  });
});

const MODERN = {
  adapterID: 'backstitch',
  linesStartAt1: true,
  columnsStartAt1: true,
  pathFormat: 'path',
  supportsInvalidatedEvent: true,
};
