import type { JsonObject } from '../../simulator/effects/operation.ts';
import type { Simulation } from '../simulations/simulation.ts';

/**
 * What the debugger does for commands about a simulation that it drives. Each says whether it was
 * the debugger's to do; where it was not, nothing was done.
 */
export interface Debugged {
  inject(simulation: Simulation, fault: JsonObject): Promise<boolean>;
  /** A line for standard input; undefined ends it. */
  feed(simulation: Simulation, line: string | undefined): Promise<boolean>;
  answer(simulation: Simulation, answer: 'retry' | 'fail'): Promise<boolean>;
}
