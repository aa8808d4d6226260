/** How much of what came from outside a program has taken, which its journal tells. */
import { messageReceive } from '../effects/conversation.ts';
import type { EffectValue } from '../effects/operation.ts';
import { requestBody, requestReceive } from '../effects/request.ts';
import { stdinRead } from '../effects/stdio.ts';
import type { Entry } from '../journal/entry.ts';

/** What is taken from one inbox. */
export interface Taking {
  /** The effects that take from it, by name. */
  readonly operations: ReadonlySet<string>;
  amount(result: EffectValue): number;
}

/** In bytes. */
export const STDIN_TAKING: Taking = {
  operations: new Set([stdinRead.name]),
  amount: bodyLength,
};

/** The body of the request that the execution was started for, in bytes. */
export const REQUEST_TAKING: Taking = {
  operations: new Set([requestReceive.name, requestBody.name]),
  amount: bodyLength,
};

/** In messages; a wait that came back without one took none. */
export const MESSAGES_TAKING: Taking = {
  operations: new Set([messageReceive.name]),
  amount: ({ body }) => (body === undefined ? 0 : 1),
};

/** Adds up what the effects of a growing view have taken. */
export class Taken {
  private entries = 0;
  private total = 0;

  /** @param performed what the world gave for an entry, which its program may not have been given */
  constructor(
    private readonly taking: Taking,
    private readonly performed: (entry: Entry) => EffectValue | undefined,
  ) {}

  upTo(view: readonly Entry[]): number {
    const { operations, amount } = this.taking;
    for (; this.entries < view.length; this.entries++) {
      const entry = view[this.entries];
      if (entry === undefined || !operations.has(entry.operation.name)) continue;
      // Only the last entry can be without a result, and it has taken nothing yet.
      const result = this.performed(entry);
      if (result === undefined) break;
      this.total += amount(result);
    }
    return this.total;
  }
}

function bodyLength({ body }: EffectValue): number {
  return body?.length ?? 0;
}
