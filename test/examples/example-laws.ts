/** Runs examples as they are built from source, and holds the laws of the engine over them. */
import assert from 'node:assert/strict';
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
  expectKeysKept,
  expectOneOwner,
  expectReplayLaw,
  expectShownOnce,
  expectWholeJournals,
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

/** Builds the workflow of an example folder with the command of its configuration. */
export async function readyExample(folder: string, name: string): Promise<ReadyExample> {
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

/** Recorded runs end by themselves and replay to the same end, performing nothing. */
export function expectReplays(run: RunOfExample): void {
  for (const { id, status, reason } of run.simulation.executions)
    assert.equal(status, 'completed', `${id}: ${reason}`);
  expectReplayLaw(run);
}

/** Which points of an effect a crash is tried at. */
export type CrashPoints = (entry: Entry) => readonly EffectPoint[];

export const ALL_POINTS: CrashPoints = () => EFFECT_POINTS;

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
    for (const point of points(entry)) {
      const at = { execution: `${ready.workflow.config.name}-1`, seq: entry.seq };
      const run = runReady(ready, { faults: [{ kind: 'crash', point, at }] });
      try {
        assert.deepEqual(
          [...run.sink.faults.values()].map(({ fired }) => fired),
          [1],
        );
        for (const { status, reason } of run.simulation.executions)
          assert.equal(status, 'completed', reason);
        expectShownOnce(run);
        expectWholeJournals(run);
        expectOneOwner(run);
        expectKeysKept(run);
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
