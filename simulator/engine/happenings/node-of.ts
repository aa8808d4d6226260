import { assert } from '../../kernel/assert.ts';
import type { SimulatedNode } from '../../world/node.ts';
import type { Scene } from './happening.ts';

/** The node that a fault hits; every fault on a node has one (plan.ts sees to it). */
export function nodeOf({ node, fault }: Pick<Scene, 'node' | 'fault'>): SimulatedNode {
  assert(node !== undefined, `no node for ${fault.kind}`);
  return node;
}
