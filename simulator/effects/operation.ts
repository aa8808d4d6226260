/**
 * What an effect is: one call across the program's import boundary that is not pure. Each kind of
 * effect is an Operation; the files of this folder declare them, one file per family.
 */

/** How an effect is treated when it is performed and when a crash comes before it is recorded. */
export type EffectClass = 'read' | 'wait' | 'output' | 'call';

/** A value that can be written as JSON. Nanoseconds and other 64-bit numbers are decimal strings. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

/**
 * Arguments and results of effects: JSON fields, plus at most one run of bytes named `body`, which
 * the journal keeps apart from the JSON.
 */
export type EffectValue = object & { readonly body?: Uint8Array | undefined };

/** One kind of effect. `A` and `R` are JSON objects that may carry a `body`. */
export interface Operation<A extends EffectValue, R extends EffectValue> {
  /** Family and verb, such as `clock.read`; what users see and what patterns match. */
  readonly name: string;
  readonly class: EffectClass;
  /** A 53-bit hash of the arguments, equal whenever they are. */
  hash(args: A): number;
  /** The JSON fields, without `body`, as JSON text. */
  argsJson(args: A): string;
  resultJson(result: R): string;
  /** Rebuilds a value from its JSON text and body; throws SyntaxError on malformed text. */
  parseArgs(json: string, body: Uint8Array | undefined): A;
  parseResult(json: string, body: Uint8Array | undefined): R;
}

/** What a guest's host functions call. There is one port for each attempt. */
export interface EffectPort {
  /**
   * Performs the effect and journals it, or answers it from the journal. Throws an Unwind when the
   * attempt ends or is put aside here; every later call of that dead instance rethrows it.
   */
  effect<A extends EffectValue, R extends EffectValue>(operation: Operation<A, R>, args: A): R;

  /**
   * Wall time in nanoseconds since 1970 of the latest effect. It moves only at effects, so that
   * pure things with timestamps (private files) are the same on every replay.
   */
  readonly latestWallNanos: bigint;
}

/** Thrown through a guest to end its instance; never an error of the program. */
export abstract class Unwind extends Error {
  override readonly name: string = 'Unwind';
}

/** Makes an Unwind without a stack, which nobody would read, and which costs more than the rest. */
export function withoutStack<T extends Unwind>(make: () => T): T {
  const frames = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return make();
  } finally {
    Error.stackTraceLimit = frames;
  }
}

/** The program ended itself, through `proc_exit`, with an exit code of 0 to 2^32-1. */
export class GuestExit extends Unwind {
  constructor(readonly code: number) {
    super(`exit ${code}`);
  }
}

/** The program raised a signal against itself (`proc_raise`), such as SIGABRT. */
export class GuestSignal extends Unwind {
  constructor(
    readonly signal: string,
    readonly number: number,
  ) {
    super(`signal ${signal}`);
  }
}
