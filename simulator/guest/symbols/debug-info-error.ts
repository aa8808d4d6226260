/**
 * Debug information that cannot be read: damaged, cut short, or of an unknown version. A program
 * runs as well without it, so callers go on with what they have and say why it is less.
 */
export class DebugInfoError extends Error {
  override readonly name = 'DebugInfoError';
  readonly code = 'debug-info';

  constructor(
    readonly what: string,
    /** From the start of the module. */
    readonly offset: number,
  ) {
    super(`${what} (at byte ${offset}). Build the program again with -g to get its source lines.`);
  }
}

export function damagedDebugInfo(what: string, offset: number): DebugInfoError {
  return new DebugInfoError(what, offset);
}
