import type { Entry } from '../journal/entry.ts';

/** Adds up what the effects of a growing view have taken from one inbox, in bytes. */
export class InboxProgress {
  private entries = 0;
  private bytes = 0;
  private readonly operations: ReadonlySet<string>;

  /** @param operations the effects whose results' bodies are taken from the inbox */
  constructor(operations: readonly { readonly name: string }[]) {
    this.operations = new Set(operations.map(({ name }) => name));
  }

  upTo(view: readonly Entry[]): number {
    for (; this.entries < view.length; this.entries++) {
      const entry = view[this.entries];
      if (entry === undefined || !this.operations.has(entry.operation.name)) continue;
      // Only the last entry can be without a result, and it has taken nothing yet.
      if (entry.result === undefined) break;
      this.bytes += entry.result.body?.length ?? 0;
    }
    return this.bytes;
  }
}

/** Counts the effects of a growing view that have taken something, and not come back without. */
export class TakenCount {
  private entries = 0;
  private count = 0;

  constructor(private readonly operation: { readonly name: string }) {}

  upTo(view: readonly Entry[]): number {
    for (; this.entries < view.length; this.entries++) {
      const entry = view[this.entries];
      if (entry === undefined || entry.operation.name !== this.operation.name) continue;
      // Only the last entry can be without a result, and it has taken nothing yet.
      if (entry.result === undefined) break;
      if (entry.result.body !== undefined) this.count++;
    }
    return this.count;
  }
}
