import {
  defaultWorkflow,
  defaultWorld,
  type WorkflowConfig,
  type WorldConfig,
} from '../../simulator/config/config.ts';
import type { ShownOutput } from '../../simulator/engine/journal-store.ts';
import { Simulation, type SimulationSetup } from '../../simulator/engine/simulation.ts';
import type { Workflow } from '../../simulator/engine/workflow.ts';
import { EMPTY_PLAN } from '../../simulator/faults/fault.ts';
import { parsePlan } from '../../simulator/faults/plan.ts';
import type { GuestProgram } from '../../simulator/guest/program.ts';
import { MemoryTree } from '../../simulator/world/files/memory-tree.ts';
import { Volume } from '../../simulator/world/files/volume.ts';
import type { ResponsePiece, ServiceProgram } from '../../simulator/world/service.ts';
import { MemorySink } from './memory-sink.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** How long after one another the pieces of a body come, in virtual nanoseconds. */
const PIECE_NANOS = 200_000_000n;

/** The pieces of an answer: as many as its path says (`/p3`), and one otherwise. */
function piecesOf(url: string, text: string): readonly ResponsePiece[] {
  const count = Number(/\/p(\d+)$/.exec(url)?.[1] ?? 1);
  const size = Math.ceil(text.length / count);
  return Array.from({ length: count }, (_, index) => ({
    bytes: encoder.encode(text.slice(index * size, (index + 1) * size)),
    delayNanos: index === 0 ? 0n : PIECE_NANOS,
  }));
}

/** Counts up and says so; honours Idempotency-Key by giving the first answer again. */
export function countingService(): ServiceProgram {
  const answers = new Map<string, string>();
  let count = 0;
  return {
    handle: (request, { key }) => {
      const known = key === undefined ? undefined : answers.get(key);
      const text = known ?? `${request.method} is number ${++count}`;
      if (key !== undefined) answers.set(key, text);
      return {
        status: 200,
        headers: [],
        pieces: piecesOf(request.url, text),
        delayNanos: 0n,
        note: known === undefined ? `counted ${count}` : 'repeated',
      };
    },
  };
}

/** How plans name the program that runs anyway, to deploy it once more. */
export const SAME_PROGRAM = 'order-v2.wasm';

export interface ScriptOptions {
  readonly args: readonly string[];
  readonly plan?: object;
  readonly world?: Partial<WorldConfig>;
  readonly workflow?: Partial<WorkflowConfig>;
  readonly stdin?: string;
  readonly stdinEnds?: boolean;
  readonly setup?: Partial<SimulationSetup>;
  /** How many executions are started. */
  readonly count?: number;
}

export interface Simulated {
  readonly simulation: Simulation;
  readonly sink: MemorySink;
  readonly outputs: ShownOutput[];
  readonly workflow: Workflow;
  /** What one execution, the first unless it is named, has printed. */
  text(execution?: string): string;
}

/** A world with one service `counter` and one volume `shared`, and a program started in it. */
export function simulate(program: GuestProgram, options: ScriptOptions): Simulated {
  const sink = new MemorySink();
  const outputs: ShownOutput[] = [];
  const world = { ...testWorld(), ...options.world };
  const plan =
    options.plan === undefined ? EMPTY_PLAN : parsePlan(JSON.stringify(options.plan), 'plan');
  const tree = new MemoryTree({ now: () => world.startUnixNanos });
  const simulation = new Simulation({
    world,
    plan,
    sink,
    servicePrograms: new Map([['counter', countingService()]]),
    volumes: new Map([['shared', new Volume('shared', tree)]]),
    observer: { onOutput: (output) => outputs.push(output) },
    programs: new Map([[SAME_PROGRAM, program]]),
    ...options.setup,
  });
  const workflow: Workflow = {
    config: {
      ...defaultWorkflow('script', { kind: 'module', module: 'script.wasm', build: undefined }),
      args: options.args,
      ...options.workflow,
    },
    program,
    stdin: encoder.encode(options.stdin ?? ''),
    stdinEnds: options.stdinEnds ?? true,
    mounts: [{ kind: 'volume', path: '/shared', volume: 'shared', readOnly: false }],
  };
  for (let index = 0; index < (options.count ?? 1); index++) simulation.start(workflow);
  const text = (execution = 'script-1'): string =>
    outputs
      .filter((output) => output.execution === execution)
      .map((output) => decoder.decode(output.bytes))
      .join('');
  return { simulation, sink, outputs, workflow, text };
}

function testWorld(): WorldConfig {
  const world = defaultWorld();
  const counter = { name: 'counter', script: 'none', hosts: ['counter'], latencyNanos: 1_000_000n };
  return { ...world, services: [counter] };
}
