// The views' side against the host that ships: dist/simulator-host.js in a worker thread.
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { crashFault } from '../../../extension/model/fault-by-hand.ts';
import { decideInjection } from '../../../extension/model/injection.ts';
import { problemOf, startWorkerHost } from '../../../extension/simulations/host.ts';
import type { Simulation } from '../../../extension/simulations/simulation.ts';
import { Simulations } from '../../../extension/simulations/simulations.ts';
import { breakLockOfThisProcess } from '../../../simulator/cli/node/recording-lock.ts';
import { projectRoot } from '../../helpers/project-root.ts';

const HOST = join(projectRoot, 'dist/simulator-host.js');
const ORDER = join(projectRoot, 'examples/order/order.c');

/** `(module (memory (export "memory") 1) (func (export "_start") (loop (br 0))))` */
const LOOPING = Buffer.from(
  '0061736d01000000010401600000030201000503010001' +
    '071302066d656d6f72790200065f737461727400000a0901070003400c000b0b',
  'hex',
);

/** Resolves when the simulation is no longer live. */
function end(simulation: Simulation): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (!simulation.model.isLive) resolve();
    };
    simulation.onChange(look);
    look();
  });
}

describe('simulations in their hosts', () => {
  let folder: string;
  let simulations: Simulations;

  before(() => {
    assert.ok(existsSync(HOST), 'dist/simulator-host.js is missing; run "npm run build"');
    folder = mkdtempSync(join(tmpdir(), 'backstitch-hosts-'));
    simulations = new Simulations({
      startHost: () => startWorkerHost(HOST),
      freeRecording: breakLockOfThisProcess,
      wait: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    });
  });

  after(() => {
    simulations.dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  it('run, are broken in a branch, and recover with one charge', async () => {
    const record = join(folder, 'order.backstitch');
    const run = simulations.run('order', { target: { path: ORDER }, record });
    await run.begun;
    await end(run.simulation);
    const effects = run.simulation.model.executions.get('order-1')?.window.effects ?? [];
    const charge = effects.find(({ operation }) => operation === 'http.request');
    assert.ok(charge);

    const { source } =
      (await run.simulation.effect('order-1', charge.seq)).stack.find(({ user }) => user) ?? {};
    assert.equal(source?.file, ORDER);

    const place = { execution: 'order-1', seq: charge.seq };
    const decision = decideInjection(run.simulation.model, place);
    assert.deepEqual(decision, { kind: 'branch', recording: record });
    const fault = crashFault(place, 'performed');
    const options = { record: join(folder, 'branch.backstitch'), paceMs: 0 };
    const branch = simulations.branch(run.simulation, fault, options);
    await branch.begun;
    await end(branch.simulation);
    const execution = branch.simulation.model.executions.get('order-1');
    assert.equal(execution?.summary.status, 'completed');
    assert.equal(execution?.summary.attempts[0]?.outcome, 'crashed');
    const fired = execution?.traces.find(({ kind }) => kind === 'fault.fired');
    assert.equal(fired?.seq, charge.seq);
    const timeline = await branch.simulation.request({ kind: 'timeline', colors: false });
    assert.equal(timeline.match(/charged 4200/g)?.length, 1);
  });

  it('stop before each effect, and take a fault in where it comes next', async () => {
    const record = join(folder, 'paused.backstitch');
    const run = simulations.run('order', { target: { path: ORDER }, record, paused: true });
    const paused = new Promise<number>((resolve) => {
      run.simulation.onEvent((event) => {
        if (event.kind === 'state' && event.state.kind === 'paused') {
          resolve(event.state.seq ?? -1);
        }
      });
    });
    await run.begun;
    const seq = await paused;
    const place = { execution: 'order-1', seq };
    assert.deepEqual(decideInjection(run.simulation.model, place), { kind: 'live' });
    await run.simulation.requestLive({ kind: 'inject', fault: crashFault(place, 'before') });
    await run.simulation.requestLive({ kind: 'continue' });
    await end(run.simulation);
    const attempts = run.simulation.model.executions.get('order-1')?.summary.attempts;
    assert.equal(attempts?.[0]?.outcome, 'crashed');
    assert.match((await run.simulation.request({ kind: 'snapshot' })).plan, /"point": "before"/);
  });

  it('end at once when their program loops, and their recording opens again', async () => {
    const module = join(folder, 'loop.wasm');
    writeFileSync(module, LOOPING);
    const record = join(folder, 'loop.backstitch');
    const run = simulations.run('loop', { target: { path: module }, record, paceMs: 1 });
    await run.begun;
    await run.simulation.cancel();
    assert.deepEqual(run.simulation.model.phase, { kind: 'stopped', message: 'cancelled' });
    const timeline = await run.simulation.request({ kind: 'timeline', colors: false });
    assert.match(timeline, /loop-1/);
    assert.equal(run.simulation.model.recorded, true);
  });

  it('say why a program cannot run, with what to do', async () => {
    const module = join(folder, 'broken.wasm');
    writeFileSync(module, 'not a module');
    const run = simulations.run('broken', { target: { path: module } });
    const problem = problemOf(await run.begun.catch((error: unknown) => error));
    assert.equal(problem.severity, 'error');
    assert.match(problem.message, /not WebAssembly.*Compile the program/);
    assert.equal(run.simulation.model.phase.kind, 'failed');
    assert.equal(run.simulation.hasHost, false);
  });
});
