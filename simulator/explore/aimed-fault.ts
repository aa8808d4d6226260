import type { JsonObject } from '../effects/operation.ts';
import type { Fault, FaultKind } from '../faults/fault.ts';
import { PlanError, parseFault } from '../faults/plan.ts';
import type { Site } from './site.ts';

/** A fault at an effect; undefined when its fields do not go together. */
export function faultAt(
  kind: FaultKind,
  { execution, seq }: Pick<Site, 'execution' | 'seq'>,
  fields: JsonObject,
): Fault | undefined {
  return tryParse({ kind, at: { execution, seq }, ...fields });
}

/** A fault that hits each effect of a name with a probability from 0 to 1. */
export function faultByChance(
  kind: FaultKind,
  effect: string,
  probability: number,
  fields: JsonObject,
): Fault | undefined {
  return tryParse({ kind, at: { effect, probability }, ...fields });
}

function tryParse(value: JsonObject): Fault | undefined {
  try {
    return parseFault(value, 'a fault of exploration');
  } catch (error) {
    // Fields are drawn one by one, and some kinds want them to fit together.
    if (error instanceof PlanError) return undefined;
    throw error;
  }
}
