import type { EffectValue } from '../effects/operation.ts';
import type { AnyOperation, Entry, Seq } from '../journal/entry.ts';
import type { Attempt } from './attempt.ts';
import { keyFor } from './flights.ts';

/** The entry of an effect that begins now, as an intent. */
export function newEntry(
  attempt: Attempt,
  seq: Seq,
  operation: AnyOperation,
  args: EffectValue,
): Entry {
  const { step } = attempt;
  return {
    seq,
    operation,
    argsHash: operation.hash(args),
    args: keep(args),
    key: keyFor(attempt, seq, operation, args),
    ...(step === undefined ? {} : { step }),
    attempt: attempt.number,
    startedAt: attempt.engine.agenda.now,
    result: undefined,
    endedAt: undefined,
    deliveredAt: undefined,
    pending: undefined,
  };
}

/** Whether the entry records this very effect. */
export function isSame(entry: Entry, operation: AnyOperation, args: EffectValue): boolean {
  return entry.operation.name === operation.name && entry.argsHash === operation.hash(args);
}

/** A guest's buffers are its own memory and will change; the journal keeps a copy. */
function keep(args: EffectValue): EffectValue {
  return args.body === undefined ? args : { ...args, body: args.body.slice() };
}
