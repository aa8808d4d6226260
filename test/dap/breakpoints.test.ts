import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { lineOf, lineWith, ORDER, ORDER_SOURCE, STEPS } from './helpers/programs.ts';
import { TestClient } from './helpers/test-client.ts';
import { closeTestHost } from './helpers/test-host.ts';

after(closeTestHost);

type Wanted = Omit<DebugProtocol.SourceBreakpoint, 'line'> & { readonly marker: string };

/** Launches steps.c with breakpoints at markers; the arrival is the first stop. */
async function withBreakpoints(args: object, wanted: readonly Wanted[]) {
  const client = new TestClient();
  const breakpoints = wanted.map(({ marker, ...rest }) => ({
    line: lineOf(STEPS, marker),
    ...rest,
  }));
  let set: DebugProtocol.Breakpoint[] = [];
  const arrival = await client.launchTo({ program: STEPS, ...args }, async () => {
    const { body } = await client.setBreakpointsRequest({ source: { path: STEPS }, breakpoints });
    set = body.breakpoints;
  });
  return { client, arrival, set };
}

/** Continues in one direction and notes each stop, up to and including the last. */
async function stops(client: TestClient, command: string): Promise<string[]> {
  const found: string[] = [];
  for (;;) {
    const { reason } = await client.move(command);
    if (reason === 'end' || reason === 'entry') return found;
    found.push(
      `${reason} ${await client.place()} ${(await client.scope('Effect')).get('effect')?.value}`,
    );
  }
}

describe('line breakpoints', () => {
  it('stop at every visit of the line, and backwards at the same visits in reverse', async () => {
    const { client, arrival } = await withBreakpoints({}, [{ marker: 'LOOP' }, { marker: 'END' }]);
    assert.equal(arrival.reason, 'breakpoint');
    assert.deepEqual(arrival.hitBreakpointIds, [1]);
    const first = `breakpoint ${await client.place()} stdout.write #1`;
    const forwards = [first, ...(await stops(client, 'continue'))];
    const say = `say steps.c:${lineOf(STEPS, 'SAY')}`;
    assert.deepEqual(forwards, [
      `breakpoint ${say} stdout.write #1`,
      `breakpoint ${say} stdout.write #3`,
      `breakpoint ${say} stdout.write #5`,
      `breakpoint ${say} stdout.write #7`,
    ]);
    assert.deepEqual(await stops(client, 'reverseContinue'), [...forwards].reverse());
    // And forwards again, now over what has happened.
    const entry = await client.move('reverseContinue');
    assert.equal(entry.reason, 'entry');
    assert.deepEqual(await stops(client, 'continue'), forwards);
  });

  it('stop in a function each time that its line calls an effect itself', async () => {
    const { client } = await withBreakpoints({ args: ['2'] }, [{ marker: 'SAY' }]);
    assert.equal((await stops(client, 'continue')).length, 4);
  });

  it('move to the next line of the function that can call an effect', async () => {
    const { set } = await withBreakpoints({}, [{ marker: 'SUM' }, { marker: 'SECOND' }]);
    assert.deepEqual(
      set.map(({ verified, line }) => ({ verified, line })),
      [
        { verified: true, line: lineOf(STEPS, 'LOOP') },
        { verified: true, line: lineOf(STEPS, 'SECOND') },
      ],
    );
  });

  it('say why they cannot stop where no effect is called', async () => {
    const { set, arrival } = await withBreakpoints({}, [{ marker: 'PURE' }]);
    assert.equal(set[0]?.verified, false);
    assert.match(set[0]?.message ?? '', /No effect is called at or after this line/);
    assert.equal(arrival.reason, 'end');
  });

  it('say that a file is no part of the program', async () => {
    const client = new TestClient();
    await client.launchTo({ program: STEPS }, async () => {
      const { body } = await client.setBreakpointsRequest({
        source: { path: '/elsewhere/other.c' },
        breakpoints: [{ line: 3 }],
      });
      assert.match(
        body.breakpoints[0]?.message ?? '',
        /No code of the program comes from other\.c/,
      );
    });
  });

  it('are told to be verified once the program is there, when they were set before', async () => {
    const client = new TestClient();
    await client.initializeRequest();
    const line = lineOf(STEPS, 'END');
    const { body } = await client.setBreakpointsRequest({
      source: { path: STEPS },
      breakpoints: [{ line }],
    });
    assert.equal(body.breakpoints[0]?.verified, false);
    await client.configurationDoneRequest();
    const changed = client.waitForEvent('breakpoint');
    const arrival = await client.arrival(() =>
      client.launchRequest({ program: STEPS } as DebugProtocol.LaunchRequestArguments),
    );
    assert.equal((await changed).body.breakpoint.verified, true);
    assert.equal(arrival.reason, 'breakpoint');
  });

  it('can be set while it stands still, also for what lies behind', async () => {
    const { client } = await withBreakpoints({}, []);
    await client.setBreakpointsRequest({
      source: { path: STEPS },
      breakpoints: [{ line: lineOf(STEPS, 'START') }],
    });
    const back = await client.move('reverseContinue');
    assert.equal(back.reason, 'breakpoint');
    assert.equal(await client.line(), lineOf(STEPS, 'CLOCK'));
  });

  it('list the lines at which they can stop', async () => {
    const { client } = await withBreakpoints({}, []);
    const { body } = await client.customRequest('breakpointLocations', {
      source: { path: STEPS },
      line: lineOf(STEPS, 'FIRST'),
      endLine: lineOf(STEPS, 'CLOCK'),
    });
    assert.deepEqual(
      body.breakpoints,
      ['FIRST', 'SECOND', 'CLOCK'].map((marker) => ({ line: lineOf(STEPS, marker) })),
    );
  });
});

describe('conditions, hit counts and logpoints', () => {
  it('stop only where the condition over the effect holds', async () => {
    const condition = 'args.body == "end\\n" && seq > 0';
    const { client, arrival } = await withBreakpoints({}, [{ marker: 'SAY', condition }]);
    assert.equal(arrival.reason, 'breakpoint');
    assert.equal(await client.evaluate('args.body'), '"end\\n"');
    assert.deepEqual(await stops(client, 'continue'), []);
  });

  it('wait for the result that a condition asks for, then stop at the effect', async () => {
    const client = new TestClient();
    const line = lineWith(ORDER_SOURCE, 'backstitch_http(');
    const arrival = await client.launchTo({ program: ORDER }, () =>
      client.setBreakpointsRequest({
        source: { path: ORDER_SOURCE },
        breakpoints: [{ line, condition: 'result.status == 200' }],
      }),
    );
    assert.equal(arrival.reason, 'breakpoint');
    assert.equal(await client.evaluate('args.method'), '"GET"');
    assert.equal(await client.evaluate('result.json.status'), '"paid"');
    assert.deepEqual(await stops(client, 'continue'), []);
    assert.equal((await stops(client, 'reverseContinue')).length, 1);
  });

  it('refuse a condition that is no expression', async () => {
    const { set } = await withBreakpoints({}, [{ marker: 'SAY', condition: 'args.body ==' }]);
    assert.equal(set[0]?.verified, false);
    assert.match(set[0]?.message ?? '', /expected a field, a number or a text at column 13/);
  });

  it('count hits by the simulation, not by how often one came by', async () => {
    const { client } = await withBreakpoints({}, [{ marker: 'LOOP', hitCondition: '% 2' }]);
    const body = async () => (await client.scope('Effect')).get('effect')?.value;
    assert.equal(await body(), 'stdout.write #3');
    await client.move('reverseContinue');
    const again = await client.move('continue');
    assert.equal(again.reason, 'breakpoint');
    assert.equal(await body(), 'stdout.write #3');
  });

  it('print log messages in passing and do not stop', async () => {
    const logMessage = 'says {args.body} at \\{{seq}\\}';
    const { client, arrival } = await withBreakpoints({ args: ['1'] }, [
      { marker: 'FIRST', logMessage },
    ]);
    assert.equal(arrival.reason, 'end');
    assert.match(client.text('console'), /^says round at \{1\}$/m);
    const log = client.outputs.find(({ output }) => output.startsWith('says'));
    assert.equal(log?.line, lineOf(STEPS, 'SAY'));
  });

  it('print log messages again when one goes forward over them again', async () => {
    const { client } = await withBreakpoints({ args: ['1'] }, [
      { marker: 'FIRST', logMessage: 'here' },
    ]);
    await client.move('reverseContinue');
    await client.move('next');
    assert.equal(client.text('console').match(/^here$/gm)?.length, 2);
  });
});

describe('function breakpoints', () => {
  async function withFunctions(target: object, names: readonly string[]) {
    const client = new TestClient();
    let set: DebugProtocol.Breakpoint[] = [];
    await client.launchTo(target, async () => {
      const { body } = await client.setFunctionBreakpointsRequest({
        breakpoints: names.map((name) => ({ name })),
      });
      set = body.breakpoints;
    });
    return { client, set };
  }

  it('stop at effects by a pattern of their names', async () => {
    const { client } = await withFunctions({ program: ORDER }, ['http.*']);
    assert.equal(await client.evaluate('args.url'), '"https://payment.example/charges"');
    const rest = await stops(client, 'continue');
    assert.deepEqual(
      rest.map((text) => text.replace(/.* /, '')),
      ['#7', '#8'],
    );
    assert.equal((await stops(client, 'reverseContinue')).length, 3);
  });

  it('stop once at every call of a function', async () => {
    const { client } = await withFunctions({ program: STEPS }, ['twice']);
    assert.equal(client.events.filter(({ event }) => event === 'stopped').length, 1);
    assert.equal((await stops(client, 'continue')).length, 2);
  });

  it('are refused when neither a function nor an effect has the name', async () => {
    const { set } = await withFunctions({ program: STEPS }, ['thrice', 'smtp.*']);
    assert.deepEqual(
      set.map(({ verified }) => verified),
      [false, false],
    );
    assert.match(set[0]?.message ?? '', /no function thrice/);
  });
});
