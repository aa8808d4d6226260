import { assert } from '../../kernel/assert.ts';
import type { SimulatedNode } from '../../world/node.ts';
import type { Scene } from './happening.ts';

/** The node that a fault hits; every fault on a node has one (plan.ts sees to it). */
export function nodeOf({ node, fault }: Pick<Scene, 'node' | 'fault'>): SimulatedNode {
  assert(node !== undefined, `no node for ${fault.kind}`);
  return node;
}

/** The nodes that a fault hits which hits all when it names none. */
export function nodesOf({
  engine,
  node,
}: Pick<Scene, 'engine' | 'node'>): readonly SimulatedNode[] {
  return node === undefined ? engine.cluster.nodes : [node];
}
