import type { Awaited, SimulationObserver } from '../engine/simulation.ts';
import type { VirtualNanos } from '../kernel/time.ts';
import type { SimulationState } from './protocol.ts';
import type { SimulationRun } from './simulation-run.ts';
import type { RealUpstreams } from './upstream-real.ts';

/** What somebody who drives a simulation is asked and told while its guests run. */
export type RunDriver = Pick<
  SimulationObserver,
  'stopsBefore' | 'stopsWithin' | 'poll' | 'onOutput' | 'onEnded'
>;

/**
 * A live simulation as whoever drives it has it, slice by slice. Its recording and its views are
 * its owner's, who hears here what the driver does.
 */
export interface DrivenRun {
  readonly run: SimulationRun;
  /** Real hosts that it asks. */
  readonly upstreams: RealUpstreams;
  /** Services whose real hosts may be asked. */
  readonly realServices: ReadonlySet<string>;
  /** Whether it is somebody else's. */
  readonly isLent: boolean;
  /** Clients start its executions, so that it rests and never ends by itself. */
  readonly isServing: boolean;
  /** Makes durable what has happened, then shows it. */
  publish(): void;
  /** It begins to run, or has come to a rest. */
  turn(state: SimulationState): void;
  /** Answers what executions ask, where that was settled beforehand; whether it did. */
  settles(awaited: Awaited): boolean;
  /** Resolves when real time has come to an instant, if there is one, or something has come in. */
  rest(dueAt: VirtualNanos | undefined): Promise<void>;
  /** Ends a rest. */
  nudge(): void;
  /** Nobody drives it here any more. */
  leave(): void;
}
