import { operationByName } from '../../../simulator/effects/registry.ts';
import { type Entry, seqOf } from '../../../simulator/journal/entry.ts';
import { virtualNanos } from '../../../simulator/kernel/time.ts';

/** An entry of a journal, made by hand. Without a result it is an intent. */
export function entryOf(name: string, args: object, result?: object): Entry {
  const operation = operationByName(name);
  if (operation === undefined) throw new Error(`no operation ${name}`);
  return {
    seq: seqOf(0),
    operation,
    argsHash: operation.hash(args),
    args,
    key: undefined,
    attempt: 1,
    startedAt: virtualNanos(1_000n),
    result,
    endedAt: result === undefined ? undefined : virtualNanos(2_000n),
    deliveredAt: result === undefined ? undefined : virtualNanos(2_000n),
    pending: undefined,
  };
}

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
