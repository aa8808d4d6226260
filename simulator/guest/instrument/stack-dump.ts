import type { SiteKind } from './site.ts';

export type WasmNumber =
  | { readonly type: 'i32' | 'f32' | 'f64'; readonly value: number }
  | { readonly type: 'i64'; readonly value: bigint };

/** A value as WebAssembly has it; a vector is its two halves, the low one first. */
export type WasmValue =
  | WasmNumber
  | { readonly type: 'v128'; readonly value: readonly [low: bigint, high: bigint] }
  | { readonly type: 'function' | 'external'; readonly value: unknown };

/** The values of a frame. */
export interface FrameValues {
  /** The values of chosen variables, by index. */
  readonly locals: ReadonlyMap<number, WasmValue>;
  /** Operands on the stack beneath what runs, by index from the bottom, in builds with `operands`. */
  readonly operands: ReadonlyMap<number, WasmValue>;
}

/** One frame of a stopped stack. */
export interface DumpedFrame extends FrameValues {
  /** The `tag` of its module; undefined for the module of a core program. */
  readonly module: string | undefined;
  /** Imports included. */
  readonly functionIndex: number;
  /** Of what runs next or of the call: in the module as it was built, from the start of its code. */
  readonly codeOffset: number;
  readonly kind: SiteKind;
  /** How many functions with probes are on the stack, this one included; 0 for one without. */
  readonly depth: number;
  /** Which entry of a function with probes this is, from 1; undefined in builds without `depth`. */
  readonly activation: number | undefined;
}

/** What one module's instance holds. */
export interface InstanceState {
  /** The `tag` of its module. */
  readonly module: string | undefined;
  /**
   * By index: its contents at the stop. They are the memory itself where nothing can have written
   * to it since, and a copy otherwise.
   */
  readonly memories: readonly Uint8Array[];
  /** By index; undefined for a value that JavaScript cannot read. */
  readonly globals: readonly unknown[];
  readonly tables: readonly WebAssembly.Table[];
}

/** The whole program as it stands at a stop. */
export interface StackDump {
  /** How many probes were passed, the one of the stop included. */
  readonly tick: number;
  /** Innermost first. */
  readonly frames: readonly DumpedFrame[];
  readonly instances: readonly InstanceState[];
}
