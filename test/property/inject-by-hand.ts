import type { Simulation } from '../../simulator/engine/simulation.ts';
import { PlanError, parseFault } from '../../simulator/faults/plan.ts';

/** Injects a fault, but for one that the plan refuses, because nothing goes wrong any more by then. */
export function injectByHand({ inputs }: Simulation, fault: object): void {
  try {
    inputs.inject(parseFault(fault, 'by hand'));
  } catch (error) {
    const isRefused =
      error instanceof PlanError && error.message.includes('at "until" of the plan');
    if (!isRefused) throw error;
  }
}
