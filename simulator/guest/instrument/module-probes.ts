import type { ReadableOperands } from './operand-stack.ts';

/**
 * Calls of a module that was rewritten, in order: where each is in the module as written, from its
 * first byte, and the code offset that it had in the module as built.
 */
export interface MovedCalls {
  readonly written: Uint32Array;
  readonly original: Uint32Array;
}

/** What a module was given for time travel. */
export interface ModuleProbes {
  /** Where the probes are, in order: code offsets in the module as it was built. */
  readonly probes: Uint32Array;
  /** The functions that hold probes. */
  readonly probedFunctions: ReadonlySet<number>;
  /** What a dump holds of the operand stack, by site (site.ts). */
  readonly operands: ReadonlyMap<number, ReadableOperands>;
  readonly calls: MovedCalls;
  /** Whether it is the module with the user's own code; only that one has probes. */
  readonly isMain: boolean;
  /** Whether JavaScript goes on calling it, and writing to its memory, after a stop. */
  readonly reentrant: boolean;
}
