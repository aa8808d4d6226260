/** What faults make of links: which they concern, and what becomes of messages there. */
import type { FaultOf } from '../faults/fault.ts';
import type { Choices } from '../kernel/choices.ts';
import {
  clog,
  type LinkCondition,
  type LinkTest,
  lossyLink,
  partition,
  slowLink,
} from '../world/link-condition.ts';
import { linksBesideBridge, linksBetween, linksOutsideRing, type Way } from '../world/link-set.ts';
import { JOURNAL_STORE } from '../world/network.ts';

/** Where a fault of links happens. */
export interface TroubledPlace {
  /** The node that it is done to; undefined where it is done to all, or to none. */
  readonly node: string | undefined;
  /** All nodes of the world, in their order. */
  readonly nodes: readonly string[];
  /** The node that has a role now; any other name is its own. */
  readonly nameOf: (name: string) => string;
  /** What is drawn for messages is drawn here. */
  readonly choices: Choices;
}

type Troubles<K extends LinkCondition['kind']> = {
  readonly [Kind in K]: (fault: FaultOf<Kind>, place: TroubledPlace) => LinkCondition;
};

export type LinkFault = { [K in LinkCondition['kind']]: FaultOf<K> }[LinkCondition['kind']];

const TROUBLES: Troubles<LinkCondition['kind']> = {
  partition: (fault, place) => partition(cutLinks(fault, place)),
  'slow-link': (fault, place) => slowLink(linksOf(fault, place), fault, place.choices),
  'lossy-link': (fault, place) => lossyLink(linksOf(fault, place), fault.share, place.choices),
  clog: (fault, place) => clog(linksOf(fault, place)),
  'store-unreachable': ({ kind }, { node }) => ({ ...clog(both(node)), kind }),
  'store-slow': ({ kind, byNanos: latencyNanos }, { node, choices }) => {
    const slowness = { latencyNanos, jitterNanos: 0n, bandwidth: undefined };
    return { ...slowLink(towards(node), slowness, choices), kind };
  },
};

/** What is wrong with links from when such a fault happens until it ends. */
export function linkTrouble(fault: LinkFault, place: TroubledPlace): LinkCondition {
  const make = TROUBLES[fault.kind] as (fault: LinkFault, place: TroubledPlace) => LinkCondition;
  return make(fault, place);
}

export function isLinkFault(fault: { readonly kind: string }): fault is LinkFault {
  return Object.hasOwn(TROUBLES, fault.kind);
}

function cutLinks(fault: FaultOf<'partition'>, place: TroubledPlace): LinkTest {
  const { nodes, node } = place;
  if (fault.shape === 'ring') return linksOutsideRing(nodes);
  if (fault.shape === 'bridge') return linksBesideBridge(nodes);
  if (fault.from !== undefined || fault.to !== undefined) return linksOf(fault, place);
  const isolated = fault.isolate ?? (node === undefined ? [] : [node]);
  return linksBetween(namesIn(isolated, place), undefined, fault.way);
}

type Names = readonly string[] | undefined;

/** The links that a fault names; all of them when it names none. */
function linksOf(
  { from, to, way }: { readonly from: Names; readonly to: Names; readonly way: Way },
  place: TroubledPlace,
): LinkTest {
  return linksBetween(namesIn(from, place), namesIn(to, place), way);
}

function namesIn(names: Names, { nameOf }: TroubledPlace): ReadonlySet<string> | undefined {
  return names === undefined ? undefined : new Set(names.map(nameOf));
}

/** What goes from a node, or from all, to the journal store. */
function towards(node: string | undefined): LinkTest {
  return (from, to) => to === JOURNAL_STORE && (node === undefined || from === node);
}

function both(node: string | undefined): LinkTest {
  const there = towards(node);
  return (from, to) => there(from, to) || there(to, from);
}
