/**
 * Statements of one execution, numbered from 1 in the order in which its program comes to them. The
 * number is the same on every replay, whatever the replay looks for.
 */

/** The program has come to a statement and has not begun it. */
export interface Visit {
  /** Counts statements from the start of the execution, this one included. */
  readonly tick: number;
  /** Where its code begins, from the start of the code section's payload. */
  readonly offset: number;
  /** How many calls of functions with statements are on the stack: 1 in the outermost. */
  readonly depth: number;
  /** Which call of a function it is in: counts the calls of functions with statements, from 1. */
  readonly activation: number;
}

/**
 * Where a program stands: at a statement that it has not begun, or in the middle of one.
 */
export interface Standing {
  /** The statement; 0 before the first. */
  readonly tick: number;
  /** Whether the statement has been begun: by an instruction of it, or the call of an effect. */
  readonly isWithin: boolean;
  /** The calls that it is in, innermost first, as `Visit.activation`. */
  readonly chain: readonly number[];
}

export interface ScanRange {
  /** The first statement that is looked at, and the last. */
  readonly from: number;
  readonly to: number;
  /** Only those at most as deep are visited. */
  readonly depthMax: number;
}

/** Looks at the statements of an execution by running it again; it performs nothing. */
export interface StatementScan {
  /** How many statements there are; infinity as long as that is not known. */
  readonly total: number;
  /** In order, until `visit` returns true. */
  scan(range: ScanRange, visit: (visit: Visit) => boolean): void;
}
