import { isRole, type NodeRole } from '../../faults/node-role.ts';
import type { Trigger } from '../../faults/trigger.ts';
import type { SimulatedNode } from '../../world/node.ts';

/** An execution as far as roles go by it. */
export interface RoleBearer {
  readonly owner: { readonly node: SimulatedNode } | undefined;
  readonly latest: { readonly node: SimulatedNode } | undefined;
}

/**
 * The execution that a fault means: that of its effect, else the named one, else the first alive.
 *
 * @param executions all that have been started, in that order
 */
export function executionFor<E extends { readonly id: string; readonly ended: boolean }>(
  executions: Iterable<E>,
  at: Trigger,
  id: string | undefined,
): E | undefined {
  const named = id ?? at.execution;
  const all = [...executions];
  if (named !== undefined) return all.find((execution) => execution.id === named);
  return all.find((execution) => !execution.ended) ?? all[0];
}

/** The node that a name or a role means now; undefined when the world has no such node. */
export function nodeFor(
  nodes: readonly SimulatedNode[],
  name: string,
  execution: RoleBearer | undefined,
): SimulatedNode | undefined {
  if (isRole(name)) return inRole(nodes, name, execution);
  return nodes.find((node) => node.name === name);
}

function inRole(
  nodes: readonly SimulatedNode[],
  role: NodeRole,
  execution: RoleBearer | undefined,
): SimulatedNode | undefined {
  const owner = execution?.owner?.node ?? execution?.latest?.node ?? nodes[0];
  if (owner === undefined || role === '@owner') return owner;
  const [next, ...others] = successors(nodes, owner);
  return role === '@next' ? next : others[0];
}

/** The other nodes in the order in which they would take over: those that run come first. */
function successors(
  nodes: readonly SimulatedNode[],
  node: SimulatedNode,
): readonly SimulatedNode[] {
  const from = nodes.indexOf(node);
  const ring = [...nodes.slice(from + 1), ...nodes.slice(0, from)];
  const isUp = ({ state }: SimulatedNode): boolean => state === 'up';
  return [...ring.filter(isUp), ...ring.filter((each) => !isUp(each))];
}
