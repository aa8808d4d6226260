import type { InodeNames } from './volume-names.ts';

/** How one operation's arguments and result read. */
export interface OperationText<A, R> {
  asked(args: A, names: InodeNames): string;
  got(result: R, args: A): string;
  failed?(result: R): boolean;
}
