/** What a debug session needs of the machine it runs on; a host environment has most of it. */

import type { ShownOutput } from '../simulator/engine/journal-store.ts';
import type { HostEnvironment } from '../simulator/host/host-environment.ts';
import type { LoadedSimulation } from '../simulator/host/loaded-simulation.ts';
import type { Borrower, LentSimulation } from '../simulator/host/loan.ts';
import type { Work } from '../simulator/host/mailbox.ts';
import type { SimulationState } from '../simulator/host/protocol.ts';
import type { SimulationRun } from '../simulator/host/simulation-run.ts';
import type { RecordingSink } from '../simulator/journal/records.ts';

/** Follows a simulation that a debug session drives, such as the views of an editor. */
export interface Audience {
  /** Hears everything that the simulation writes down. */
  readonly sink: RecordingSink;
  /** The simulation is there and has not begun. */
  begin(run: SimulationRun): void;
  onOutput(output: ShownOutput): void;
  /** It has run for a while: a moment to show what is new. */
  refresh(): void;
  /** It begins to run, or has come to a rest. */
  turn(state: SimulationState): void;
}

type Needed =
  | 'sql'
  | 'transpilerFor'
  | 'serviceLoader'
  | 'load'
  | 'readPlan'
  | 'loadModule'
  | 'moduleName'
  | 'source'
  | 'record'
  | 'hasRequests'
  | 'beat'
  | 'yieldToRequests'
  | 'sleep'
  | 'realWorld'
  | 'permittedServices'
  | 'describe'
  | 'readSource';

/** What a session's parts see of it. */
export interface DebugHost extends DebugMachine {
  /** Whether a request waits that wants what is being computed broken off; cheap. */
  interrupted(): boolean;
}

export interface DebugMachine extends Pick<HostEnvironment, Needed> {
  /** Real time in milliseconds, from any origin: only decides how long a slice of running takes. */
  nowMs(): number;
  /** Whether a request waits that wants this work broken off; cheap. */
  interrupted(work: Work): boolean;
  /**
   * Does something once no request has come for a moment; what was to be done before is dropped.
   * Without it nothing is prepared for requests to come.
   */
  whenQuiet?(work: () => void): void;
  /** Whether a file is there; without it, every source counts as there. */
  hasFile?(path: string): boolean;
  /** Asked for every simulation that the session starts. */
  audience?(loaded: LoadedSimulation): Audience | undefined;
  /**
   * Lends the simulation that runs here, where one may; throws HostRequestError when there is none,
   * or somebody else has it.
   */
  lend?(borrower: Borrower): Promise<LentSimulation>;
}
