import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { DrivenRun } from '../../simulator/host/driven-run.ts';
import type { LentSimulation, Loan } from '../../simulator/host/loan.ts';
import type { RunOptions } from '../../simulator/host/protocol.ts';
import { type InProcessHost, inProcessHost } from '../helpers/in-process-host.ts';
import { closeBuilder } from '../helpers/programs.ts';
import { projectRoot } from '../helpers/project-root.ts';
import { lineWith, ORDER, ORDER_SOURCE } from './helpers/programs.ts';
import { type Arrival, TestClient } from './helpers/test-client.ts';
import { closeTestHost } from './helpers/test-host.ts';

const folder = mkdtempSync(join(tmpdir(), 'backstitch-attach-'));
after(async () => {
  await Promise.all([closeTestHost(), closeBuilder()]);
  rmSync(folder, { recursive: true, force: true });
});

const SHIP = lineWith(ORDER_SOURCE, 'ship(order, tracking, sizeof tracking);');
const APPROVAL = join(projectRoot, 'examples/approval');
let recordings = 0;

/** A host that runs the order example, paused before its first effect unless that is changed. */
async function running(options: Partial<RunOptions> = {}): Promise<InProcessHost> {
  const host = inProcessHost();
  const record = join(folder, `${++recordings}.backstitch`);
  const run = { target: { path: ORDER }, record, paused: true, ...options };
  await host.ask({ kind: 'run', options: run });
  if (run.paused) await host.until(({ kind }) => kind === 'paused');
  return host;
}

/** The host's simulation goes on until it has performed so many effects, and pauses. */
async function perform(host: InProcessHost, effects: number): Promise<void> {
  for (let count = 0; count < effects; count++) {
    await host.environment.yieldToRequests();
    await host.ask({ kind: 'step' });
    await host.until(({ kind }) => kind !== 'running');
  }
}

/** What happened, without who ran it. */
const timeline = (host: InProcessHost): Promise<string> =>
  host.ask({ kind: 'timeline', colors: false });

/** The same simulation, with nobody who debugs it. */
async function undisturbed(): Promise<{ printed: string; timeline: string }> {
  const host = await running({ paused: false });
  await host.until(({ kind }) => kind === 'ended');
  return { printed: host.printed(), timeline: await timeline(host) };
}

async function expectReplays(recording: string): Promise<void> {
  const viewer = inProcessHost();
  await viewer.ask({ kind: 'open', recording });
  const results = await viewer.ask({ kind: 'verify' });
  assert.deepEqual([...new Set(results.map(({ kind }) => kind))], ['same']);
}

const breakAtShip = (client: TestClient): Promise<unknown> =>
  client.setBreakpointsRequest({
    source: { path: ORDER_SOURCE },
    breakpoints: [{ line: SHIP }],
  });

async function attached(
  host: InProcessHost,
  args: object = {},
  configure: (client: TestClient) => Promise<unknown> = async () => {},
): Promise<{ client: TestClient; arrival: Arrival }> {
  const client = new TestClient({ lend: host.lend });
  await client.initializeRequest();
  const initialized = client.waitForEvent('initialized');
  await client.attachRequest(args as DebugProtocol.AttachRequestArguments);
  await initialized;
  await configure(client);
  const arrival = await client.arrival(() => client.configurationDoneRequest());
  return { client, arrival };
}

const recordedAt = async (host: InProcessHost): Promise<string> =>
  (await host.ask({ kind: 'snapshot' })).recording ?? '';

const state = ({ events }: InProcessHost) =>
  events.findLast((event) => event.kind === 'state')?.state;

/** What is lent, with what somebody gets who drives it changed. */
function changed({ loan, ...rest }: LentSimulation, change: (driven: DrivenRun) => DrivenRun) {
  const begin: Loan['begin'] = (driver) => change(loan.begin(driver));
  return { ...rest, loan: Object.create(loan, { begin: { value: begin } }) };
}

/** As if nothing had begun in it. */
function withoutExecutions(driven: DrivenRun): DrivenRun {
  const history = Object.create(driven.run.history, { executions: { value: () => [] } });
  return { ...driven, run: Object.create(driven.run, { history: { value: history } }) };
}

describe('attaching to a live simulation', () => {
  it('sees it paused at its present instant, with its stack and variables', async () => {
    const host = await running();
    await perform(host, 3);
    const { client, arrival } = await attached(host);
    assert.equal(arrival.reason, 'pause');
    assert.equal(await client.place(), 'request order.c:50');
    const names = (await client.frames()).map(({ name }) => name);
    assert.ok(names.join(' ').includes('request charge main'), names.join(' '));
    const frames = await client.frames();
    const charge = frames.find(({ name }) => name === 'charge');
    const { body } = await client.scopesRequest({ frameId: charge?.id ?? 0 });
    const locals = await client.inside(body.scopes[0]?.variablesReference ?? 0);
    const cents = locals.find(({ name }) => name === 'cents');
    assert.equal(cents?.value, '4200');
    const { threads } = (await client.threadsRequest()).body;
    assert.deepEqual(
      threads.map(({ name }) => name.split(' ')[0]),
      ['order-1'],
    );
    await client.disconnectRequest();
  });

  it('steps on beyond what is recorded, which drives the simulation and its views', async () => {
    const host = await running();
    await perform(host, 3);
    const { client } = await attached(host);
    assert.deepEqual(state(host), { kind: 'paused', execution: 'order-1', seq: 3 });
    await client.move('next');
    assert.equal(await client.place(), 'request order.c:51');
    assert.deepEqual(state(host), { kind: 'paused', execution: 'order-1', seq: 4 });
    const ledger = (await host.ask({ kind: 'world' })).services;
    assert.ok(
      ledger.some(({ requests }) => requests > 0),
      'the service has been asked',
    );
    const shown = host.events.flatMap((event) => (event.kind === 'changed' ? event.effects : []));
    assert.ok(shown.some(({ seq, text }) => seq === 3 && text.includes('payment.example')));
    await client.move('stepOut');
    assert.equal(await client.place(), 'charge order.c:85');
    await client.disconnectRequest();
  });

  it('steps back into what happened before it was attached', async () => {
    const host = await running();
    await perform(host, 3);
    const { client } = await attached(host);
    const before = state(host);
    await client.move('stepBack');
    await client.move('backstitch/reverseStepOut');
    await client.move('backstitch/reverseStepOut');
    assert.match(await client.place(), /^main order.c/);
    await client.move('reverseContinue');
    assert.match(await client.place(), /^main order.c/);
    assert.deepEqual(state(host), before, 'looking back changes nothing of the simulation');
    await client.disconnectRequest();
  });

  it('stops a run where a breakpoint is, and lets it go on undisturbed', async () => {
    const expected = await undisturbed();
    const host = await running({ paused: false, paceMs: 50 });
    const record = await recordedAt(host);
    const { client } = await attached(host, {}, breakAtShip);
    const arrival = await client.move('continue');
    assert.equal(arrival.reason, 'breakpoint');
    assert.equal(await client.line(), SHIP);
    assert.equal(state(host)?.kind, 'paused');
    await client.disconnectRequest();
    await host.until(({ kind }) => kind === 'ended');
    assert.equal(host.printed(), expected.printed);
    assert.equal(await timeline(host), expected.timeline);
    await expectReplays(record);
  });

  it('goes on at once when it is not to stop, until a breakpoint', async () => {
    const host = await running();
    const { client, arrival } = await attached(host, { stopOnEntry: false }, breakAtShip);
    assert.equal(arrival.reason, 'breakpoint');
    assert.equal(await client.line(), SHIP);
    await client.disconnectRequest();
  });

  it('drives it to its end, from where one can go back', async () => {
    const expected = await undisturbed();
    const host = await running();
    const record = await recordedAt(host);
    const { client } = await attached(host);
    assert.equal((await client.move('continue')).reason, 'end');
    await host.until(({ kind }) => kind === 'ended');
    await host.environment.yieldToRequests();
    const recorded = host.events.filter(({ kind }) => kind === 'recorded');
    assert.deepEqual(recorded, [{ kind: 'recorded', recording: record }]);
    await client.move('stepBack');
    assert.match(await client.place(), /order.c/);
    assert.match(client.text('stdout'), /receipt for A-17/);
    await client.disconnectRequest();
    assert.equal(host.printed(), expected.printed);
    assert.equal(await timeline(host), expected.timeline);
    await expectReplays(record);
  });
});

describe('the end of an attached session', () => {
  it('leaves a simulation paused that was paused before', async () => {
    const host = await running();
    const { client } = await attached(host);
    await client.disconnectRequest();
    await host.environment.yieldToRequests();
    assert.equal(state(host)?.kind, 'paused');
    await host.ask({ kind: 'continue' });
    await host.until(({ kind }) => kind === 'ended');
    assert.match(host.printed(), /receipt for A-17/);
  });

  it('leaves it paused when it is told to', async () => {
    const host = await running({ paused: false, paceMs: 50 });
    const { client } = await attached(host);
    await client.disconnectRequest({ suspendDebuggee: true });
    await host.environment.yieldToRequests();
    assert.equal(state(host)?.kind, 'paused');
    await host.ask({ kind: 'continue' });
    await host.until(({ kind }) => kind === 'ended');
  });

  it('ends the simulation where it is when it is told to', async () => {
    for (const end of [
      (client: TestClient) => client.disconnectRequest({ terminateDebuggee: true }),
      (client: TestClient) => client.terminateRequest(),
    ]) {
      const host = await running({ paused: false, paceMs: 50 });
      const record = await recordedAt(host);
      const { client } = await attached(host);
      await end(client);
      await host.until(({ kind }) => kind === 'ended');
      await host.environment.yieldToRequests();
      assert.deepEqual(host.events.at(-1), { kind: 'recorded', recording: record });
      await expectReplays(record);
    }
  });

  it('comes when the simulation is closed elsewhere', async () => {
    const host = await running();
    const record = await recordedAt(host);
    const { client } = await attached(host);
    await client.move('next');
    const terminated = client.waitForEvent('terminated');
    await host.ask({ kind: 'close' });
    await terminated;
    await expectReplays(record);
    await assert.rejects(client.customRequest('next', { threadId: 1 }), /has ended/);
  });

  it('lets another session attach', async () => {
    const host = await running();
    const first = await attached(host);
    await first.client.move('next');
    const { client } = first;
    assert.equal(await client.place(), 'note order.c:25');
    await first.client.disconnectRequest();
    const second = await attached(host);
    // Where the simulation is, which is ahead of what was looked at.
    assert.equal(await second.client.place(), 'note order.c:27');
    await second.client.disconnectRequest();
  });
});

describe('a simulation that is lent', () => {
  it('is driven by one session at a time', async () => {
    const host = await running();
    const { client } = await attached(host);
    const other = new TestClient({ lend: host.lend });
    await other.initializeRequest();
    await assert.rejects(other.customRequest('attach', {}), /drives this simulation already/);
    await other.disconnectRequest();
    await client.move('next');
    await client.disconnectRequest();
  });

  it('is not driven by others meanwhile', async () => {
    const host = await running();
    const { client } = await attached(host);
    for (const kind of ['continue', 'pause', 'step'] as const) {
      await assert.rejects(host.ask({ kind }), /a debug session drives this simulation/);
    }
    await client.disconnectRequest();
  });

  it('takes in faults from elsewhere, which the session stops at', async () => {
    const host = await running();
    const { client } = await attached(host, {}, (each) =>
      each.setExceptionBreakpointsRequest({ filters: ['crash'] }),
    );
    await host.ask({ kind: 'inject', fault: { kind: 'crash', point: 'performed' } });
    const arrival = await client.move('continue');
    assert.equal(arrival.reason, 'exception');
    await client.disconnectRequest();
    await host.ask({ kind: 'continue' });
    await host.until(({ kind }) => kind === 'ended');
    assert.match(host.printed(), /receipt for A-17/);
    await expectReplays(await recordedAt(host));
  });

  it('runs to its end when it is cancelled elsewhere', async () => {
    const host = await running();
    const { client } = await attached(host);
    const arrival = await client.arrival(() => host.ask({ kind: 'cancel' }));
    assert.equal(arrival.reason, 'end');
    await host.until(({ kind }) => kind === 'ended');
    const { executions } = await host.ask({ kind: 'snapshot' });
    assert.deepEqual(
      executions.map(({ status }) => status),
      ['cancelled'],
    );
    await client.disconnectRequest();
  });

  it('stays as it is while a branch of it is debugged, and goes on after it', async () => {
    const expected = await undisturbed();
    const host = await running({ paused: false, paceMs: 50 });
    const { client } = await attached(host, { recordBranches: false }, breakAtShip);
    await client.move('continue');
    const at = state(host);
    await client.move('backstitch/reverseNext');
    const { body } = await client.customRequest('backstitch/edit', {
      result: { status: 500 },
      execution: 'order-1',
      seq: 3,
    });
    assert.equal(body.branch, true);
    await client.move('continue');
    assert.deepEqual(state(host), at, 'the views show the simulation and not its branch');
    await client.disconnectRequest();
    await host.until(({ kind }) => kind === 'ended');
    assert.equal(await timeline(host), expected.timeline);
  });

  it('ends on its own when it is cancelled while a branch of it is debugged', async () => {
    const host = await running();
    await perform(host, 4);
    const { client } = await attached(host, { recordBranches: false });
    const edited = { result: { status: 500 }, execution: 'order-1', seq: 3 };
    await client.arrival(() => client.customRequest('backstitch/edit', edited));
    await host.ask({ kind: 'cancel' });
    await host.until(({ kind }) => kind === 'ended');
    const { executions } = await host.ask({ kind: 'snapshot' });
    assert.equal(executions[0]?.status, 'cancelled');
    assert.equal((await client.move('continue')).reason, 'end');
    const again = client.customRequest('restart');
    await assert.rejects(again, /is not lent any more/);
    await client.disconnectRequest();
  });

  it('takes in what a program waits for, and shows every execution', async () => {
    const host = await running({ target: { path: APPROVAL, workflow: 'order' } });
    const { client } = await attached(host, {}, (each) =>
      each.setFunctionBreakpointsRequest({ breakpoints: [{ name: 'promise.wait' }] }),
    );
    assert.equal((await client.move('continue')).reason, 'function breakpoint');
    const bytes = new TextEncoder().encode('yes');
    const promise = { promise: 'order-1/approval', contentType: 'text/plain', bytes };
    assert.equal(await host.ask({ kind: 'promise', ...promise }), true);
    assert.equal((await client.move('continue')).reason, 'end');
    const { threads } = (await client.threadsRequest()).body;
    assert.deepEqual(
      threads.map(({ name }) => name.split(' ')[0]),
      ['order-1', 'ship-1'],
    );
    await client.disconnectRequest();
    await host.until(({ kind }) => kind === 'ended');
    await expectReplays(await recordedAt(host));
  });

  it('is come back to from a branch by a restart', async () => {
    const host = await running();
    await perform(host, 4);
    const { client } = await attached(host, { recordBranches: false });
    const place = await client.place();
    const edited = { result: { status: 500 }, execution: 'order-1', seq: 3 };
    await client.arrival(() => client.customRequest('backstitch/edit', edited));
    assert.notEqual(await client.place(), place);
    await client.arrival(() => client.customRequest('restart'));
    assert.equal(await client.place(), place);
    await client.disconnectRequest();
  });

  it('is come back to by a restart as the editor asks for it', async () => {
    const host = await running();
    await perform(host, 3);
    const { client } = await attached(host);
    const configuration = { type: 'backstitch', request: 'attach', name: 'Attach' };
    for (const again of [configuration, { stopOnEntry: true }]) {
      const place = await client.place();
      await client.move('backstitch/reverseStepOut');
      assert.notEqual(await client.place(), place);
      await client.arrival(() => client.customRequest('restart', { arguments: again }));
      assert.equal(await client.place(), place);
    }
    await client.move('next');
    await client.disconnectRequest();
  });

  it('is given back when a session cannot begin with it', async () => {
    const host = await running();
    const client = new TestClient({
      lend: async (borrower) => changed(await host.lend(borrower), withoutExecutions),
    });
    await client.initializeRequest();
    await assert.rejects(client.customRequest('attach', {}), /no execution/);
    const second = await attached(host);
    await second.client.disconnectRequest();
    await client.disconnectRequest();
    await host.ask({ kind: 'continue' });
    await host.until(({ kind }) => kind === 'ended');
  });

  it('runs to its end when it is cancelled during a step', async () => {
    const host = await running();
    let hearRest = (): void => {};
    const lend: InProcessHost['lend'] = async (borrower) =>
      changed(await host.lend(borrower), (driven) => ({
        ...driven,
        turn: (to) => {
          driven.turn(to);
          if (to.kind === 'paused') hearRest();
        },
      }));
    const { client } = await attached({ ...host, lend });
    // The step has come to its stop, which the session has not heard of yet.
    hearRest = () => {
      hearRest = () => {};
      void host.ask({ kind: 'cancel' });
    };
    assert.equal((await client.move('next')).reason, 'end');
    await host.until(({ kind }) => kind === 'ended');
    await client.disconnectRequest();
  });

  it('holds the next client of a server that was left paused', async () => {
    const host = inProcessHost();
    const record = join(folder, `${++recordings}.backstitch`);
    await host.ask({ kind: 'serve', options: { target: { path: ORDER }, record } });
    await host.until(({ kind }) => kind === 'waiting');
    const client = new TestClient({ lend: host.lend });
    await client.initializeRequest();
    await client.attachRequest({} as DebugProtocol.AttachRequestArguments);
    await client.configurationDoneRequest();
    await host.until(({ kind }) => kind === 'waiting');
    await client.disconnectRequest({ suspendDebuggee: true });
    assert.equal(state(host)?.kind, 'paused');
    const requests = async (): Promise<number> =>
      (await host.ask({ kind: 'world' })).services.reduce((sum, each) => sum + each.requests, 0);
    const body = new Uint8Array(0);
    const connect = { kind: 'connect', body, ends: true, delivery: 1 } as const;
    await host.ask({ kind: 'deliver', deliveries: [connect] });
    await host.environment.yieldToRequests();
    assert.equal(state(host)?.kind, 'paused');
    assert.equal(await requests(), 0);
    await host.ask({ kind: 'continue' });
    await host.until(({ kind }) => kind === 'waiting');
    assert.ok((await requests()) > 0);
    await host.ask({ kind: 'close' });
  });

  it('pauses when that is asked for before it goes on', async () => {
    const host = await running({ paused: false, paceMs: 50 });
    const { loan } = await host.lend({ onRecall: async () => {}, onCancel: () => {} });
    const driven = loan.begin({});
    driven.turn({ kind: 'running' });
    driven.leave();
    void loan.giveBack('as-before');
    await host.ask({ kind: 'pause' });
    await host.environment.yieldToRequests();
    assert.equal(state(host)?.kind, 'paused');
    await host.ask({ kind: 'continue' });
    await host.until(({ kind }) => kind === 'ended');
  });

  it('must be there and not have ended', async () => {
    const host = await running({ paused: false });
    await host.until(({ kind }) => kind === 'ended');
    const client = new TestClient({ lend: host.lend });
    await client.initializeRequest();
    await assert.rejects(client.customRequest('attach', {}), /has ended; debug its recording/);
    const empty = new TestClient({ lend: inProcessHost().lend });
    await empty.initializeRequest();
    await assert.rejects(
      empty.customRequest('attach', {}),
      /no simulation runs where this session does.*--debug-port/,
    );
  });
});
