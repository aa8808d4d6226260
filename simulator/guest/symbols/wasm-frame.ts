/** A function of a module on the stack, as V8 tells it. */
export interface WasmFrame {
  /** Imports included. */
  readonly functionIndex: number;
  /**
   * Of the call instruction (or of the one that trapped), from the start of the module that was
   * compiled, which may have been rewritten before.
   */
  readonly offset: number;
  /** The name that we gave to the module, as one of a component (tag-module.ts). */
  readonly tag?: string;
}

/** More frames than any stack limit that makes sense; a longer text is cut. */
const FRAME_COUNT_MAX = 100_000;

const MARK = 'wasm://wasm/';

/** V8 names a module's script after the module, and adds a hash. */
const TAGGED_SCRIPT = /wasm:\/\/wasm\/(backstitch-[0-9a-f]{12}-[0-9]{1,9})-[0-9a-f]{1,16}$/;

/** The name that we gave to the module of a script, such as `wasm://wasm/backstitch-...-2-0c1f`. */
export function scriptTag(script: string): string | undefined {
  return TAGGED_SCRIPT.exec(script)?.[1];
}

/**
 * The end of a line such as `at f(int) (wasm://wasm/order-0c1fa2:wasm-function[12]:0x1a2b)`. A
 * function's name may hold anything, so a frame is recognised by how its line ends.
 */
const FRAME_END = /:wasm-function\[(\d{1,10})\]:0x([0-9a-f]{1,12})\)?$/;

/**
 * The WebAssembly frames in the text of V8's `Error.stack`, innermost first. Frames of JavaScript
 * are left out. `Error.stackTraceLimit` decides how many there are.
 */
export function readFrames(stackText: string): WasmFrame[] {
  const frames: WasmFrame[] = [];
  for (const line of stackText.split('\n')) {
    if (!line.includes(MARK)) continue;
    const [, functionIndex, offset] = FRAME_END.exec(line) ?? [];
    if (functionIndex === undefined || offset === undefined) continue;
    const place = { functionIndex: Number(functionIndex), offset: Number.parseInt(offset, 16) };
    const tag = scriptTag(line.replace(FRAME_END, ''));
    frames.push(tag === undefined ? place : { ...place, tag });
    if (frames.length === FRAME_COUNT_MAX) break;
  }
  return frames;
}
