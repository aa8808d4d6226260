import { join } from 'node:path';
import { SourceBuilder } from '../../simulator/cli/node/build-source.ts';
import { loadTarget } from '../../simulator/cli/node/load-target.ts';
import { serviceLoader } from '../../simulator/cli/node/service-runtime.ts';
import { Simulation } from '../../simulator/engine/simulation.ts';
import { parsePlan } from '../../simulator/faults/plan.ts';
import {
  type LoadedSimulation,
  readyVolumes,
  readyWorkflow,
} from '../../simulator/host/loaded-simulation.ts';
import type { ServiceLoader } from '../../simulator/host/simulation-run.ts';
import { testComponents } from '../helpers/components.ts';
import { MemorySink } from '../helpers/memory-sink.ts';
import { projectRoot } from '../helpers/project-root.ts';

/** Those in examples/wrong: in C, but for retry-double-send, which is in AssemblyScript. */
export const WRONG_EXAMPLES = [
  'charge-without-key',
  'check-then-act',
  'lease-wall-clock',
  'lost-update',
  'retry-double-send',
  'time-branch',
];

const builder = new SourceBuilder({
  includeFolders: [join(projectRoot, 'examples/include')],
  environment: process.env,
});

const noSql = (): never => {
  throw new Error('no example reads a recording');
};

/** Ends the compilers; the test file calls this after its tests. */
export function closeExamples(): Promise<void> {
  return builder.close();
}

export interface Example {
  readonly loaded: LoadedSimulation;
  readonly loadService: ServiceLoader;
  /** The module of its checks, if it has any. */
  readonly checks?: string | undefined;
}

/** Reads and builds a workflow of an example folder, exactly as the command line does. */
export async function loadExample(folder: string, workflow: string): Promise<Example> {
  const path = join(projectRoot, 'examples', folder);
  const target = { path, workflow };
  const { loaded, checks } = await loadTarget(target, builder, testComponents(), noSql);
  return { loaded, loadService: await serviceLoader(loaded.services), checks };
}

export interface ExampleRun {
  readonly sink: MemorySink;
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a loaded example to its end under a fault plan, given as its JSON. */
export function runExample(
  { loaded, loadService }: Example,
  plan: object = { faults: [] },
): ExampleRun {
  const sink = new MemorySink();
  const texts = { stdout: '', stderr: '' };
  const { startUnixNanos } = loaded.world;
  const simulation: Simulation = new Simulation({
    world: loaded.world,
    plan: parsePlan(JSON.stringify(plan), 'plan.json'),
    sink,
    servicePrograms: new Map(
      [...loaded.services].map(([name, source]) => [name, loadService(name, source)]),
    ),
    volumes: readyVolumes(loaded, () => startUnixNanos),
    observer: {
      onOutput: ({ stream, bytes }) => {
        texts[stream] += new TextDecoder().decode(bytes);
      },
    },
  });
  for (const workflow of loaded.workflows)
    simulation.start(readyWorkflow(workflow, startUnixNanos));
  simulation.run();
  return { sink, exitCode: simulation.executions[0]?.exitCode, ...texts };
}
