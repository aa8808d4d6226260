/** What can be seen of a run that is over, or was broken off. */
import type { ShownOutput } from '../engine/journal-store.ts';
import type { FiredFault } from '../faults/injector.ts';
import type { History } from '../journal/history.ts';
import type { LedgerRow } from '../journal/records.ts';
import type { ImageEntry } from '../world/files/tree-image.ts';
import type { RunLog } from './run-log.ts';

/** The state of a service before and after a request, as JSON text. */
export interface StateChange {
  readonly before: string;
  readonly after: string;
}

export interface Observed {
  /**
   * All executions have `ended`; or what is left is `waiting` for something from outside; or the run
   * was broken off over its budget, and is taken to be `unending`.
   */
  readonly ending: 'ended' | 'waiting' | 'unending';
  readonly history: History;
  /** What was shown of standard output and error, in its order. */
  readonly outputs: readonly ShownOutput[];
  /** Faults that happened, in their order; one that interferes again and again is there as often. */
  readonly fired: readonly FiredFault[];
  /** What the requests of the ledger did to the states of services, where these can be seen. */
  readonly changes: ReadonlyMap<LedgerRow, StateChange>;
  /** The names of all services. */
  readonly services: readonly string[];
  /** How it came about; left out when no check asks for that. */
  readonly log?: RunLog | undefined;
  /** Errors of the workspace, such as a service that throws. */
  readonly problems: readonly Error[];
  /** What a volume holds at the end, by its name. */
  readonly volumes: ReadonlyMap<string, () => readonly ImageEntry[]>;
  /** The virtual instant at which it was over. */
  readonly nowNanos: bigint;
  /** What was worked out of it before, by what works it out; see workedOut. */
  readonly known?: Map<unknown, unknown>;
}

/** What a function works out of a run: once, since a run that is over does not change. */
export function workedOut<T>(run: Observed, work: (run: Observed) => T): T {
  const { known } = run;
  if (known === undefined) return work(run);
  if (!known.has(work)) known.set(work, work(run));
  return known.get(work) as T;
}
