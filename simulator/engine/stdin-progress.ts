import { stdinRead } from '../effects/stdio.ts';
import type { Entry } from '../journal/entry.ts';

/** Adds up what the reads of a growing view have taken from standard input, in bytes. */
export class StdinProgress {
  private entries = 0;
  private bytes = 0;

  upTo(view: readonly Entry[]): number {
    for (; this.entries < view.length; this.entries++) {
      const entry = view[this.entries];
      if (entry === undefined || entry.operation.name !== stdinRead.name) continue;
      // Only the last entry can be without a result, and it has taken nothing yet.
      if (entry.result === undefined) break;
      this.bytes += entry.result.body?.length ?? 0;
    }
    return this.bytes;
  }
}
