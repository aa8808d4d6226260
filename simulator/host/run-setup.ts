import { checkWorld } from '../faults/check-world.ts';
import type { FaultPlan } from '../faults/fault.ts';
import { PlanError } from '../faults/plan.ts';
import { HostRequestError } from './host-request-error.ts';
import type { LoadedSimulation } from './loaded-simulation.ts';
import type { RunOptions } from './protocol.ts';

/** A simulation with what a run's options change of it. */
export function withOptions(loaded: LoadedSimulation, options: RunOptions): LoadedSimulation {
  const { seed, persistence } = options;
  return {
    ...loaded,
    world: seed === undefined ? loaded.world : { ...loaded.world, seed },
    workflows: loaded.workflows.map((workflow) =>
      persistence === undefined
        ? workflow
        : { ...workflow, config: { ...workflow.config, persistence } },
    ),
  };
}

/** What a plan names must be there; throws HostRequestError: the plan is right, and not for this world. */
export function checkPlan(plan: FaultPlan, { world, workflows: loaded }: LoadedSimulation): void {
  const services = world.services.map(({ name }) => name);
  const volumes = world.volumes.map(({ name }) => name);
  try {
    const workflows = loaded.map(({ config }) => config.name);
    checkWorld(plan, { nodes: world.nodes, services, volumes, workflows }, 'the fault plan');
  } catch (error) {
    throw error instanceof PlanError ? new HostRequestError(error.message) : error;
  }
}
