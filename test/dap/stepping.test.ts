import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { lineOf, SCRIPT, STEPS } from './helpers/programs.ts';
import { TestClient } from './helpers/test-client.ts';
import { closeTestHost } from './helpers/test-host.ts';

after(closeTestHost);

/** Where stepping through one round of steps.c comes by, from its first effect on. */
const VISITS = ['CLOCK', 'SAY', 'SAY', 'SAY', 'CLOCK'].map((marker) => lineOf(STEPS, marker));

async function launched(args: object): Promise<TestClient> {
  const client = new TestClient();
  await client.launchTo({ program: STEPS, args: ['1'], stopOnEntry: true, ...args });
  return client;
}

async function linesVisited(client: TestClient, command: string, count: number): Promise<number[]> {
  const lines: number[] = [];
  for (let step = 0; step < count; step++) {
    await client.move(command);
    lines.push(await client.line());
  }
  return lines;
}

describe('stepping over effects', () => {
  it('stops inside the call of the first effect', async () => {
    const client = new TestClient();
    const entry = await client.launchTo({ program: STEPS, stopOnEntry: true });
    assert.equal(entry.reason, 'entry');
    const frames = await client.frames();
    assert.deepEqual(
      frames.map(({ name }) => name),
      ['__wasi_clock_time_get', '__clock_gettime', 'clock_of', 'main', 'main', '_start'],
    );
    assert.equal(await client.line(), lineOf(STEPS, 'CLOCK'));
    assert.equal(frames[3]?.line, lineOf(STEPS, 'START'));
    assert.equal(frames[2]?.source?.path, STEPS);
  });

  it('goes from call to call and says at the end how the program exited', async () => {
    const client = await launched({});
    assert.equal(await client.line(), VISITS[0]);
    assert.deepEqual(await linesVisited(client, 'next', 4), VISITS.slice(1));
    const end = await client.move('next');
    assert.equal(end.description, 'steps-1 exited with 0');
    assert.equal(await client.place(), 'steps-1 exited with 0');
    assert.equal(client.text('stdout'), 'round\nend\n');
    // At the end there is nothing to step to, and the session stays.
    const still = await client.move('next');
    assert.equal(still.description, 'steps-1 exited with 0');
  });

  it('goes back the way it came, and not beyond the beginning', async () => {
    const client = await launched({});
    await linesVisited(client, 'next', 5);
    const back = await linesVisited(client, 'stepBack', 5);
    assert.deepEqual(back, [...VISITS].reverse());
    const beginning = await client.move('stepBack');
    assert.equal(beginning.reason, 'entry');
    assert.equal(await client.line(), VISITS[0]);
  });

  it('performs nothing twice when it goes forward again over what has happened', async () => {
    const client = await launched({});
    await linesVisited(client, 'next', 5);
    await linesVisited(client, 'stepBack', 5);
    await linesVisited(client, 'next', 5);
    assert.equal(client.text('stdout'), 'round\nend\n');
  });

  it('steps out to the first effect after the function has returned', async () => {
    const client = await launched({ args: ['2'] });
    await client.move('next');
    assert.equal(await client.line(), lineOf(STEPS, 'SAY'));
    // Out of say: the next call of say comes from another line of twice.
    await client.move('stepOut');
    const frames = await client.frames();
    assert.equal(frames.find(({ name }) => name === 'twice')?.line, lineOf(STEPS, 'SECOND'));
  });

  it('shows where a trap was, and lets one step back from it', async () => {
    const client = await launched({ args: ['0', 'trap'] });
    await linesVisited(client, 'next', 1);
    const trap = await client.move('next');
    assert.equal(trap.reason, 'exception');
    assert.equal(await client.line(), lineOf(STEPS, 'TRAP'));
    const { body } = await client.exceptionInfoRequest({ threadId: 1 });
    assert.equal(body.exceptionId, 'trap');
    assert.match(body.description ?? '', /unreachable/);
    assert.match(body.details?.stackTrace ?? '', /main \(.*steps\.c:\d+/);
    await client.move('stepBack');
    assert.equal(await client.line(), lineOf(STEPS, 'SAY'));
    await assert.rejects(client.exceptionInfoRequest({ threadId: 1 }), /did not stop because/);
  });

  it('pauses where the program waits for input, and goes on once it is fed', async () => {
    const client = await launched({ args: ['0', 'read'], interactive: true });
    const waiting = await client.move('continue');
    assert.equal(waiting.reason, 'pause');
    assert.match(waiting.description, /Waiting for input/);
    assert.equal(await client.line(), lineOf(STEPS, 'READ'));
    assert.match(client.text('console'), /Waiting for input: \.feed gives it a line\n$/);
    await client.evaluate('.feed hello', 'repl');
    const end = await client.move('continue');
    assert.equal(end.reason, 'end');
    assert.equal(client.text('stdout'), 'hello\nend\n');
  });

  it('pauses where the program waits for a promise or a message, and takes them', async () => {
    const client = new TestClient();
    const args = [
      ...['get', 'http://promises.backstitch/self/approval'],
      ...['get', 'http://executions.backstitch/self/messages'],
    ];
    await client.launchTo({ program: SCRIPT, args, stopOnEntry: true });
    const waiting = await client.move('continue');
    assert.equal(
      waiting.description,
      'script-1 waits for the promise approval: .promise script-1/approval <value> keeps it',
    );
    await assert.rejects(client.evaluate('.promise', 'repl'), /write \.promise <name> <value>/);
    const kept = await client.evaluate('.promise script-1/approval yes, do', 'repl');
    assert.equal(kept, 'script-1/approval is kept');
    const again = await client.evaluate('.promise script-1/approval no', 'repl');
    assert.match(again, /was kept before/);
    assert.match((await client.move('continue')).description, /Waiting for input/);
    await client.evaluate('.message script-1 go', 'repl');
    assert.equal((await client.move('continue')).reason, 'end');
    assert.match(client.text('stdout'), /^GET 200 yes, do\nGET 200 go\n/);
  });
});
