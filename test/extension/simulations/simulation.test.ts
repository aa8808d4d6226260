import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { problemOf, refusal } from '../../../extension/simulations/host.ts';
import { Simulation } from '../../../extension/simulations/simulation.ts';
import { Simulations } from '../../../extension/simulations/simulations.ts';
import type { SimulationSnapshot } from '../../../simulator/host/protocol.ts';
import { changed, effect, execution, snapshot } from '../helpers/summaries.ts';
import { FakeHost } from './fake-host.ts';

const RECORDING = '/shop/order.backstitch';

function order(fields: Partial<SimulationSnapshot> = {}): SimulationSnapshot {
  const executions = [execution('order-1', { effects: 2 })];
  return snapshot({ executions, recording: RECORDING, ...fields });
}

/** Time that passes only when a test says so. */
class Clock {
  private readonly sleepers: (() => void)[] = [];
  readonly wait = (): Promise<void> => new Promise((resolve) => this.sleepers.push(resolve));

  pass(): void {
    for (const wake of this.sleepers.splice(0)) wake();
  }
}

function given(...hosts: readonly FakeHost[]) {
  const clock = new Clock();
  const freed: string[] = [];
  const left = [...hosts];
  const startHost = (): FakeHost => {
    const host = left.shift();
    assert.ok(host, 'more hosts were started than expected');
    return host;
  };
  const freeRecording = (path: string) => {
    freed.push(path);
  };
  const needs = { startHost, freeRecording, wait: clock.wait };
  return { needs, clock, freed, simulation: new Simulation({ id: 1, title: 'order' }, needs) };
}

/** Lets everything happen that is only waiting for its turn. */
const turns = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const RUN = { kind: 'run', options: { target: { path: '/shop/order.c' } } } as const;
const ENDED = { kind: 'state', state: { kind: 'ended' }, now: 9n } as const;

describe('a simulation of the view', () => {
  it('shows what its host tells, from the beginning', async () => {
    const host = new FakeHost({ run: () => order() });
    const { simulation } = given(host);
    let changes = 0;
    simulation.onChange(() => changes++);
    await simulation.begin(RUN);
    host.emit(changed([execution('order-1', { effects: 1 })], [effect(0)]));
    assert.equal(simulation.model.executions.get('order-1')?.window.to, 1);
    assert.equal(changes, 2);
  });

  it('has begun when its program runs, also when that loops and keeps the host from answering', async () => {
    const host = new FakeHost({});
    const { simulation, clock, freed } = given(host);
    const options = { ...RUN.options, record: RECORDING };
    const begun = simulation.begin({ kind: 'run', options });
    host.emit({ kind: 'state', state: { kind: 'running' }, now: 0n });
    await begun;
    const cancelled = simulation.cancel();
    await turns();
    clock.pass();
    await cancelled;
    assert.deepEqual(freed, [RECORDING]);
  });

  it('says why it could not begin, and leaves no host behind', async () => {
    const host = new FakeHost({
      run: () => {
        throw refusal('no-compiler', 'there is no C compiler');
      },
      close: () => null,
    });
    const { simulation } = given(host);
    await assert.rejects(simulation.begin(RUN), /no C compiler/);
    assert.equal(simulation.model.phase.kind, 'failed');
    assert.ok(host.terminated);
  });

  it('ends politely when the program listens', async () => {
    const host = new FakeHost({
      run: () => order(),
      cancel: () => {
        host.emit(ENDED);
        return null;
      },
    });
    const { simulation } = given(host);
    await simulation.begin(RUN);
    await simulation.cancel();
    assert.equal(simulation.model.phase.kind, 'ended');
    assert.equal(host.terminated, false);
  });

  it('ends a program that loops by ending its host, and frees its recording (S2)', async () => {
    const host = new FakeHost({ run: () => order() });
    const { simulation, clock, freed } = given(host);
    await simulation.begin(RUN);
    const cancelled = simulation.cancel();
    await turns();
    assert.equal(host.terminated, false);
    clock.pass();
    await cancelled;
    assert.ok(host.terminated);
    assert.deepEqual(freed, [RECORDING]);
    assert.deepEqual(simulation.model.phase, { kind: 'stopped', message: 'cancelled' });
  });

  it('ends a compiler that is still at work', async () => {
    const host = new FakeHost({});
    const { simulation } = given(host);
    const begun = simulation.begin(RUN);
    begun.catch(() => {});
    await simulation.cancel();
    assert.ok(host.terminated);
    assert.ok(simulation.wasCancelled);
  });

  it('ends a program that hears that it is cancelled and does not end', async () => {
    const host = new FakeHost({ run: () => order(), cancel: () => null });
    const { simulation, clock } = given(host);
    await simulation.begin(RUN);
    const cancelled = simulation.cancel();
    await turns();
    clock.pass();
    await turns();
    clock.pass();
    await cancelled;
    assert.ok(host.terminated);
  });

  it('tells that its host has died, and does not hang', async () => {
    const host = new FakeHost({ run: () => order() });
    const { simulation, freed } = given(host);
    await simulation.begin(RUN);
    const told: string[] = [];
    simulation.onEvent((event) => {
      if (event.kind === 'problem') told.push(event.problem.code);
    });
    host.die({ severity: 'error', code: 'host-memory', message: 'too much memory' });
    assert.equal(simulation.model.phase.kind, 'failed');
    assert.deepEqual([told, freed], [['host-memory'], [RECORDING]]);
  });

  it('opens its recording again when something is asked after its host has gone', async () => {
    const first = new FakeHost({ run: () => order(), close: () => null });
    const second = new FakeHost({
      open: () => order({ state: { kind: 'ended' }, recorded: true }),
      timeline: () => 'the timeline',
    });
    const { simulation } = given(first, second);
    await simulation.begin(RUN);
    first.emit(ENDED);
    await simulation.letGo();
    assert.ok(first.terminated);
    const both = [1, 2].map(() => simulation.request({ kind: 'timeline', colors: false }));
    assert.deepEqual(await Promise.all(both), ['the timeline', 'the timeline']);
    assert.deepEqual(second.kindsAsked(), ['open', 'timeline', 'timeline']);
  });

  it('refuses what needs a running program once it has ended', async () => {
    const host = new FakeHost({ run: () => order({ state: { kind: 'ended' } }) });
    const { simulation } = given(host);
    await simulation.begin(RUN);
    const refused = await simulation.requestLive({ kind: 'step' }).catch(problemOf);
    assert.equal((refused as { code: string }).code, 'not-live');
  });

  it('stops where it is, with its recording folded, before it is branched', async () => {
    const host = new FakeHost({ run: () => order(), close: () => null });
    const { simulation } = given(host);
    await simulation.begin(RUN);
    await simulation.stopHere();
    assert.deepEqual(host.kindsAsked(), ['run', 'close']);
    assert.ok(host.terminated);
    assert.equal(simulation.model.isLive, false);
  });

  it('asks for the details of an effect once, and again when it has changed', async () => {
    const details = (state: string) => ({ ...effect(0), state, stack: [], document: state });
    const states = ['intent', 'delivered'];
    const host = new FakeHost({ run: () => order(), effect: () => details(states.shift() ?? '') });
    const { simulation } = given(host);
    await simulation.begin(RUN);
    const tell = (state: 'intent' | 'delivered') =>
      host.emit(changed([execution('order-1', { effects: 1 })], [effect(0, { state })]));
    tell('intent');
    assert.equal((await simulation.effect('order-1', 0)).document, 'intent');
    assert.equal((await simulation.effect('order-1', 0)).document, 'intent');
    tell('delivered');
    assert.equal((await simulation.effect('order-1', 0)).document, 'delivered');
    assert.deepEqual(host.kindsAsked(), ['run', 'effect', 'effect']);
  });

  it('fetches the effects of a recording page by page', async () => {
    const host = new FakeHost({
      open: () => order({ recorded: true, executions: [execution('order-1', { effects: 600 })] }),
      effects: (request) => {
        assert.ok(request.kind === 'effects');
        return Array.from({ length: request.count }, (_, index) => effect(request.from + index));
      },
    });
    const { simulation } = given(host);
    await simulation.begin({ kind: 'open', recording: RECORDING });
    await simulation.loadEffects('order-1', 'later');
    await simulation.loadEffects('order-1', 'later');
    await simulation.loadEffects('order-1', 'later');
    assert.equal(simulation.model.executions.get('order-1')?.window.to, 600);
    assert.deepEqual(host.kindsAsked(), ['open', 'effects', 'effects']);
  });
});

describe('a simulation that serves', () => {
  const ADDRESS = 'http://127.0.0.1:8080/';
  const SERVE = { target: { path: '/shop/till.c' }, record: RECORDING };

  class FakePortHost extends FakeHost {
    readonly address = ADDRESS;
  }

  const served = () =>
    order({ state: { kind: 'waiting', questions: [], promises: [], serving: true } });

  it('is stopped by cancelling it, when its clients have been answered', async () => {
    let close: () => void = () => {};
    const closed = new Promise<null>((resolve) => {
      close = () => resolve(null);
    });
    const host = new FakePortHost({ serve: () => null, snapshot: served, close: () => closed });
    const { simulation } = given();
    await simulation.serve(host, SERVE);
    assert.equal(simulation.model.address, ADDRESS);
    assert.equal(simulation.model.isServing, true);
    const cancelled = simulation.cancel();
    await turns();
    assert.deepEqual([simulation.model.isStopping, host.terminated], [true, false]);
    host.emit(changed([execution('order-1', { status: 'completed', endedAt: 1n })]));
    close();
    await cancelled;
    assert.equal(simulation.model.executions.get('order-1')?.summary.status, 'completed');
    assert.deepEqual(host.kindsAsked(), ['serve', 'snapshot', 'close']);
    assert.ok(host.terminated);
    assert.equal(simulation.model.isLive, false);
  });

  it('ends at once when it is cancelled again (S2)', async () => {
    const host = new FakePortHost({ serve: () => null, snapshot: served });
    const { simulation, clock, freed } = given();
    await simulation.serve(host, SERVE);
    const first = simulation.cancel();
    await turns();
    assert.equal(host.terminated, false);
    await simulation.cancel();
    assert.ok(host.terminated);
    clock.pass();
    await first;
    // By now somebody else may write there.
    assert.deepEqual(freed, [RECORDING]);
    assert.deepEqual(simulation.model.phase, { kind: 'stopped', message: 'stopped' });
  });
});

describe('the simulations of a window', () => {
  const ended = () =>
    new FakeHost({
      run: () => order({ state: { kind: 'ended' } }),
      branch: () => order({ state: { kind: 'ended' } }),
      close: () => null,
    });

  it('keep the hosts of the last ones only (L1)', async () => {
    const hosts = Array.from({ length: 8 }, ended);
    const simulations = new Simulations(given(...hosts).needs);
    for (const _ of hosts) await simulations.run('order', RUN.options).begun;
    await turns();
    assert.deepEqual(
      hosts.map(({ terminated }) => terminated),
      [true, true, true, true, false, false, false, false],
    );
    assert.equal(simulations.all.length, 8);
  });

  it('keep the host of one that is opened again for somebody, and let another go', async () => {
    const reopened = new FakeHost({
      open: () => order({ state: { kind: 'ended' } }),
      snapshot: () => order({ state: { kind: 'ended' } }),
    });
    const hosts = [...Array.from({ length: 8 }, ended), reopened];
    const simulations = new Simulations(given(...hosts).needs);
    for (const _ of hosts.slice(1)) await simulations.run('order', RUN.options).begun;
    await turns();
    await simulations.all[0]?.request({ kind: 'snapshot' });
    await turns();
    assert.deepEqual(
      hosts.map(({ terminated }) => terminated),
      [true, true, true, true, true, false, false, false, false],
    );
    assert.deepEqual(
      reopened.asked.map(({ kind }) => kind),
      ['open', 'snapshot'],
    );
  });

  it('name a branch after its fault, and run it from the recording', async () => {
    const hosts = [ended(), ended()];
    const simulations = new Simulations(given(...hosts).needs);
    const { simulation: first, begun } = simulations.run('order', RUN.options);
    await begun;
    const fault = { kind: 'crash', point: 'performed', at: { execution: 'order-1', seq: 1 } };
    const branch = simulations.branch(first, fault, { paceMs: 5 });
    await branch.begun;
    assert.equal(branch.simulation.title, 'order · crash after performing #1');
    assert.equal(branch.simulation.parent, first.id);
    assert.deepEqual(hosts[1]?.asked[0], {
      kind: 'branch',
      options: { recording: RECORDING, faults: [fault], paceMs: 5 },
    });
  });

  it('name a branch of a branch after the newest fault first', async () => {
    const simulations = new Simulations(given(ended(), ended(), ended()).needs);
    const { simulation: first, begun } = simulations.run('order · late', RUN.options);
    await begun;
    const at = { execution: 'order-1', seq: 1 };
    const crash = simulations.branch(first, { kind: 'crash', point: 'before', at }, { paceMs: 0 });
    await crash.begun;
    const loss = { kind: 'lose-request', at };
    const both = simulations.branch(crash.simulation, loss, { paceMs: 0 });
    await both.begun;
    assert.equal(both.simulation.title, 'order · late · request of #1 lost · crash before #1');
  });

  it('are what commands are about: the newest that is live', async () => {
    const live = new FakeHost({ run: () => order() });
    const simulations = new Simulations(given(live, ended()).needs);
    assert.equal(simulations.all.length, 0);
    await simulations.run('first', RUN.options).begun;
    await simulations.run('second', RUN.options).begun;
    assert.equal(simulations.current?.title, 'first');
    live.emit(ENDED);
    assert.equal(simulations.current?.title, 'second');
  });

  it('are cleared when they have ended, and only then', async () => {
    const live = new FakeHost({ run: () => order() });
    const gone = ended();
    const simulations = new Simulations(given(live, gone).needs);
    await simulations.run('live', RUN.options).begun;
    await simulations.run('ended', RUN.options).begun;
    simulations.clear();
    assert.deepEqual(
      simulations.all.map(({ title }) => title),
      ['live'],
    );
    assert.ok(gone.terminated);
  });

  it('do not open one recording twice', async () => {
    const host = new FakeHost({ open: () => order({ recorded: true, state: { kind: 'ended' } }) });
    const simulations = new Simulations(given(host).needs);
    const first = simulations.open('order.backstitch', RECORDING);
    await first.begun;
    assert.equal(simulations.open('order.backstitch', RECORDING).simulation, first.simulation);
  });

  it('make room for a new one when there are very many (L2)', async () => {
    const hosts = Array.from({ length: 101 }, ended);
    const simulations = new Simulations(given(...hosts).needs);
    for (const _ of hosts) await simulations.run('order', RUN.options).begun;
    assert.equal(simulations.all.length, 100);
    assert.equal(simulations.all[0]?.id, 2);
  });
});

describe('a simulation that a debug session attaches to', () => {
  it('is driven by it and by no other, until it leaves', async () => {
    const host = new FakeHost({ run: () => order() });
    const { simulation } = given(host);
    await simulation.begin(RUN);
    host.emit({ kind: 'state', state: { kind: 'running' }, now: 1n });
    assert.equal(simulation.isDriven, false);
    assert.equal(simulation.attachDebugger(), host);
    assert.equal(simulation.isDriven, true);
    assert.throws(() => simulation.attachDebugger(), /is being debugged already/);
    simulation.detachDebugger();
    assert.equal(simulation.attachDebugger(), host);
  });

  it('must not have ended', async () => {
    const host = new FakeHost({ run: () => order() });
    const { simulation } = given(host);
    await simulation.begin(RUN);
    host.emit(ENDED);
    assert.throws(() => simulation.attachDebugger(), /has ended/);
    assert.equal(simulation.isDriven, false);
  });

  it('keeps its host for as long, also when it has ended and others have theirs', async () => {
    const record = RECORDING;
    const recorded = () => new FakeHost({ run: () => order(), close: () => null });
    const hosts = Array.from({ length: 7 }, recorded);
    const simulations = new Simulations(given(...hosts).needs);
    const options = { ...RUN.options, record };
    const [first] = hosts;
    const { simulation, begun } = simulations.run('order', options);
    await begun;
    simulation.attachDebugger();
    first?.emit(ENDED);
    for (const host of hosts.slice(1)) {
      await simulations.run('order', options).begun;
      host.emit(ENDED);
    }
    await turns();
    assert.equal(hosts[1]?.terminated, true);
    assert.equal(simulation.hasHost, true);
  });
});
