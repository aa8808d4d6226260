/** Lets faults happen, each at its place in the world. */
import type { Happening } from '../../faults/fault.ts';
import type { EffectSite } from '../../faults/injector.ts';
import { faultJson } from '../../faults/plan.ts';
import type { SimulatedNode } from '../../world/node.ts';
import type { Engine } from '../engine.ts';
import { CLOCK_HAPPENINGS } from './clock.ts';
import type { Scene } from './happening.ts';
import { PROCESS_HAPPENINGS } from './process.ts';

const HAPPENINGS = { ...PROCESS_HAPPENINGS, ...CLOCK_HAPPENINGS };

/**
 * @param here the node that runs the effect, when there is one
 * @param site the effect, when there is one
 */
export function letHappen(
  engine: Engine,
  fault: Happening,
  here: SimulatedNode | undefined,
  site: EffectSite | undefined,
): void {
  const named = 'node' in fault ? fault.node : undefined;
  const node = named === undefined ? here : engine.cluster.node(named);
  const on = node === undefined ? {} : { node: node.name };
  const at = site === undefined ? {} : { execution: site.execution, seq: site.seq };
  engine.trace({ kind: 'fault.fired', ...on, ...at, data: faultJson(fault) });
  const happen = HAPPENINGS[fault.kind] as (scene: Scene) => void;
  happen({ engine, fault, node, site } as Scene);
}
