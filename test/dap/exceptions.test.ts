import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import type { LoadedTarget } from '../../simulator/host/host-environment.ts';
import type { RunTarget } from '../../simulator/host/protocol.ts';
import { projectRoot } from '../helpers/project-root.ts';
import { lineOf, lineWith, ORDER, ORDER_SOURCE, STEPS } from './helpers/programs.ts';
import { TestClient } from './helpers/test-client.ts';
import { closeTestHost, testHost } from './helpers/test-host.ts';

after(closeTestHost);

function plan(fault: object): object {
  return { version: 1, faults: [fault] };
}

const CHARGE = { execution: 'order-1', effect: 'http.request', match: 1 };

async function launched(args: object, filters: readonly string[]) {
  const client = new TestClient();
  const arrival = await client.launchTo({ program: ORDER, ...args }, () =>
    client.setExceptionBreakpointsRequest({ filters: [...filters] }),
  );
  return { client, arrival };
}

const SCRIPT = join(projectRoot, 'test/fixtures/programs/script.c');
/** Sleeps for longer than a lease, so that another attempt replays what it read and printed. */
const READ_AND_SLEEP = ['read', '/data/price', 'print', 'total', 'sleep', '20000'];

/** Loads a program with a private file that the first life of an execution reads, and no other. */
async function loadWithChangingFile(target: RunTarget): Promise<LoadedTarget> {
  const found = await testHost().load(target, () => {});
  let reads = 0;
  const bytes = (): Uint8Array => Buffer.from(reads++ === 0 ? 'cents 4200' : 'cents 9900');
  const mount = {
    kind: 'image',
    path: '/data',
    readOnly: false,
    image: [{ path: 'price', type: 'file', bytes }],
  } as const;
  const workflows = found.loaded.workflows.map((each) => ({ ...each, mounts: [mount] }));
  return { ...found, loaded: { ...found.loaded, workflows } };
}

async function launchedDiverging(configure: (client: TestClient) => Promise<unknown>) {
  const client = new TestClient({ load: loadWithChangingFile });
  const arrival = await client.launchTo({ program: SCRIPT, args: READ_AND_SLEEP }, () =>
    configure(client),
  );
  assert.equal(arrival.description, 'script-1 diverged');
  return { client, arrival };
}

async function effect(client: TestClient): Promise<string | undefined> {
  return (await client.scope('Effect')).get('effect')?.value;
}

describe('exception filters', () => {
  for (const point of ['before', 'intent', 'performed', 'recorded']) {
    it(`stop at the effect that a crash ${point} it befell, both ways`, async () => {
      const faults = plan({ kind: 'crash', at: CHARGE, point });
      const { client, arrival } = await launched({ faults }, ['crash']);
      assert.equal(arrival.reason, 'exception');
      assert.match(arrival.description, /node-a crashed with attempt 1 of order-1/);
      assert.equal(await effect(client), 'http.request #3');
      assert.equal(await client.line(), lineWith(ORDER_SOURCE, 'backstitch_http('));
      const { body } = await client.exceptionInfoRequest({ threadId: 1 });
      assert.equal(body.exceptionId, 'crash');
      const end = await client.move('continue');
      assert.equal(end.reason, 'end');
      const back = await client.move('reverseContinue');
      assert.equal(back.reason, 'exception');
      assert.equal(await effect(client), 'http.request #3');
      assert.equal((await client.move('reverseContinue')).reason, 'entry');
    });
  }

  it('stop at a lost response and at the retry that follows', async () => {
    const faults = plan({ kind: 'lose-response', at: CHARGE });
    const { client, arrival } = await launched({ faults }, ['fault', 'retry']);
    assert.match(arrival.description, /lost/);
    const retry = await client.move('continue');
    assert.match(retry.description, /again/);
    assert.equal(await effect(client), 'http.request #3');
    assert.equal((await client.move('continue')).reason, 'end');
    assert.equal((await client.move('reverseContinue')).description, retry.description);
    assert.equal((await client.move('reverseContinue')).description, arrival.description);
  });

  it('stop at a pause of the node', async () => {
    const faults = plan({ kind: 'pause', at: CHARGE, for: '2s' });
    const { client, arrival } = await launched({ faults }, ['fault']);
    assert.match(arrival.description, /node-a stands still for 2 s/);
    assert.equal(await effect(client), 'http.request #3');
  });

  it('stop at an exit code other than 0 only when asked to', async () => {
    for (const filters of [['exit'], []]) {
      const client = new TestClient();
      const arrival = await client.launchTo({ program: STEPS, args: ['0', 'fail'] }, () =>
        client.setExceptionBreakpointsRequest({ filters }),
      );
      assert.equal(arrival.description, 'steps-1 exited with 3');
      assert.equal(arrival.reason, filters.length > 0 ? 'exception' : 'end');
    }
  });

  it('stop at traps unless they are switched off', async () => {
    for (const filters of [['trap'], []]) {
      const client = new TestClient();
      const arrival = await client.launchTo({ program: STEPS, args: ['0', 'trap'] }, () =>
        client.setExceptionBreakpointsRequest({ filters }),
      );
      assert.equal(arrival.reason, filters.length > 0 ? 'exception' : 'end');
      assert.equal(await client.line(), lineOf(STEPS, 'TRAP'));
    }
  });

  it('stop where a replay asks for something other than was recorded, both ways', async () => {
    const { client, arrival } = await launchedDiverging((each) =>
      each.setExceptionBreakpointsRequest({ filters: ['divergence'] }),
    );
    assert.equal(arrival.reason, 'exception');
    assert.equal(await client.line(), lineWith(SCRIPT, '"print"'));
    const { body } = await client.exceptionInfoRequest({ threadId: 1 });
    assert.equal(body.exceptionId, 'divergence');
    assert.match(body.description ?? '', /diverges at effect #1 \(body: byte \d+ differs: .*total/);
    assert.match(body.details?.stackTrace ?? '', /script\.c/);
    assert.equal((await client.move('reverseContinue')).reason, 'entry');
    assert.equal((await client.move('continue')).reason, 'exception');
  });

  it('stop at a divergence unless that is switched off', async () => {
    const untouched = await launchedDiverging(async () => {});
    assert.equal(untouched.arrival.reason, 'exception');
    const others = ['trap', 'crash', 'fault', 'retry', 'exit'];
    const off = await launchedDiverging((client) =>
      client.setExceptionBreakpointsRequest({ filters: others }),
    );
    assert.equal(off.arrival.reason, 'end');
  });

  it('interrupt a step of the execution that a crash befalls', async () => {
    const faults = plan({ kind: 'crash', at: CHARGE, point: 'performed' });
    const { client } = await launched({ faults, stopOnEntry: true }, ['crash']);
    for (let step = 0; step < 3; step++) await client.move('next');
    assert.equal(await effect(client), 'http.request #3');
    const crash = await client.move('next');
    assert.equal(crash.reason, 'exception');
    assert.equal((await client.move('next')).reason, 'step');
    assert.equal(await effect(client), 'clock.read #4');
    assert.equal((await client.move('stepBack')).reason, 'exception');
    await client.move('stepBack');
    assert.equal(await effect(client), 'http.request #3');
  });

  it('are answered for names that they do not know', async () => {
    const client = new TestClient();
    await client.initializeRequest();
    const { body } = await client.customRequest('setExceptionBreakpoints', {
      filters: ['trap', 'panic'],
    });
    assert.deepEqual(
      body.breakpoints.map(({ verified }: { verified: boolean }) => verified),
      [true, false],
    );
  });
});

describe('what befell an execution without a stop', () => {
  const CRASH =
    /node-a crashed with attempt 1 of order-1: node-a crashes after order-1 #3 is performed/;
  const RETRY = /order-1 #3 is sent again/;
  const faults = plan({ kind: 'crash', at: CHARGE, point: 'performed' });

  for (const command of ['next', 'continue']) {
    it(`is told once each time that "${command}" passes it forwards, live and known`, async () => {
      const { client } = await launched({ faults, stopOnEntry: true }, []);
      const told = () => client.text('console').match(new RegExp(CRASH, 'g'))?.length ?? 0;
      for (let step = 0; step < 3; step++) await client.move('next');
      assert.equal(told(), 0);
      await client.move(command);
      assert.equal(told(), 1);
      assert.match(client.text('console'), RETRY);
      // To the beginning: what is passed backwards is not told again.
      await client.move('reverseContinue');
      assert.equal(told(), 1);
      for (let step = 0; step < 3; step++) await client.move('next');
      await client.move(command);
      assert.equal(told(), 2);
    });
  }

  it('is not told where it is stopped at', async () => {
    const { client } = await launched({ faults }, ['crash', 'retry']);
    await client.move('continue');
    await client.move('continue');
    assert.doesNotMatch(client.text('console'), CRASH);
    assert.doesNotMatch(client.text('console'), RETRY);
  });
});

describe('a call that a later attempt finished', () => {
  it('belongs to the attempt that asked, and says which finished it', async () => {
    const faults = plan({ kind: 'crash', at: CHARGE, point: 'performed' });
    const { client } = await launched({ faults }, ['crash']);
    assert.equal((await client.scope('Effect')).get('attempt')?.value, '1');
    await client.move('continue');
    await client.move('reverseContinue');
    assert.equal((await client.scope('Effect')).get('attempt')?.value, '1');
    await client.move('stepBack');
    assert.equal((await client.scope('Effect')).get('effect')?.value, 'http.request #3');
    assert.equal((await client.scope('Effect')).get('attempt')?.value, '1, finished by attempt 2');
  });
});

describe('what a crash took away', () => {
  it('is shown at the crash, and that it was lost', async () => {
    const at = { execution: 'order-1', effect: 'random.read', match: 1 };
    const faults = plan({ kind: 'crash', at, point: 'performed' });
    const { client } = await launched({ faults }, ['crash']);
    await client.move('continue');
    await client.move('reverseContinue');
    const scope = await client.scope('Effect');
    assert.equal(scope.get('effect')?.value, 'random.read #2');
    assert.match(scope.get('state')?.value ?? '', /lost in a crash/);
    assert.equal(scope.get('attempt')?.value, '1');
    const execution = await client.scope('Execution');
    assert.equal(execution.get('attempt')?.value, '1 on node-a, crashed');
  });
});

describe('conditions of exception filters', () => {
  const launchedWith = async (
    filterOptions: readonly { readonly filterId: string; readonly condition?: string }[],
    faults: object | 'none' = 'none',
  ) => {
    const client = new TestClient();
    let breakpoints: readonly { verified: boolean; message?: string }[] = [];
    const arrival = await client.launchTo({ program: ORDER, faults }, async () => {
      const args = { filters: [], filterOptions };
      const { body } = await client.customRequest('setExceptionBreakpoints', args);
      breakpoints = (body as { breakpoints: typeof breakpoints }).breakpoints;
    });
    return { client, arrival, breakpoints };
  };
  const crash = plan({ kind: 'crash', at: CHARGE, point: 'performed' });

  for (const [condition, stops] of [
    ['http.*', true],
    ['clock.*', false],
    ['args.method == "POST"', true],
    ['args.method == "GET"', false],
    ['', true],
  ] as const) {
    it(`${condition === '' ? 'that are blank' : condition} ${stops ? 'let' : 'let not'} a crash of a POST stop, both ways`, async () => {
      const { client, arrival } = await launchedWith([{ filterId: 'crash', condition }], crash);
      assert.equal(arrival.reason, stops ? 'exception' : 'end');
      if (stops) assert.equal((await client.move('continue')).reason, 'end');
      const back = await client.move('reverseContinue');
      assert.equal(back.reason, stops ? 'exception' : 'entry');
    });
  }

  it('stop at any effect, or at those that are named or hold', async () => {
    const seen = async (condition: string | undefined) => {
      const filter = { filterId: 'effect', ...(condition === undefined ? {} : { condition }) };
      const { client } = await launchedWith([filter]);
      return effect(client);
    };
    assert.match((await seen(undefined)) ?? '', / #0$/);
    assert.match((await seen('http.*')) ?? '', /^http\.request #/);
    assert.match((await seen('result.status == 200')) ?? '', /^http\.request #/);
  });

  it('that cannot be asked are refused in words, and stop nowhere', async () => {
    const { arrival, breakpoints } = await launchedWith([
      { filterId: 'crash', condition: 'result.status == 500' },
      { filterId: 'fault', condition: 'args.method ==' },
      { filterId: 'nothing' },
    ]);
    assert.deepEqual(
      breakpoints.map(({ verified }) => verified),
      [false, false, false],
    );
    assert.match(breakpoints[0]?.message ?? '', /before that has its result/);
    assert.match(breakpoints[2]?.message ?? '', /no filter nothing/);
    assert.equal(arrival.reason, 'end');
  });
});
