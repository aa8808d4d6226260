import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { lineOf, STEPS } from './helpers/programs.ts';
import { type Arrival, TestClient } from './helpers/test-client.ts';
import { closeTestHost } from './helpers/test-host.ts';

after(closeTestHost);

async function launched(
  args: object = {},
  lines: readonly DebugProtocol.SourceBreakpoint[] = [],
): Promise<TestClient> {
  const client = new TestClient();
  const launch = { program: STEPS, args: ['2'], steps: 'statements', stopOnEntry: true };
  await client.launchTo({ ...launch, ...args }, () =>
    client.setBreakpointsRequest({ source: { path: STEPS }, breakpoints: [...lines] }),
  );
  return client;
}

const at = (marker: string) => lineOf(STEPS, marker);

async function visits(client: TestClient, command: string, count: number): Promise<string[]> {
  const places: string[] = [];
  for (let step = 0; step < count; step++) {
    await client.move(command);
    places.push(await client.place());
  }
  return places;
}

async function local(client: TestClient, name: string): Promise<string | undefined> {
  return (await client.scope('Locals')).get(name)?.value;
}

/** Goes on until the end, and tells where it stopped. */
async function stops(client: TestClient, command: string): Promise<[Arrival, string][]> {
  const found: [Arrival, string][] = [];
  for (;;) {
    const stop = await client.move(command);
    if (stop.reason === 'end' || stop.reason === 'entry') return found;
    found.push([stop, await client.place()]);
  }
}

describe('stepping over statements', () => {
  it('begins at the first statement of main, with its parameters', async () => {
    const client = await launched();
    assert.equal(await client.place(), `main steps.c:${at('START') - 1}`);
    assert.equal(await local(client, 'argc'), '2');
    const frames = await client.frames();
    assert.deepEqual(
      frames.map(({ name, presentationHint = 'normal' }) => `${name} ${presentationHint}`),
      ['main normal', 'main subtle', '_start subtle'],
    );
  });

  it('steps over calls, and over the effects in them', async () => {
    const client = await launched();
    const loop = [`main steps.c:${at('SUM')}`, `main steps.c:${at('LOOP')}`];
    const head = `main steps.c:${at('SUM') - 1}`;
    assert.deepEqual(await visits(client, 'next', 8), [
      `main steps.c:${at('START')}`,
      head,
      ...loop,
      head,
      ...loop,
      head,
    ]);
    assert.equal(client.text('stdout'), 'round\nround\n');
  });

  it('steps into functions, and into the effects that they call', async () => {
    const client = await launched();
    await client.move('next');
    assert.deepEqual(await visits(client, 'stepIn', 2), [
      `clock_of steps.c:${at('CLOCK')}`,
      `clock_of steps.c:${at('CLOCK')}`,
    ]);
    assert.equal((await client.scope('Effect')).get('effect')?.value, 'clock.read #0');
    assert.match((await local(client, 'clock')) ?? '', /^0x1/);
    await client.move('stepIn');
    assert.equal(await client.line(), at('CLOCK') + 1);
    assert.match((await local(client, 'now')) ?? '', /^\{tv_sec: 3600, tv_nsec: 1000\}$/);
  });

  it('steps out to the caller, and backwards out to the call', async () => {
    const client = await launched();
    await client.move('next');
    await client.move('stepIn');
    await client.move('stepOut');
    assert.equal(await client.place(), `main steps.c:${at('SUM') - 1}`);
    await client.move('stepBack');
    await client.move('stepIn');
    await client.move('backstitch/reverseStepOut');
    assert.equal(await client.place(), `main steps.c:${at('START')}`);
  });

  it('steps back through what it stepped over, as into what it stepped out of', async () => {
    const client = await launched();
    await visits(client, 'next', 2);
    await client.move('backstitch/reverseStepIn');
    assert.equal(await client.place(), `clock_of steps.c:${at('CLOCK') + 1}`);
    await client.move('backstitch/reverseStepIn');
    assert.equal((await client.scope('Effect')).get('effect')?.value, 'clock.read #0');
    await client.move('stepBack');
    assert.equal(await client.place(), `clock_of steps.c:${at('CLOCK')}`);
    assert.equal((await client.scope('Effect')).size, 0);
  });

  it('restarts a frame by going back to its first statement', async () => {
    const client = await launched({ args: ['2'] }, [{ line: at('PURE') + 1 }]);
    await client.move('continue');
    const [frame, caller] = await client.frames();
    assert.equal(frame?.canRestart, true);
    await client.arrival(() => client.customRequest('restartFrame', { frameId: frame?.id }));
    assert.equal(await client.place(), `add steps.c:${at('PURE')}`);
    const again = (await client.frames())[1];
    await client.arrival(() => client.customRequest('restartFrame', { frameId: again?.id }));
    assert.equal(await client.place(), `main steps.c:${at('START') - 1}`);
    await assert.rejects(client.customRequest('restartFrame', { frameId: caller?.id }), /frame/);
  });

  it('shows a trap with the values that led to it, and goes back from it', async () => {
    const client = await launched({ args: ['1', 'trap'] });
    const trap = await client.move('continue');
    assert.equal(trap.reason, 'exception');
    assert.equal(await client.line(), at('TRAP'));
    const [label] = await client.frames();
    assert.equal(label?.name, 'steps-1 trapped');
    await client.move('stepBack');
    assert.equal(await client.line(), at('TRAP'));
    assert.equal(await local(client, 'rounds'), '1');
    await client.move('stepBack');
    assert.equal(await client.line(), at('TRAP') - 1);
  });

  it('steps back from an end to the last statement of the outermost function', async () => {
    const client = await launched();
    await client.move('continue');
    await client.move('stepBack');
    assert.equal(await client.line(), at('END') + 1);
  });
});

describe('breakpoints on statements', () => {
  it('stop at lines without effects, forwards and in reverse', async () => {
    const client = await launched({ args: ['3'] }, [{ line: at('PURE') }]);
    const forwards = await stops(client, 'continue');
    assert.deepEqual(
      forwards.map(([{ reason }, place]) => [reason, place]),
      Array(3).fill(['breakpoint', `add steps.c:${at('PURE')}`]),
    );
    const backwards = await stops(client, 'reverseContinue');
    assert.deepEqual(
      backwards.map(([, place]) => place),
      forwards.map(([, place]) => place),
    );
    assert.equal(await client.place(), `main steps.c:${at('START') - 1}`);
  });

  it('stop before the effects of their line are performed', async () => {
    const client = await launched({}, [{ line: at('SAY') }]);
    await client.move('continue');
    assert.equal(client.text('stdout'), '');
    assert.match((await local(client, 'text')) ?? '', /^0x1\w+ "round"$/);
    await client.move('continue');
    assert.equal(client.text('stdout'), 'round');
  });

  it('count hits from the start, also when one comes back to them', async () => {
    const client = await launched({ args: ['5'] }, [{ line: at('PURE'), hitCondition: '% 2' }]);
    const forwards = await stops(client, 'continue');
    assert.equal(forwards.length, 2);
    await client.move('reverseContinue');
    assert.equal(await local(client, 'one'), '3');
    await client.move('reverseContinue');
    assert.equal(await local(client, 'one'), '1');
  });

  it('stop where their conditions over variables hold', async () => {
    const line = at('PURE');
    const client = await launched({ args: ['5'] }, [{ line, condition: 'one % 2 == 1 && other' }]);
    await client.move('continue');
    assert.equal(await local(client, 'one'), '1');
    await client.move('continue');
    assert.equal(await local(client, 'one'), '3');
    await client.move('continue');
    await client.move('reverseContinue');
    assert.equal(await local(client, 'one'), '3');
  });

  it('with conditions that mean nothing stop, and say why', async () => {
    const client = await launched({}, [{ line: at('PURE'), condition: 'nobody > 3' }]);
    await client.move('continue');
    assert.match(client.text('important'), /the condition nobody > 3: .*nobody/);
    assert.equal(await client.place(), `add steps.c:${at('PURE')}`);
  });

  it('print log messages with variables, in order, while passing forwards', async () => {
    const line = at('PURE');
    const logMessage = 'adds {one} and {other}: {one + other}';
    const client = await launched({ args: ['3'] }, [{ line, logMessage }]);
    const end = await client.move('continue');
    assert.equal(end.reason, 'end');
    const logs = client.outputs.filter(({ output }) => output.startsWith('adds'));
    assert.deepEqual(
      logs.map(({ output, line: from }) => [output, from]),
      [0, 1, 2].map((one) => [`adds ${one} and 1: ${one + 1}\n`, line]),
    );
  });

  it('that log tell at once what they have to say of the past, and not again', async () => {
    const line = at('PURE');
    const client = await launched({ args: ['3'] });
    await client.move('continue');
    const breakpoints = [{ line, logMessage: 'adds {one}' }];
    await client.setBreakpointsRequest({ source: { path: STEPS }, breakpoints });
    assert.match(client.text('console'), /adds 0\nadds 1\nadds 2\n3 log messages of what has/);
    await client.setBreakpointsRequest({ source: { path: STEPS }, breakpoints });
    await client.move('reverseContinue');
    await client.move('continue');
    assert.equal(client.text('console').match(/adds 1/g)?.length, 1);
  });

  it('move to the next statement of their function, or say that there is none', async () => {
    const client = await launched();
    const { body } = await client.setBreakpointsRequest({
      source: { path: STEPS },
      breakpoints: [{ line: at('SUM') + 1 }, { line: 1 }, { line: 5000 }],
    });
    assert.deepEqual(
      body.breakpoints.map(({ verified, line }) => [verified, line]),
      [
        [true, at('LOOP')],
        [true, at('SAY')],
        [false, 5000],
      ],
    );
  });

  it('on functions stop at their first statements', async () => {
    const client = await launched();
    await client.setFunctionBreakpointsRequest({ breakpoints: [{ name: 'twice' }] });
    const stop = await client.move('continue');
    assert.equal(stop.reason, 'function breakpoint');
    assert.equal(await client.place(), `twice steps.c:${at('FIRST')}`);
  });

  it('stop before the first effect, also without a stop at the entry', async () => {
    const client = new TestClient();
    const breakpoints = [{ line: at('START') }];
    const launch = { program: STEPS, args: ['2'], steps: 'statements' };
    const stop = await client.launchTo(launch, () =>
      client.setBreakpointsRequest({ source: { path: STEPS }, breakpoints }),
    );
    assert.equal(stop.reason, 'breakpoint');
    assert.equal(await client.place(), `main steps.c:${at('START')}`);
  });
});

describe('expressions over variables', () => {
  async function inAdd(): Promise<{ client: TestClient; frameId: number }> {
    const client = await launched({ args: ['3'] }, [{ line: at('PURE') + 1 }]);
    await client.move('continue');
    await client.move('continue');
    const [frame] = await client.frames();
    return { client, frameId: frame?.id ?? 0 };
  }

  it('are computed in the frame that is asked about', async () => {
    const { client, frameId } = await inAdd();
    const [, caller] = await client.frames();
    const ask = async (expression: string, id: number | undefined) =>
      (await client.evaluateRequest({ expression, frameId: id ?? 0 })).body.result;
    assert.equal(await ask('sum * 10', frameId), '20');
    assert.equal(await ask('round', caller?.id), '1');
    assert.equal(await ask('argv[1]', caller?.id), await ask('*(argv + 1)', caller?.id));
    await assert.rejects(ask('round', frameId), /round/);
  });

  it('give way to those over effects', async () => {
    const { client, frameId } = await inAdd();
    const { body } = await client.evaluateRequest({ expression: 'effect', frameId });
    assert.equal(body.result, '"stdout.write"');
  });

  it('are completed while they are typed', async () => {
    const { client, frameId } = await inAdd();
    const { body } = await client.completionsRequest({ text: 'one + su', column: 9, frameId });
    assert.deepEqual(body.targets, [{ label: 'sum', type: 'variable', start: 6, length: 2 }]);
  });
});
