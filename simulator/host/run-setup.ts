import type { Fault, FaultPlan } from '../faults/fault.ts';
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

/** A plan names nodes that must be there; throws HostRequestError. */
export function checkPlan(plan: FaultPlan, { world }: LoadedSimulation): void {
  for (const fault of plan.faults) {
    const node = nodeOf(fault);
    if (node !== undefined && !world.nodes.includes(node)) {
      const known = world.nodes.join(', ');
      throw new HostRequestError(`the fault plan names node ${node}; the world has ${known}`);
    }
  }
}

function nodeOf(fault: Fault): string | undefined {
  return 'node' in fault ? fault.node : undefined;
}
