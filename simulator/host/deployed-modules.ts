/** The modules that faults of a plan deploy: read with the plan, and kept by recordings. */
import type { Workflow } from '../engine/workflow.ts';
import type { FaultPlan } from '../faults/fault.ts';
import type { GuestProgram } from '../guest/program.ts';
import type { ExecutionRow } from '../journal/records.ts';
import type { HostEnvironment } from './host-environment.ts';
import {
  type LoadedModule,
  type LoadedSimulation,
  type LoadedWorkflow,
  readyWorkflow,
} from './loaded-simulation.ts';

/**
 * A simulation with the modules that its plan deploys. Throws what reading and building one throws.
 *
 * @param planFile from whose folder modules are named; undefined for that of the first program
 */
export async function withModules(
  { loadModule }: Pick<HostEnvironment, 'loadModule'>,
  loaded: LoadedSimulation,
  plan: FaultPlan,
  planFile: string | undefined,
): Promise<LoadedSimulation> {
  const modules = new Map<string, LoadedModule>(loaded.modules);
  for (const fault of plan.faults) {
    if (fault.kind !== 'deploy' || modules.has(fault.module)) continue;
    const like = replacedBy(loaded, fault.workflow);
    if (like === undefined) continue;
    const beside = planFile ?? like.origin;
    const { wasm, component, origin } = await loadModule(fault.module, like, beside);
    modules.set(fault.module, { wasm, component, origin });
  }
  return modules.size === 0 ? loaded : { ...loaded, modules };
}

/** Makes the modules ready to run, by how plans name them; throws UnusableProgramError. */
export function readyPrograms(loaded: LoadedSimulation): ReadonlyMap<string, GuestProgram> {
  const programs = new Map<string, GuestProgram>();
  for (const [name, module] of loaded.modules ?? []) {
    // The limit of a memory is part of a program that is made ready; it is that of the first.
    const like = replacedBy(loaded, undefined);
    if (like === undefined) continue;
    const { program } = readyWorkflow({ ...like, ...module, mounts: [] }, 0n);
    programs.set(name, program);
  }
  return programs;
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
