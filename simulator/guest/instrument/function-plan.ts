import type { ValueType } from '../wasm/index.ts';

/** A local that a frame's dump holds. */
export interface DumpedLocal {
  readonly index: number;
  readonly type: ValueType;
}

/** How one function is rewritten. A local is an index, or undefined where it is not needed. */
export interface FunctionPlan {
  readonly functionIndex: number;
  readonly probed: boolean;
  /** Holds the fuel while the function runs; without it every probe counts down the global. */
  readonly fuelLocal: number | undefined;
  readonly depthLocal: number | undefined;
  /** Whether its instructions ask the host. */
  readonly looked: boolean;
  /** Whether it counts as a level itself. */
  readonly leveled: boolean;
  readonly levelLocal: number | undefined;
  /** Whether calls may end in it that never came back to those between. */
  readonly catches: boolean;
  readonly activationLocal: number | undefined;
  readonly dumped: readonly DumpedLocal[];
}
