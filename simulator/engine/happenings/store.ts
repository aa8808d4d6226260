import type { STORE_FAULTS } from '../../faults/kinds/store.ts';
import { clog, type LinkTest, slowLink } from '../../world/link-condition.ts';
import { JOURNAL_STORE } from '../../world/network.ts';
import type { SimulatedNode } from '../../world/node.ts';
import type { Happenings } from './happening.ts';
import { nodeOf } from './node-of.ts';

export const STORE_HAPPENINGS: Happenings<keyof typeof STORE_FAULTS> = {
  'store-unreachable': ({ engine, fault, node }) => {
    const outage = { ...clog(both(node)), kind: fault.kind };
    engine.links.begin(outage, fault.forNanos);
  },
  'store-slow': ({ engine, fault, node }) => {
    const { kind, byNanos: latencyNanos, forNanos } = fault;
    const slowness = { latencyNanos, jitterNanos: 0n, bandwidth: undefined };
    const condition = slowLink(towards(node), slowness, engine.choices);
    engine.links.begin({ ...condition, kind }, forNanos);
  },
  'torn-tail': (scene) => {
    const { engine, fault } = scene;
    const node = nodeOf(scene);
    const downNanos = fault.restartAfterNanos ?? engine.world.restartAfterNanos;
    for (const attempt of engine.cluster.attemptsOn(node)) attempt.commits.tear(fault.share);
    engine.cluster.crash(node, downNanos);
  },
};

/** What goes from a node, or from all, to the journal store. */
function towards(node: SimulatedNode | undefined): LinkTest {
  return (from, to) => to === JOURNAL_STORE && (node === undefined || from === node.name);
}

function both(node: SimulatedNode | undefined): LinkTest {
  const there = towards(node);
  return (from, to) => there(from, to) || there(to, from);
}
