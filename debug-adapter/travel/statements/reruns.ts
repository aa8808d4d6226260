/** Runs an execution again, to look at its statements; what it asks for is answered as recorded. */
import type { Snapshot } from './snapshot.ts';
import type { ScanRange, Visit } from './visit.ts';

export interface Survey {
  /** For each effect, the statement during which it is called; 0 before the first. */
  readonly effectTicks: readonly number[];
  /** How many statements there are until the program ends, or asks for what is not known. */
  readonly total: number;
}

export interface Reruns {
  survey(): Survey;
  /** The statements of a range, in order, until `visit` returns true. */
  visits(range: ScanRange, visit: (visit: Visit) => boolean): void;
  atTick(tick: number): Snapshot;
  atEffect(seq: number): Snapshot;
}
