/** Runs examples as they are built from source, and holds the laws of the engine over them. */
import assert from 'node:assert/strict';
import { isSafeMethod } from '../../simulator/effects/http.ts';
import type { ShownOutput } from '../../simulator/engine/journal-store.ts';
import { Simulation } from '../../simulator/engine/simulation.ts';
import type { Workflow } from '../../simulator/engine/workflow.ts';
import { EFFECT_POINTS, type EffectPoint } from '../../simulator/faults/fault.ts';
import { parsePlan } from '../../simulator/faults/plan.ts';
import { readyVolumes, readyWorkflow } from '../../simulator/host/loaded-simulation.ts';
import type { Entry } from '../../simulator/journal/entry.ts';
import { MemorySink } from '../helpers/memory-sink.ts';
import type { Simulated } from '../helpers/simulate.ts';
import {
  expectOneOwner,
  expectReplayLaw,
  expectShownOnce,
  expectWholeJournals,
  replayOf,
} from '../property/laws.ts';
import { type Example, loadExample } from './run-example.ts';

const NO_FAULTS = { faults: [] };

/** An example that is built and compiled, to be run many times. */
export interface ReadyExample {
  readonly example: Example;
  readonly workflow: Workflow;
}

export interface RunOfExample extends Simulated {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
  readonly entries: readonly Entry[];
}

const readied = new Map<string, Promise<ReadyExample>>();

/** Builds the workflow of an example folder with the command of its configuration, once a process. */
export function readyExample(folder: string, name: string): Promise<ReadyExample> {
  const id = `${folder}/${name}`;
  const known = readied.get(id) ?? buildExample(folder, name);
  readied.set(id, known);
  return known;
}

async function buildExample(folder: string, name: string): Promise<ReadyExample> {
  const example = await loadExample(folder, name);
  const [workflow] = example.loaded.workflows;
  assert.ok(workflow !== undefined, `${folder} has no workflow ${name}`);
  return { example, workflow: readyWorkflow(workflow, example.loaded.world.startUnixNanos) };
}

/** Runs one execution to its end under a fault plan, given as its JSON. */
export function runReady(
  { example: { loaded, loadService }, workflow }: ReadyExample,
  plan: object = NO_FAULTS,
): RunOfExample {
  const sink = new MemorySink();
  const outputs: ShownOutput[] = [];
  const { startUnixNanos } = loaded.world;
  const simulation = new Simulation({
    world: loaded.world,
    plan: parsePlan(JSON.stringify(plan), 'plan.json'),
    sink,
    servicePrograms: new Map(
      [...loaded.services].map(([name, source]) => [name, loadService(name, source)]),
    ),
    volumes: readyVolumes(loaded, () => startUnixNanos),
    observer: { onOutput: (output) => outputs.push(output) },
  });
  const execution = simulation.start(workflow);
  simulation.run();
  const shown = (stream: 'stdout' | 'stderr' | undefined) =>
    Buffer.concat(
      outputs
        .filter((each) => stream === undefined || each.stream === stream)
        .map((one) => one.bytes),
    ).toString();
  return {
    simulation,
    sink,
    outputs,
    workflow,
    text: () => shown(undefined),
    exitCode: execution.exitCode,
    stdout: shown('stdout'),
    stderr: shown('stderr'),
    entries: sink.entries.get(execution.id) ?? [],
  };
}

/** A recorded run has ended by itself; it and every beginning of it replay, performing nothing. */
export function expectReplays(run: RunOfExample): void {
  expectEnded(run);
  expectReplayLaw(run);
}

/** The same of the whole run alone, for programs of which one instance takes long to make. */
export function expectWholeReplays(run: RunOfExample): void {
  expectEnded(run);
  const { steps } = run.simulation.agenda;
  const rows = run.sink.ledgerRows.length;
  for (const { id } of run.simulation.executions) {
    const end = replayOf(run, id, run.entries);
    assert.equal(end.kind, 'finished', end.kind === 'diverged' ? end.error.message : end.kind);
    assert.deepEqual(end.outcome, { kind: 'exited', code: run.exitCode });
    assert.equal(end.replayed, run.entries.length);
  }
  assert.equal(run.simulation.agenda.steps, steps);
  assert.equal(run.sink.ledgerRows.length, rows);
}

function expectEnded({ simulation }: RunOfExample): void {
  for (const { id, status, reason } of simulation.executions)
    assert.equal(status, 'completed', `${id}: ${reason}`);
}

/** Every unsafe request has a key, and all requests with one key are the same request. */
function expectKeys({ sink }: RunOfExample): void {
  const requests = new Map<string, string>();
  for (const { method, url, key, body } of sink.ledgerRows) {
    if (isSafeMethod(method)) continue;
    assert.ok(key !== undefined, `${method} ${url} has no key`);
    const request = `${method} ${url} ${Buffer.from(body).toString()}`;
    assert.equal(requests.get(key) ?? request, request);
    requests.set(key, request);
  }
}

/** Which points of an effect a crash is tried at, given the effect before it too. */
export type CrashPoints = (entry: Entry, before: Entry | undefined) => readonly EffectPoint[];

export const ALL_POINTS: CrashPoints = () => EFFECT_POINTS;

/**
 * For programs that bring a whole engine along: an instance takes long to make, and they read the clock
 * and draw random bytes dozens of times in a row. Of such a row, and of a row of outputs, the first is
 * enough; calls and waits are tried at every point.
 */
export const FEW_POINTS: CrashPoints = ({ operation: { name, class: effectClass } }, before) => {
  if (effectClass === 'call' || effectClass === 'wait') return EFFECT_POINTS;
  return before?.operation.name === name ? [] : ['performed'];
};

/**
 * Runs an example once for each crash point of its effects and gives each run to `check`, which says
 * how it has to have ended. What holds for every recovered run is checked here. Returns how many
 * crashes there were.
 */
export function expectCrashLaw(
  ready: ReadyExample,
  check: (run: RunOfExample) => void,
  points: CrashPoints = ALL_POINTS,
): number {
  const { entries } = runReady(ready);
  let crashes = 0;
  for (const entry of entries) {
    for (const point of points(entry, entries[entry.seq - 1])) {
      const at = { execution: `${ready.workflow.config.name}-1`, seq: entry.seq };
      const run = runReady(ready, { faults: [{ kind: 'crash', point, at }] });
      try {
        assert.deepEqual(
          [...run.sink.faults.values()].map(({ fired }) => fired),
          [1],
        );
        expectEnded(run);
        expectShownOnce(run);
        expectWholeJournals(run);
        expectOneOwner(run);
        expectKeys(run);
        check(run);
      } catch (cause) {
        throw new Error(`crash at the point "${point}" of #${entry.seq}`, { cause });
      }
      crashes++;
    }
  }
  return crashes;
}

/** What the services noted in their ledgers, as `<service>: <note>`. */
export function notesOf({ sink }: RunOfExample): readonly string[] {
  return sink.ledgerRows.flatMap(({ service, note }) => (note ? [`${service}: ${note}`] : []));
}
