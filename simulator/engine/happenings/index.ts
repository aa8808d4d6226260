/** Lets faults happen, each at its place in the world. */
import { type Happening, specOf } from '../../faults/fault.ts';
import type { EffectSite } from '../../faults/injector.ts';
import { faultJson } from '../../faults/plan.ts';
import type { SimulatedNode } from '../../world/node.ts';
import type { Engine } from '../engine.ts';
import type { Execution } from '../execution.ts';
import { CLOCK_HAPPENINGS } from './clock.ts';
import { DEPLOYMENT_HAPPENINGS } from './deployment.ts';
import type { Scene } from './happening.ts';
import { NETWORK_HAPPENINGS } from './network.ts';
import { executionFor, nodeFor } from './node-for.ts';
import { PROCESS_HAPPENINGS } from './process.ts';
import { STORAGE_HAPPENINGS } from './storage.ts';
import { STORE_HAPPENINGS } from './store.ts';

const HAPPENINGS = {
  ...PROCESS_HAPPENINGS,
  ...CLOCK_HAPPENINGS,
  ...STORE_HAPPENINGS,
  ...DEPLOYMENT_HAPPENINGS,
  ...NETWORK_HAPPENINGS,
  ...STORAGE_HAPPENINGS,
};

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
  const execution = executionFor(engine.executions.values(), fault.at, site?.execution);
  const node = hitNode(engine, fault, here, execution);
  const on = node === undefined ? {} : { node: node.name };
  const at = site === undefined ? {} : { execution: site.execution, seq: site.seq };
  engine.trace({ kind: 'fault.fired', ...on, ...at, data: faultJson(fault) });
  const happen = HAPPENINGS[fault.kind] as (scene: Scene) => void;
  happen({ engine, fault, node, site, execution } as Scene);
}

/** The node that the fault names, else the one that runs the effect, where it is one node's. */
function hitNode(
  engine: Engine,
  fault: Happening,
  here: SimulatedNode | undefined,
  execution: Execution | undefined,
): SimulatedNode | undefined {
  const named = 'node' in fault ? fault.node : undefined;
  if (named !== undefined) return nodeFor(engine.cluster.nodes, named, execution);
  const { node: field } = specOf(fault.kind).fields;
  return field?.type === 'node' && field.all === true ? undefined : here;
}
