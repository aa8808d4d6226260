/** A valid module that is not a program that can run here. */
export class ProgramError extends Error {
  override readonly name = 'ProgramError';

  constructor(
    readonly code:
      | 'unknown-import'
      | 'no-entry'
      | 'no-memory'
      | 'invalid'
      | 'no-function'
      | 'bad-call',
    /** What is wrong, without a full stop. */
    readonly what: string,
    /** What to do next, a sentence. */
    readonly next: string,
    options?: ErrorOptions,
  ) {
    super(`${what}. ${next}`, options);
  }
}
