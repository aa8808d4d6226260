import type { CoreModule, FunctionType } from '../wasm/index.ts';
import type { AppendedGlobals } from './appended-globals.ts';
import type { AppendedTypes } from './appended-types.ts';
import type { CallGraph } from './call-graph.ts';
import type { MovedCode } from './moved-code.ts';
import type { ReadableOperands } from './operand-stack.ts';
import type { InstrumentOptions } from './options.ts';

/** What the rewriting of all functions of a module shares. */
export interface Build {
  readonly bytes: Uint8Array;
  readonly info: CoreModule;
  readonly options: InstrumentOptions;
  readonly graph: CallGraph;
  /** 1 for functions that hold probes. */
  readonly probed: Uint8Array;
  /** 1 for functions whose instructions ask the host. */
  readonly looked: Uint8Array;
  /** 1 for functions whose calls may come back because of a stop; only these are rewritten. */
  readonly stops: Uint8Array;
  /** 1 for functions that call one of those, and so may call themselves in the end. */
  readonly callers: Uint8Array;
  /** 1 for functions that may throw what another function catches. */
  readonly throws: Uint8Array;
  /** The types of the module's tags, by index. */
  readonly tags: readonly (FunctionType | undefined)[];
  readonly types: AppendedTypes;
  readonly globals: AppendedGlobals;
  /** What is dumped of the operand stack, by site; filled while the code is written. */
  readonly operands: Map<number, ReadableOperands>;
  /** Where code was copied to; offsets into the code. Undefined where nobody asks. */
  readonly moved: MovedCode | undefined;
  /** The index of the table with the hooks. */
  readonly hookTable: number;
}
