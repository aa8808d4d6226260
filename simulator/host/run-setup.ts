import type { FaultPlan } from '../faults/fault.ts';
import { checkNodes } from '../faults/plan.ts';
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

/** A plan names nodes that must be there; throws PlanError. */
export function checkPlan(plan: FaultPlan, { world }: LoadedSimulation): void {
  checkNodes(plan, world.nodes, 'the fault plan');
}
