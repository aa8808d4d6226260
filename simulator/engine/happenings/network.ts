import type { NETWORK_FAULTS } from '../../faults/kinds/network.ts';
import { clog, type LinkTest, lossyLink, partition, slowLink } from '../../world/link-condition.ts';
import {
  linksBesideBridge,
  linksBetween,
  linksOutsideRing,
  type Way,
} from '../../world/link-set.ts';
import type { Happenings, Scene } from './happening.ts';
import { nodeFor } from './node-for.ts';

type Names = readonly string[] | undefined;

export const NETWORK_HAPPENINGS: Happenings<HappeningLinks> = {
  partition: (scene) => {
    scene.engine.links.begin(partition(cutLinks(scene)), scene.fault.forNanos);
  },
  'slow-link': (scene) => {
    const { engine, fault } = scene;
    const slow = slowLink(linksOf(scene), fault, engine.choices);
    engine.links.begin(slow, fault.forNanos);
  },
  'lossy-link': (scene) => {
    const { engine, fault } = scene;
    const lossy = lossyLink(linksOf(scene), fault.share, engine.choices);
    engine.links.begin(lossy, fault.forNanos);
  },
  clog: (scene) => scene.engine.links.begin(clog(linksOf(scene)), scene.fault.forNanos),
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

function cutLinks(scene: Scene<'partition'>): LinkTest {
  const { engine, fault, node } = scene;
  const nodes = engine.cluster.nodes.map(({ name }) => name);
  if (fault.shape === 'ring') return linksOutsideRing(nodes);
  if (fault.shape === 'bridge') return linksBesideBridge(nodes);
  if (fault.from !== undefined || fault.to !== undefined) return linksOf(scene);
  const isolated = fault.isolate ?? (node === undefined ? [] : [node.name]);
  return linksBetween(namesIn(scene, isolated), undefined, fault.way);
}

/** The links that a fault names; all of them when it names none. */
function linksOf(
  scene: Pick<Scene, 'engine' | 'execution'> & {
    readonly fault: { readonly from: Names; readonly to: Names; readonly way: Way };
  },
): LinkTest {
  const { from, to, way } = scene.fault;
  return linksBetween(namesIn(scene, from), namesIn(scene, to), way);
}

/** Names in which roles stand for the nodes that have them now. */
function namesIn(
  { engine, execution }: Pick<Scene, 'engine' | 'execution'>,
  names: Names,
): ReadonlySet<string> | undefined {
  if (names === undefined) return undefined;
  return new Set(names.map((name) => nodeFor(engine, name, execution)?.name ?? name));
}
