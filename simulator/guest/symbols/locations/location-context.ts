import type { Unit } from '../entries/unit.ts';
import type { WasmPlace } from './operations.ts';
import type { StackValue } from './stack-value.ts';

/** What a location expression is evaluated over. Each of these throws Unavailable. */
export interface LocationContext {
  readonly unit: Unit;
  readonly memory: Uint8Array;
  /** The value of a local, global or operand of the frame. */
  wasmValue(place: WasmPlace, index: number): StackValue;
  /** Of the function: the address that its variables are counted from. */
  frameBase(): bigint;
}
