import type { Fault, FaultOf, InterferingKind } from '../faults/fault.ts';
import type { EffectSite } from '../faults/injector.ts';
import { faultJson } from '../faults/plan.ts';
import type { Engine } from './engine.ts';

/**
 * The fault of a kind that is to change what an effect does now, which is written down; undefined
 * when there is none.
 *
 * @param node the node that runs the effect
 * @param suits whether it is to happen here, among the places where it could
 */
export function disturb<K extends InterferingKind>(
  engine: Engine,
  kind: K,
  site: EffectSite,
  node: string,
  suits?: (fault: FaultOf<K>) => boolean,
): FaultOf<K> | undefined {
  const { faults } = engine;
  const fault = faults.watchesEffects ? faults.take(kind, site, suits) : undefined;
  if (fault === undefined) return undefined;
  const { execution, seq } = site;
  engine.trace({
    kind: 'fault.fired',
    node,
    execution,
    seq,
    data: faultJson(fault as unknown as Fault),
  });
  return fault;
}
