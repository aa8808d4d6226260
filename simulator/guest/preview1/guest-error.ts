import type { ErrnoName } from '../../world/files/errno.ts';

/**
 * A host call that the program got wrong or that failed: it gets `code` as its errno. It is not an
 * Error, for the same reason as FileError: it is cheap, and its stack is of no use to anybody.
 */
export class GuestError {
  readonly name = 'GuestError';
  constructor(
    readonly code: ErrnoName,
    readonly message: string,
  ) {}

  toString(): string {
    return `${this.name} ${this.code}: ${this.message}`;
  }
}
