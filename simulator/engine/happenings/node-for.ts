import { isRole, type NodeRole } from '../../faults/node-role.ts';
import type { Trigger } from '../../faults/trigger.ts';
import type { SimulatedNode } from '../../world/node.ts';
import type { Engine } from '../engine.ts';
import type { Execution } from '../execution.ts';

/** The execution that a fault means: that of its effect, else the named one, else the first alive. */
export function executionFor(
  engine: Engine,
  at: Trigger,
  id: string | undefined,
): Execution | undefined {
  const named = id ?? at.execution;
  const all = [...engine.executions.values()];
  if (named !== undefined) return all.find((execution) => execution.id === named);
  return all.find((execution) => !execution.ended) ?? all[0];
}

/** The node that a name or a role means now; undefined when the world has no such node. */
export function nodeFor(
  engine: Engine,
  name: string,
  execution: Execution | undefined,
): SimulatedNode | undefined {
  return isRole(name) ? inRole(engine, name, execution) : engine.cluster.node(name);
}

function inRole(
  { cluster }: Engine,
  role: NodeRole,
  execution: Execution | undefined,
): SimulatedNode | undefined {
  const owner = execution?.owner?.node ?? execution?.latest?.node ?? cluster.nodes[0];
  if (owner === undefined || role === '@owner') return owner;
  const [next, ...others] = cluster.successors(owner);
  return role === '@next' ? next : others[0];
}
