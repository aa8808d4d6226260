// What the editor serves, with the host that ships and real clients.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import { crashFault } from '../../../extension/model/fault-by-hand.ts';
import { decideInjection } from '../../../extension/model/injection.ts';
import type { SimulationModel } from '../../../extension/model/simulation-model.ts';
import { problemOf, startWorkerHost } from '../../../extension/simulations/host.ts';
import { ServingHost } from '../../../extension/simulations/serving-host.ts';
import type { Simulation } from '../../../extension/simulations/simulation.ts';
import { Simulations } from '../../../extension/simulations/simulations.ts';
import { breakLockOfThisProcess } from '../../../simulator/cli/node/recording-lock.ts';
import type { ServeOptions } from '../../../simulator/host/protocol.ts';
import { partPath } from '../../../simulator/host/recording-part.ts';
import { handlerComponent } from '../../helpers/handler-component.ts';
import { buildProgram, closeBuilder } from '../../helpers/programs.ts';
import { projectRoot } from '../../helpers/project-root.ts';

const HOST = join(projectRoot, 'dist/simulator-host.js');
const SERVE = join(projectRoot, 'examples/serve/backstitch.json');

/** Resolves as soon as the model is so. */
function until({ model, onChange }: Simulation, fits: (model: SimulationModel) => boolean) {
  return new Promise<void>((resolve) => {
    const look = () => {
      if (fits(model)) resolve();
    };
    onChange(look);
    look();
  });
}

function client({ model }: Simulation): Socket {
  const { hostname, port } = new URL(model.address ?? '');
  return connect(Number(port), hostname);
}

/** All that the server says, when it has closed the connection. */
async function answerTo(socket: Socket, request: string): Promise<string> {
  let text = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  socket.once('end', () => socket.end());
  socket.write(request);
  await new Promise((resolve) => socket.once('close', resolve));
  return text;
}

const LINES = {
  workflows: { lines: { module: 'lines.wasm', limits: { secondsBetweenEffects: 1 } } },
};

const STEPS_MAX = 20;

/** Performs one effect; resolves when it has stopped before the next. */
async function step(simulation: Simulation): Promise<void> {
  const stopped = new Promise<void>((resolve) => {
    const listening = simulation.onEvent((event) => {
      if (event.kind !== 'state' || event.state.kind === 'running') return;
      listening.dispose();
      resolve();
    });
  });
  await simulation.requestLive({ kind: 'step' });
  await stopped;
}

function hasRead({ executions }: SimulationModel, execution: string): boolean {
  const effects = executions.get(execution)?.window.effects ?? [];
  return effects.some(({ operation }) => operation === 'stdin.read');
}

const charge = (cents: string) =>
  `POST /charges HTTP/1.0\r\nContent-Length: ${cents.length}\r\n\r\n${cents}`;

describe('a program that the editor serves', () => {
  let folder: string;
  let simulations: Simulations;
  let recordings = 0;

  before(() => {
    assert.ok(existsSync(HOST), 'dist/simulator-host.js is missing; run "npm run build"');
    folder = mkdtempSync(join(tmpdir(), 'backstitch-serving-'));
    simulations = new Simulations({
      startHost: () => startWorkerHost(HOST),
      freeRecording: breakLockOfThisProcess,
      wait: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds).unref()),
    });
  });

  afterEach(async () => {
    for (const simulation of simulations.all) await simulation.cancel();
    simulations.clear();
  });

  after(async () => {
    await closeBuilder();
    simulations.dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  function serve(port = 0, options: Pick<ServeOptions, 'parts'> = {}) {
    const host = new ServingHost({ script: HOST, port, onNote: () => {} });
    const record = join(folder, `till-${++recordings}.backstitch`);
    const target = { path: SERVE, workflow: 'till' };
    return simulations.serve('till', host, { target, record, faults: 'none', ...options });
  }

  async function served(): Promise<Simulation> {
    const { simulation, begun } = serve();
    await begun;
    return simulation;
  }

  it('runs one execution for each connection, and is recorded', async () => {
    const simulation = await served();
    assert.match(simulation.model.address ?? '', /^tcp:\/\/127\.0\.0\.1:\d+$/);
    assert.match(await answerTo(client(simulation), charge('4200')), /receipt 1: 4200 cents/);
    assert.match(await answerTo(client(simulation), charge('5')), /receipt 2: 5 cents/);
    await until(simulation, ({ executions }) => {
      return ['till-1', 'till-2'].every((id) => executions.get(id)?.summary.endedAt !== undefined);
    });
    const effects = simulation.model.executions.get('till-1')?.window.effects ?? [];
    assert.ok(effects.some(({ operation }) => operation === 'http.request'));
    assert.equal(simulation.model.isServing, true);

    await simulation.cancel();
    assert.deepEqual(simulation.model.phase, { kind: 'stopped', message: 'stopped' });
    const { recording = '' } = simulation.model;
    assert.ok(existsSync(recording) && !existsSync(`${recording}-log`), 'it is not folded');
    const refused = client(simulation);
    const [error] = await new Promise<Error[]>((resolve) => {
      refused.once('error', (problem) => resolve([problem]));
      refused.once('connect', () => resolve([]));
    });
    assert.ok(error, 'the port is still open');
    const timeline = await simulation.request({ kind: 'timeline', colors: false });
    assert.match(timeline, /till-2/);
    assert.deepEqual([...simulation.model.executions.keys()], ['till-1', 'till-2']);
  });

  it('is recorded in parts, of which the last can be looked at when it has stopped', async () => {
    const { simulation, begun } = serve(0, { parts: { executions: 1, logBytes: 2 ** 30 } });
    await begun;
    const first = simulation.model.recording ?? '';
    for (const cents of ['4200', '5']) {
      const before = simulation.model.recording;
      assert.match(await answerTo(client(simulation), charge(cents)), /receipt/);
      await until(simulation, ({ recording }) => recording !== before);
    }
    assert.equal(simulation.model.recording, partPath(first, 3));
    await simulation.cancel();
    for (const part of [1, 2, 3].map((number) => partPath(first, number))) {
      assert.ok(existsSync(part) && !existsSync(`${part}-log`), `${part} is not folded`);
    }
    assert.equal(simulation.model.recording, partPath(first, 3));
    assert.equal(typeof (await simulation.request({ kind: 'timeline', colors: false })), 'string');
  });

  it('is held before its next client, broken there, and charges once', async () => {
    const simulation = await served();
    await simulation.requestLive({ kind: 'pause' });
    const answer = answerTo(client(simulation), charge('4200'));
    await until(simulation, ({ executions }) => executions.has('till-1'));
    assert.equal(simulation.model.phase.kind, 'paused');
    for (let steps = 0; !hasRead(simulation.model, 'till-1'); steps++) {
      assert.ok(steps < STEPS_MAX, 'it has not read its input');
      await step(simulation);
    }
    const { phase } = simulation.model;
    assert.ok(phase.kind === 'paused' && phase.seq !== undefined, phase.kind);
    const place = { execution: 'till-1', seq: phase.seq };
    assert.deepEqual(decideInjection(simulation.model, place), { kind: 'live' });
    await simulation.requestLive({ kind: 'inject', fault: crashFault(place, 'performed') });
    await simulation.requestLive({ kind: 'continue' });
    assert.match(await answer, /receipt 1: 4200 cents/);
    await until(simulation, ({ executions }) => {
      return executions.get('till-1')?.summary.endedAt !== undefined;
    });
    const { summary } = simulation.model.executions.get('till-1') ?? assert.fail();
    assert.equal(summary.status, 'completed');
    assert.equal(summary.attempts[0]?.outcome, 'crashed');
    assert.match(await answerTo(client(simulation), 'GET /total HTTP/1.0\r\n\r\n'), /4200/);
  });

  it('is stopped and run again with a fault that its recording lacks', async () => {
    const simulation = await served();
    await answerTo(client(simulation), charge('4200'));
    await until(simulation, ({ executions }) => {
      return executions.get('till-1')?.summary.endedAt !== undefined;
    });
    const effects = simulation.model.executions.get('till-1')?.window.effects ?? [];
    const call = effects.find(({ operation }) => operation === 'http.request') ?? assert.fail();
    const place = { execution: 'till-1', seq: call.seq };
    assert.equal(decideInjection(simulation.model, place).kind, 'stop-and-branch');
    await simulation.stopHere();
    const record = join(folder, 'branch.backstitch');
    const fault = crashFault(place, 'performed');
    const branch = simulations.branch(simulation, fault, { record, paceMs: 0 });
    await branch.begun;
    await until(branch.simulation, ({ isLive }) => !isLive);
    const { summary } = branch.simulation.model.executions.get('till-1') ?? assert.fail();
    assert.equal(summary.attempts[0]?.outcome, 'crashed');
    assert.equal(summary.status, 'completed');
  });

  it('goes on after a program that computes for ever, and is still shown', async () => {
    const own = join(folder, 'lines');
    mkdirSync(own);
    const { bytes } = await buildProgram('test/fixtures/programs/lines.c');
    writeFileSync(join(own, 'lines.wasm'), bytes);
    writeFileSync(join(own, 'backstitch.json'), JSON.stringify(LINES));
    const host = new ServingHost({ script: HOST, port: 0, onNote: () => {} });
    const record = join(own, 'lines.backstitch');
    const { simulation, begun } = simulations.serve('lines', host, {
      target: { path: own },
      record,
    });
    await begun;
    const told: string[] = [];
    simulation.onEvent((event) => {
      if (event.kind === 'problem') told.push(event.problem.code);
    });
    assert.equal(await answerTo(client(simulation), 'loop\n'), '');
    assert.deepEqual(told, ['stuck']);
    assert.equal(await answerTo(client(simulation), 'say after\nquit\n'), 'after\n');
    await until(simulation, ({ executions }) => {
      return executions.get('lines-2')?.summary.endedAt !== undefined;
    });
    assert.equal(simulation.model.executions.get('lines-1')?.summary.status, 'cancelled');
    await simulation.cancel();
    assert.equal(simulation.model.recording, record);
    assert.deepEqual(
      readdirSync(own).filter((name) => name.startsWith('lines.backstitch')),
      ['lines.backstitch'],
    );
    const results = await simulation.request({ kind: 'verify' });
    assert.deepEqual(
      results.map(({ kind, execution }) => [kind, execution]),
      [
        ['same', 'lines-1'],
        ['same', 'lines-2'],
      ],
    );
  });

  it('answers HTTP where its program does, and cuts what is held when it is ended', async () => {
    const module = join(folder, 'handler.wasm');
    writeFileSync(module, await handlerComponent());
    const notes: string[] = [];
    const host = new ServingHost({ script: HOST, port: 0, onNote: (text) => notes.push(text) });
    const record = join(folder, 'handler.backstitch');
    const { simulation, begun } = simulations.serve('handler', host, {
      target: { path: module },
      record,
    });
    await begun;
    const { address = '' } = simulation.model;
    assert.match(address, /^http:\/\/127\.0\.0\.1:\d+\/$/);
    const hello = await fetch(`${address}hello`);
    assert.equal(await hello.text(), 'hello\n');
    assert.equal(hello.headers.get('backstitch-execution'), 'handler-1');
    await until(simulation, ({ executions }) => {
      return executions.get('handler-1')?.summary.status === 'completed';
    });
    assert.deepEqual(notes, ['GET /hello -> 200  handler-1, completed']);

    await simulation.requestLive({ kind: 'pause' });
    const held = fetch(`${address}hello`).then(
      () => 'answered',
      () => 'cut',
    );
    await until(simulation, ({ executions }) => executions.has('handler-2'));
    void simulation.cancel();
    assert.equal(simulation.model.isStopping, true);
    await simulation.cancel();
    assert.equal(await held, 'cut');
    const timeline = await simulation.request({ kind: 'timeline', colors: false });
    assert.match(timeline, /handler-2/);
  });

  it('says which port it cannot have, and where another is chosen', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const address = other.address();
    assert.ok(typeof address === 'object' && address !== null);
    const { simulation, begun } = serve(address.port);
    const problem = problemOf(await begun.catch((error: unknown) => error));
    other.close();
    assert.equal(problem.code, 'no-port');
    assert.match(problem.message, new RegExp(`port ${address.port} .*backstitch\\.serve\\.port`));
    assert.equal(simulation.model.phase.kind, 'failed');
    assert.equal(simulation.hasHost, false);
  });

  it('says why a program cannot be served, with what to do', async () => {
    const host = new ServingHost({ script: HOST, port: 0, onNote: () => {} });
    const record = join(folder, 'none.backstitch');
    const target = { path: join(folder, 'none.wasm') };
    const { simulation, begun } = simulations.serve('none', host, { target, record });
    const problem = problemOf(await begun.catch((error: unknown) => error));
    assert.match(problem.message, /none\.wasm/);
    assert.equal(simulation.model.phase.kind, 'failed');
  });
});
