import type { NETWORK_FAULTS } from '../../faults/kinds/network.ts';
import { type LinkFault, linkTrouble } from '../link-trouble.ts';
import type { Happenings, Scene } from './happening.ts';
import { nodeFor } from './node-for.ts';

export const NETWORK_HAPPENINGS: Happenings<HappeningLinks> = {
  partition: troubleLinks,
  'slow-link': troubleLinks,
  'lossy-link': troubleLinks,
  clog: troubleLinks,
  heal: ({ engine, fault }) => {
    engine.links.heal(fault.what);
    engine.volumeFaults.heal(fault.what);
  },
};

type HappeningLinks = {
  [K in keyof typeof NETWORK_FAULTS]: (typeof NETWORK_FAULTS)[K]['acts'] extends 'happens'
    ? K
    : never;
}[keyof typeof NETWORK_FAULTS];

/** From now on something is wrong with links, for as long as the fault says. */
export function troubleLinks({ engine, fault, node, execution }: Scene<LinkFault['kind']>): void {
  const condition = linkTrouble(fault as LinkFault, {
    node: node?.name,
    nodes: engine.world.nodes,
    // Roles stand for the nodes that have them now.
    nameOf: (name) => nodeFor(engine.cluster.nodes, name, execution)?.name ?? name,
    choices: engine.choices,
  });
  engine.links.begin(condition, fault.forNanos);
}
