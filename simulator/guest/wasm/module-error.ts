/** What is wrong with a module; tools show the message and branch on the code. */
export type ModuleErrorCode =
  | 'empty'
  | 'not-wasm'
  | 'version'
  | 'truncated'
  | 'malformed'
  | 'component'
  | 'object-file'
  | 'threads'
  | 'relaxed-simd'
  | 'gc'
  | 'memory-limit'
  | 'too-large'
  | 'unknown-import'
  | 'no-entry'
  | 'invalid';

/**
 * A module that cannot run here. The message says what is wrong, at which byte (`offset`, from the
 * start of the file), and what to do next.
 */
export class ModuleError extends Error {
  override readonly name = 'ModuleError';

  constructor(
    readonly code: ModuleErrorCode,
    /** What is wrong, without a full stop. */
    readonly what: string,
    readonly offset: number,
    /** What to do next, a sentence. */
    readonly next: string,
    options?: ErrorOptions,
  ) {
    super(`${what} (at byte ${offset}). ${next}`, options);
  }
}

const NEXT_WHEN_DAMAGED = 'The file is damaged or was cut short: build it again or copy it again.';

export function malformedModule(what: string, offset: number): ModuleError {
  return new ModuleError('malformed', what, offset, NEXT_WHEN_DAMAGED);
}

export function truncatedModule(what: string, offset: number): ModuleError {
  return new ModuleError('truncated', what, offset, NEXT_WHEN_DAMAGED);
}
