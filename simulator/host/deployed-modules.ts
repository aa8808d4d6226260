/** The modules that faults of a plan deploy: read with the plan, and kept by recordings. */
import type { Workflow } from '../engine/workflow.ts';
import type { Fault, FaultPlan } from '../faults/fault.ts';
import { contentHash } from '../guest/content-hash.ts';
import type { GuestProgram } from '../guest/program.ts';
import type { ExecutionRow } from '../journal/records.ts';
import type { HostEnvironment } from './host-environment.ts';
import { HostRequestError } from './host-request-error.ts';
import {
  type LoadedModule,
  type LoadedSimulation,
  type LoadedWorkflow,
  readyWorkflow,
} from './loaded-simulation.ts';

/**
 * A simulation with the modules that its plan deploys. Throws what reading and building one throws.
 *
 * @param planFile from whose folder modules are named; undefined for that of before, or else that of
 *   the first program
 */
export async function withModules(
  { loadModule }: Pick<HostEnvironment, 'loadModule'>,
  given: LoadedSimulation,
  plan: FaultPlan,
  planFile: string | undefined,
): Promise<LoadedSimulation> {
  const loaded = planFile === undefined ? given : { ...given, planFile };
  const modules = new Map<string, LoadedModule>(loaded.modules);
  for (const fault of plan.faults) {
    if (fault.kind !== 'deploy' || modules.has(fault.module)) continue;
    const like = replacedBy(loaded, fault.workflow);
    if (like === undefined) continue;
    const { wasm, component, origin } = await loadModule(
      fault.module,
      like,
      besideOf(loaded, like),
    );
    modules.set(fault.module, { wasm, component, origin });
  }
  return modules.size === 0 ? loaded : { ...loaded, modules };
}

/** What can be deployed by hand, and what for. */
interface DeployingRun {
  readonly loaded: LoadedSimulation;
  addModule(name: string, module: LoadedModule): void;
}

/**
 * A fault by hand whose module, if it deploys one, is ready to run: a module of any place on this
 * machine, named as a plan would name it. Throws what reading and building it throws, and
 * HostRequestError for one that is not what it was when it was deployed before.
 */
export async function withOwnModule<F extends Fault>(
  environment: Pick<HostEnvironment, 'loadModule' | 'moduleName'>,
  run: DeployingRun,
  fault: F,
): Promise<F> {
  if (fault.kind !== 'deploy') return fault;
  const like = replacedBy(run.loaded, fault.workflow);
  if (like === undefined) return fault;
  const beside = besideOf(run.loaded, like);
  const module = environment.moduleName(fault.module, beside);
  const { wasm, component, origin } = await environment.loadModule(module, like, beside);
  const known = run.loaded.modules?.get(module);
  if (known === undefined) run.addModule(module, { wasm, component, origin });
  else if (contentHash(known.wasm) !== contentHash(wasm)) {
    throw new HostRequestError(
      `${module} has changed since it was loaded for this simulation, whose plan means one module ` +
        'by one name; give the new one another name',
    );
  }
  return { ...fault, module };
}

/** The file from whose folder modules are named. */
function besideOf({ planFile }: LoadedSimulation, like: LoadedWorkflow): string {
  return planFile ?? like.origin;
}

/** Makes the modules ready to run, by how plans name them; throws UnusableProgramError. */
export function readyPrograms(loaded: LoadedSimulation): ReadonlyMap<string, GuestProgram> {
  const programs = new Map<string, GuestProgram>();
  for (const [name, module] of loaded.modules ?? []) {
    const program = readyProgram(loaded, module);
    if (program !== undefined) programs.set(name, program);
  }
  return programs;
}

/** The same for one of them. */
export function readyProgram(
  loaded: LoadedSimulation,
  module: LoadedModule,
): GuestProgram | undefined {
  // The limit of a memory is part of a program that is made ready; it is that of the first.
  const like = replacedBy(loaded, undefined);
  return like && readyWorkflow({ ...like, ...module, mounts: [] }, 0n).program;
}

/** What an execution ran last: its workflow, with the program that was deployed for it. */
export function deployedWorkflow(
  workflow: Workflow,
  { module }: Pick<ExecutionRow, 'module'>,
  programs: ReadonlyMap<string, GuestProgram>,
): Workflow {
  if (workflow.program.hash === module) return workflow;
  const program = [...programs.values()].find(({ hash }) => hash === module);
  return program === undefined ? workflow : { ...workflow, program };
}

function replacedBy(
  { workflows }: LoadedSimulation,
  name: string | undefined,
): LoadedWorkflow | undefined {
  return workflows.find(({ config }) => config.name === name) ?? workflows[0];
}
