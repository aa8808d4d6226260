/** Which links are meant, by the names of their ends. */
import type { LinkTest } from './link-condition.ts';

/** `out`: messages from the first side to the second; `in`: those back. */
export type Way = 'both' | 'out' | 'in';

/** Links from one side to the other; a side that is left out is everybody who is not on the other. */
export function linksBetween(
  from: ReadonlySet<string> | undefined,
  to: ReadonlySet<string> | undefined,
  way: Way,
): LinkTest {
  const isFrom = (name: string): boolean => from?.has(name) ?? to?.has(name) !== true;
  const isTo = (name: string): boolean => to?.has(name) ?? from?.has(name) !== true;
  const leadsOut: LinkTest = (one, other) => isFrom(one) && isTo(other);
  const leadsIn: LinkTest = (one, other) => leadsOut(other, one);
  switch (way) {
    case 'out':
      return leadsOut;
    case 'in':
      return leadsIn;
    case 'both':
      return (one, other) => leadsOut(one, other) || leadsIn(one, other);
  }
}

/**
 * Links that a ring of majorities lacks: each node hears from a majority of all nodes, itself and
 * its neighbours in the ring, and no two hear from the same one.
 */
export function linksOutsideRing(nodes: readonly string[]): LinkTest {
  const majority = Math.floor(nodes.length / 2) + 1;
  const before = Math.floor((majority - 1) / 2);
  return (from, to) => {
    const [sender, hearer] = [nodes.indexOf(from), nodes.indexOf(to)];
    if (sender < 0 || hearer < 0) return false;
    const step = (sender - hearer + before + nodes.length) % nodes.length;
    return step >= majority;
  };
}

/** Links between two halves of the nodes, but for those of the node in the middle. */
export function linksBesideBridge(nodes: readonly string[]): LinkTest {
  const bridge = Math.floor(nodes.length / 2);
  const side = (name: string): number => Math.sign(nodes.indexOf(name) - bridge);
  const isNode = (name: string): boolean => nodes.includes(name);
  return (from, to) => isNode(from) && isNode(to) && side(from) * side(to) < 0;
}
