/** Nodes that a plan names by what they are at the time, not by their names. */

/**
 * `@owner`: the node that owns the execution; `@next`: the one that would take it over; `@other`:
 * one that is neither. The execution is the one of the effect at which the fault happens, or the one
 * that `at` names, or else the first that has not ended.
 */
export const NODE_ROLES = ['@owner', '@next', '@other'] as const;

export type NodeRole = (typeof NODE_ROLES)[number];

/** How many nodes a world needs for a node to have the role. */
const NODES_NEEDED: Readonly<Record<NodeRole, number>> = { '@owner': 1, '@next': 2, '@other': 3 };

export function isRole(name: string): name is NodeRole {
  return (NODE_ROLES as readonly string[]).includes(name);
}

/** What is wrong with a node that a plan names; undefined when the world has it. */
export function nodeProblem(name: string, nodes: readonly string[]): string | undefined {
  if (isRole(name)) {
    const needed = NODES_NEEDED[name];
    if (nodes.length >= needed) return undefined;
    return `${name} needs a world of ${needed} nodes; there is ${nodes.join(', ')}`;
  }
  if (nodes.includes(name)) return undefined;
  const roles = name.startsWith('@') ? `; roles are ${NODE_ROLES.join(', ')}` : '';
  return `there is no node ${name}; there is ${nodes.join(', ')}${roles}`;
}
