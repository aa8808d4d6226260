import { operationByName } from '../../simulator/effects/registry.ts';
import {
  type AnyOperation,
  type Entry,
  executionId,
  seqOf,
} from '../../simulator/journal/entry.ts';
import { virtualNanos } from '../../simulator/kernel/time.ts';

export function operation(name: string): AnyOperation {
  const found = operationByName(name);
  if (found === undefined) throw new Error(`no operation ${name}`);
  return found;
}

export const order = executionId('order-1');

/** A clock reading that is recorded and delivered at instant `seq`. */
export function clockEntry(seq: number): Entry {
  const clock = operation('clock.read');
  const args = { clock: 'wall' };
  return {
    seq: seqOf(seq),
    operation: clock,
    argsHash: clock.hash(args),
    args,
    key: undefined,
    attempt: 1,
    startedAt: virtualNanos(BigInt(seq)),
    result: clock.parseResult('{"nanos":"17"}', undefined),
    endedAt: virtualNanos(BigInt(seq)),
    deliveredAt: virtualNanos(BigInt(seq)),
    pending: undefined,
  };
}
