/** A value as WebAssembly has it; a vector is its two halves, the low one first. */
export type WasmValue =
  | { readonly type: 'i32' | 'f32' | 'f64'; readonly value: number }
  | { readonly type: 'i64'; readonly value: bigint }
  | { readonly type: 'v128'; readonly value: readonly [low: bigint, high: bigint] }
  | { readonly type: 'function' | 'external'; readonly value: unknown };

/**
 * What a stopped frame offers to those who read its variables. Indices are those of the module as
 * it was built; what was not kept at the stop is undefined.
 */
export interface FrameState {
  /**
   * Of the instruction that comes next or, in a frame that has called another, of the call; from
   * the start of the code section's payload.
   */
  readonly codeOffset: number;
  /** The first memory of the module, as it was at the stop. */
  readonly memory: Uint8Array;
  local(index: number): WasmValue | undefined;
  global(index: number): WasmValue | undefined;
  /** From the bottom of the frame's stack of operands. */
  operand(index: number): WasmValue | undefined;
  /** The index of the function that a slot of the first table holds, if the state knows it. */
  tableFunction?(slot: number): number | undefined;
}
