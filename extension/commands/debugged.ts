import type { JsonObject } from '../../simulator/effects/operation.ts';
import type { Simulation } from '../simulations/simulation.ts';

/** What became of a fault; `elsewhere`: the debugger does not drive this simulation. */
export type DebuggedInjection = 'elsewhere' | 'ahead' | 'branched';

/**
 * What the debugger does for commands about a simulation that it drives. Each says whether it was
 * the debugger's to do; where it was not, nothing was done.
 */
export interface Debugged {
  inject(simulation: Simulation, fault: JsonObject): Promise<DebuggedInjection>;
  /** A line for standard input; undefined ends it. */
  feed(simulation: Simulation, line: string | undefined): Promise<boolean>;
  answer(simulation: Simulation, answer: 'retry' | 'fail'): Promise<boolean>;
  keepPromise(simulation: Simulation, promise: string, value: string): Promise<boolean>;
  sendMessage(simulation: Simulation, execution: string, text: string): Promise<boolean>;
}
