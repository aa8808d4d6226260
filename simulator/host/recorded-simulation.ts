import { operationByName } from '../effects/registry.ts';
import type { Workflow } from '../engine/workflow.ts';
import type { FaultPlan } from '../faults/fault.ts';
import { parseFault, parsePlan } from '../faults/plan.ts';
import type { ComponentTranspiler } from '../guest/component/transpiled-component.ts';
import type { ExecutionId } from '../journal/entry.ts';
import type { History } from '../journal/history.ts';
import { openRecording, type Recording } from '../journal/recording.ts';
import type { RecordingSource } from '../journal/recording-files.ts';
import type { FaultRow } from '../journal/records.ts';
import type { SqlLoader } from '../journal/sql-engine.ts';
import { deployedWorkflow, readyPrograms } from './deployed-modules.ts';
import type { HostEnvironment } from './host-environment.ts';
import {
  type LoadedModule,
  type LoadedSimulation,
  type LoadedWorkflow,
  MissingSetupError,
  readSetup,
  readyWorkflow,
  transpileProgram,
} from './loaded-simulation.ts';
import type { SimulationView } from './simulation-run.ts';

/** Opens a recording to be looked at; throws RecordingError. */
export async function openSimulation(
  source: RecordingSource,
  sql: SqlLoader,
  transpiler: ComponentTranspiler,
): Promise<RecordedSimulation> {
  const recorded = new RecordedSimulation(await openRecording({ source, sql, operationByName }));
  await recorded.transpile(transpiler);
  return recorded;
}

/** Opens a recording of a host's machine; throws RecordingError. */
export function openRecorded(
  { source, sql, transpilerFor }: Pick<HostEnvironment, 'source' | 'sql' | 'transpilerFor'>,
  path: string,
): Promise<RecordedSimulation> {
  return openSimulation(source(path), sql, transpilerFor(path));
}

/** A simulation as a recording has it. What is asked for is read once and kept. */
export class RecordedSimulation implements SimulationView {
  private setup: LoadedSimulation | undefined;
  /** By the workflow's name and the hash of the module that an execution ran last. */
  private readonly workflows = new Map<string, Workflow>();
  /** Why a workflow's component cannot run any more, by the workflow's name. */
  private readonly unusable = new Map<string, unknown>();

  constructor(readonly recording: Recording) {}

  get history(): History {
    return this.recording;
  }

  /** What it started from; throws MissingSetupError. */
  loaded(): LoadedSimulation {
    this.setup ??= readSetup(this.recording);
    return this.setup;
  }

  /** Makes its components ready to be replayed. One that cannot be still lets the rest be seen. */
  async transpile(transpiler: ComponentTranspiler): Promise<void> {
    const loaded = this.loadedIfAny();
    if (loaded === undefined) return;
    const workflows: LoadedWorkflow[] = [];
    for (const workflow of loaded.workflows) {
      const { wasm, origin, config } = workflow;
      try {
        const component = await transpileProgram(wasm, origin, transpiler);
        workflows.push({ ...workflow, component });
      } catch (error) {
        this.unusable.set(config.name, error);
        workflows.push(workflow);
      }
    }
    const modules = new Map<string, LoadedModule>();
    for (const [name, module] of loaded.modules ?? []) {
      const component = await transpileProgram(module.wasm, module.origin, transpiler);
      modules.set(name, { ...module, component });
    }
    this.setup = modules.size === 0 ? { ...loaded, workflows } : { ...loaded, workflows, modules };
  }

  private loadedIfAny(): LoadedSimulation | undefined {
    try {
      return this.loaded();
    } catch (error) {
      // Whoever wants to replay it is told.
      if (error instanceof MissingSetupError) return undefined;
      throw error;
    }
  }

  /** The fault plan, with everything that was injected by hand. */
  plan(): FaultPlan {
    return this.planOf(this.history.faults());
  }

  /** The fault plan as it was before anything was injected. */
  configuredPlan(): FaultPlan {
    return this.planOf(this.history.faults().filter(({ injected }) => !injected));
  }

  private planOf(rows: readonly FaultRow[]): FaultPlan {
    const { name } = this.recording;
    const faults = rows.map(({ plan }) => parseFault(plan, name));
    // What is written down at the start has all that a plan has besides faults, too.
    const begun = parsePlan(this.recording.meta().get('plan') ?? '{"faults": []}', name);
    return { ...begun, faults };
  }

  workflowOf(execution: ExecutionId): Workflow {
    const row = this.history.execution(execution);
    if (row === undefined) throw new Error(`the recording has no execution ${execution}`);
    const key = `${row.workflow} ${row.module}`;
    const known = this.workflows.get(key);
    if (known !== undefined) return known;
    const { workflows, world } = this.loaded();
    const loaded = workflows.find(({ config }) => config.name === row.workflow);
    if (loaded === undefined) throw new Error(`the recording has no workflow ${row.workflow}`);
    if (this.unusable.has(row.workflow)) throw this.unusable.get(row.workflow);
    const begun = readyWorkflow(loaded, world.startUnixNanos);
    const workflow = deployedWorkflow(begun, row, readyPrograms(this.loaded()));
    this.workflows.set(key, workflow);
    return workflow;
  }

  close(): void {
    this.recording.close();
  }
}
