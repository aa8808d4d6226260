// Instants by numbers: telling them, going back to them in this session and in a later one.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { lineOf, STEPS } from './helpers/programs.ts';
import { TestClient } from './helpers/test-client.ts';
import { closeTestHost } from './helpers/test-host.ts';

const folder = mkdtempSync(join(tmpdir(), 'backstitch-instants-'));

after(async () => {
  await closeTestHost();
  rmSync(folder, { recursive: true, force: true });
});

interface Told {
  readonly execution: string;
  readonly seq: number;
  readonly tick: number | null;
  readonly lostWith: number | null;
  readonly recording: string | null;
  readonly line?: number;
}

async function position(client: TestClient): Promise<Told> {
  const { body } = (await client.customRequest('backstitch/position')) as { body: Told };
  return body;
}

/** What a client sends back: it leaves out what is null. */
function asArguments({ execution, seq, tick }: Told): object {
  return { execution, seq, ...(tick === null ? {} : { tick }) };
}

async function launched(args: object = {}): Promise<TestClient> {
  const client = new TestClient();
  await client.launchTo({
    program: STEPS,
    args: ['2'],
    steps: 'statements',
    stopOnEntry: true,
    ...args,
  });
  return client;
}

async function moved(client: TestClient, command: string, times: number): Promise<void> {
  for (let each = 0; each < times; each++) await client.move(command);
}

describe('an instant', () => {
  it('is told with its statement and its line, and found again', async () => {
    const client = await launched();
    await moved(client, 'stepIn', 5);
    const told = await position(client);
    assert.equal(told.line, await client.line());
    assert.ok(told.tick !== null && told.tick > 1);
    assert.equal(told.recording, null);
    const seen = await client.snapshot();
    await moved(client, 'next', 4);
    assert.notEqual(await client.snapshot(), seen);
    const stop = await client.arrival(() =>
      client.customRequest('backstitch/seek', asArguments(told)),
    );
    assert.equal(stop.reason, 'goto');
    assert.equal(await client.snapshot(), seen);
    await client.disconnectRequest();
  });

  it('at the end leads to the end again', async () => {
    const client = await launched();
    await client.move('continue');
    const told = await position(client);
    assert.equal(told.tick, null);
    const end = await client.place();
    await moved(client, 'stepBack', 3);
    await client.arrival(() => client.customRequest('backstitch/seek', asArguments(told)));
    assert.equal(await client.place(), end);
    assert.deepEqual(await position(client), told);
    await client.disconnectRequest();
  });

  it('is where a recording can be opened', async () => {
    const recording = join(folder, 'steps.backstitch');
    const first = await launched({ record: recording });
    await moved(first, 'next', 6);
    const told = await position(first);
    assert.equal(told.recording, recording);
    const [frame] = await first.frames();
    await first.move('continue');
    await first.disconnectRequest();
    const second = new TestClient();
    await second.launchTo({ recording, steps: 'statements', ...asArguments(told) });
    assert.deepEqual(await position(second), told);
    const [again] = await second.frames();
    assert.deepEqual([again?.name, again?.line], [frame?.name, frame?.line]);
    await second.disconnectRequest();
    const third = new TestClient();
    await third.launchTo({ recording, steps: 'effects', ...asArguments(told) });
    assert.deepEqual(await position(third).then(({ seq, tick }) => [seq, tick]), [told.seq, null]);
    await third.disconnectRequest();
  });

  it('is where a recording can be opened, also when a crash took it away', async () => {
    const recording = join(folder, 'lost.backstitch');
    const at = { execution: 'steps-1', seq: 1 };
    const faults = { faults: [{ kind: 'crash', at, point: 'before' }] };
    const first = await launched({ record: recording, faults });
    let told = await position(first);
    while (told.lostWith === null) {
      await first.move('stepIn');
      told = await position(first);
    }
    const seen = await first.place();
    assert.equal(told.lostWith, 1);
    await first.move('continue');
    await first.disconnectRequest();
    const second = new TestClient();
    const { lostWith } = told;
    const launch = { recording, steps: 'statements', ...asArguments(told), lostWith };
    await second.launchTo(launch);
    const { seq, tick, lostWith: again } = await position(second);
    assert.deepEqual({ seq, tick, again }, { seq: told.seq, tick: told.tick, again: lostWith });
    assert.equal(await second.place(), seen);
    await second.disconnectRequest();
    // Without that, it is the place of the attempt that went on.
    const third = new TestClient();
    await third.launchTo({ ...launch, lostWith: undefined });
    assert.equal((await position(third)).lostWith, null);
    await third.disconnectRequest();
  });

  it('asks for the effect too when it opens a recording at a statement', async () => {
    const client = new TestClient();
    await client.initializeRequest();
    const launch = client.customRequest('launch', {
      recording: '/no.backstitch',
      execution: 'steps-1',
      tick: 3,
    });
    await assert.rejects(launch, /with "seq"/);
    await client.disconnectRequest();
  });
});

describe('an instant of a branch', () => {
  it('is one of the recording of the branch, and none of the other', async () => {
    const recording = join(folder, 'branched.backstitch');
    const client = await launched({ record: recording, steps: 'effects' });
    await moved(client, 'next', 2);
    const { seq } = await position(client);
    await client.move('stepBack');
    await client.arrival(() =>
      client.customRequest('backstitch/inject', { fault: { kind: 'crash', point: 'performed' } }),
    );
    const told = await position(client);
    assert.equal(told.seq, seq - 1);
    assert.match(told.recording ?? '', /branched\.branch-1\.backstitch$/);
    await client.disconnectRequest();
  });
});

describe('switching between statements and effects', () => {
  it('stays at the effect at hand, and steps so from there', async () => {
    const client = await launched();
    const switchTo = (steps: string) =>
      client.arrival(() => client.customRequest('backstitch/steps', { steps }));
    await moved(client, 'next', 4);
    const before = await position(client);
    assert.notEqual(before.tick, null);
    await switchTo('effects');
    const inEffect = await position(client);
    assert.deepEqual([inEffect.seq, inEffect.tick], [before.seq, null]);
    await client.move('next');
    assert.deepEqual((await position(client)).seq, inEffect.seq + 1);
    await switchTo('statements');
    assert.equal((await position(client)).seq, inEffect.seq + 1);
    await client.move('stepBack');
    assert.notEqual((await position(client)).tick, null);
    await client.disconnectRequest();
  });

  it('says which there are', async () => {
    const client = await launched();
    const wrong = client.customRequest('backstitch/steps', { steps: 'lines' });
    await assert.rejects(wrong, /statements, effects/);
    await assert.rejects(client.customRequest('backstitch/steps', {}), /steps/);
    await client.disconnectRequest();
  });
});

describe('what is printed', () => {
  it('says at which instant, so that one can go there', async () => {
    const client = new TestClient();
    const line = lineOf(STEPS, 'PURE');
    const breakpoints = [{ line, logMessage: 'adding {one}' }];
    await client.launchTo({ program: STEPS, args: ['2'], steps: 'statements' }, () =>
      client.setBreakpointsRequest({ source: { path: STEPS }, breakpoints }),
    );
    const instantOf = (text: string) =>
      client.outputs
        .map((output) => output as typeof output & { readonly instant?: Told })
        .find(({ output }) => output.startsWith(text))?.instant;
    const said = instantOf('end');
    const logged = instantOf('adding 1');
    assert.ok(said !== undefined && logged !== undefined);
    await client.arrival(() => client.customRequest('backstitch/seek', said));
    assert.equal((await client.scope('Effect')).get('effect')?.value, `stdout.write #${said.seq}`);
    await client.arrival(() => client.customRequest('backstitch/seek', logged));
    assert.equal(await client.line(), line);
    assert.equal((await client.scope('Locals')).get('one')?.value, '1');
    await client.disconnectRequest();
  });
});
