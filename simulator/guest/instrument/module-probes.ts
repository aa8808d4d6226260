import type { MovedCode } from './moved-code.ts';
import type { ReadableOperands } from './operand-stack.ts';

/** What a module was given for time travel. */
export interface ModuleProbes {
  /** Where the probes are, in order: code offsets in the module as it was built. */
  readonly probes: Uint32Array;
  /** The functions that hold probes. */
  readonly probedFunctions: ReadonlySet<number>;
  /** What a dump holds of the operand stack, by site (site.ts). */
  readonly operands: ReadonlyMap<number, ReadableOperands>;
  /** Where the code of the module as built is now, in builds that keep that. */
  readonly moved: MovedCode | undefined;
  /** Whether it is the module with the user's own code; only that one has probes. */
  readonly isMain: boolean;
  /** Whether JavaScript goes on calling it, and writing to its memory, after a stop. */
  readonly reentrant: boolean;
}
