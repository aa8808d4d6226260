/** The simulated world at one instant, for a person who is about to break it. */
import type { ServiceConfig, WorldConfig } from '../config/config.ts';
import type { JsonObject } from '../effects/operation.ts';
import { nodeUpNanos, type Simulation } from '../engine/simulation.ts';
import type { TroubledVolume } from '../engine/volume-faults.ts';
import type { History } from '../journal/history.ts';
import type { VirtualNanos } from '../kernel/time.ts';
import type { LinkCondition } from '../world/link-condition.ts';
import { JOURNAL_STORE, type Network } from '../world/network.ts';
import type { NodeState, SimulatedNode } from '../world/node.ts';
import { faultText } from './text/fault-text.ts';

export interface WorldNode {
  readonly name: string;
  readonly state: NodeState;
  /** How far each clock is ahead of where it would be without faults; negative when behind. */
  readonly wallSkewNanos: bigint;
  readonly monotonicSkewNanos: bigint;
  /** Executions that it owns, by id; the first WORLD_NAMES_MAX of them. */
  readonly executions: readonly string[];
  readonly executionCount: number;
}

/** A link that is not as it always is, in one direction. */
export interface WorldLink {
  readonly from: string;
  readonly to: string;
  /** Nothing gets through. */
  readonly isCut: boolean;
  /** What is wrong with it, each kind once. */
  readonly faults: readonly LinkCondition['kind'][];
}

export interface WorldService {
  readonly name: string;
  readonly hosts: readonly string[];
  /** The real hosts answer. */
  readonly real: boolean;
  readonly requests: number;
  /** Requests that repeat one before them. */
  readonly duplicates: number;
}

export type WorldVolume = TroubledVolume;

/** A fault of the plan. */
export interface WorldFault {
  readonly text: string;
  readonly injected: boolean;
  /** How often it has happened. */
  readonly fired: number;
}

/** Without nodes where a recording does not say what it ran. */
export interface WorldSummary {
  readonly now: bigint;
  readonly nodes: readonly WorldNode[];
  readonly links: readonly WorldLink[];
  readonly services: readonly WorldService[];
  readonly volumes: readonly WorldVolume[];
  /** The plan, in its order. */
  readonly faults: readonly WorldFault[];
}

export const WORLD_NAMES_MAX = 20;

/** What there is at an instant, live or past. */
export interface WorldState {
  readonly now: VirtualNanos;
  readonly world: WorldConfig;
  readonly nodes: readonly SimulatedNode[];
  readonly network: Pick<Network, 'isCalm' | 'isOpen' | 'faultsOn'>;
  /** Ids in the order in which the executions were started. */
  readonly ownedBy: (node: SimulatedNode) => readonly string[];
  readonly volumes: readonly WorldVolume[];
  /** How often a fault has happened, or those that are written in the same way; undefined for now. */
  readonly firedOf?: (plan: JsonObject) => number;
}

export function liveWorld({ engine, agenda, executions }: Simulation): WorldState {
  const { network, world, cluster, volumes, volumeFaults } = engine;
  return {
    ...{ now: agenda.now, world, network, nodes: cluster.nodes },
    ownedBy: (node) => executions.filter(({ owner }) => owner?.node === node).map(({ id }) => id),
    volumes: volumeFaults.now([...volumes.keys()]),
  };
}

/** @param state undefined where nothing is known of it */
export function worldSummary(
  history: History,
  state: WorldState | undefined,
  now: VirtualNanos,
): WorldSummary {
  return {
    now,
    nodes: state === undefined ? [] : nodesOf(state),
    links: state === undefined ? [] : linksOf(state),
    services: servicesOf(history, state?.world.services ?? [], now),
    volumes: state?.volumes ?? [],
    faults: faultsOf(history, state?.firedOf),
  };
}

function nodesOf({ now, world, nodes, ownedBy }: WorldState): readonly WorldNode[] {
  return nodes.map((node, index) => {
    const { name, state, wall, monotonic } = node;
    const owned = ownedBy(node);
    return {
      ...{ name, state },
      wallSkewNanos: wall.read(now) - world.startUnixNanos - now,
      monotonicSkewNanos: monotonic.read(now) - nodeUpNanos(index) - now,
      executions: owned.slice(0, WORLD_NAMES_MAX),
      executionCount: owned.length,
    };
  });
}

/** Links between nodes, and between nodes and everything else, that a fault has touched. */
function linksOf({ network, world }: WorldState): readonly WorldLink[] {
  const others = [
    ...world.services.map(({ name }) => name),
    ...world.volumes.map(({ name }) => name),
    JOURNAL_STORE,
  ];
  const links: WorldLink[] = [];
  const look = (from: string, to: string): void => {
    if (network.isCalm(from, to)) return;
    links.push({ from, to, isCut: !network.isOpen(from, to), faults: network.faultsOn(from, to) });
  };
  for (const node of world.nodes) {
    for (const peer of world.nodes) if (peer !== node) look(node, peer);
    for (const other of others) {
      look(node, other);
      look(other, node);
    }
  }
  return links;
}

function servicesOf(
  history: History,
  configs: readonly ServiceConfig[],
  now: VirtualNanos,
): readonly WorldService[] {
  const services = new Map<string, WorldService>();
  for (const config of configs) {
    const { name, hosts } = config;
    services.set(name, { name, hosts, real: 'real' in config, requests: 0, duplicates: 0 });
  }
  for (const { service: name, at, duplicateOf } of history.ledger()) {
    if (at > now) continue;
    const known = services.get(name) ?? {
      ...{ name, hosts: [], real: false, requests: 0, duplicates: 0 },
    };
    services.set(name, {
      ...known,
      requests: known.requests + 1,
      duplicates: known.duplicates + (duplicateOf === undefined ? 0 : 1),
    });
  }
  return [...services.values()];
}

function faultsOf(history: History, firedOf: WorldState['firedOf']): readonly WorldFault[] {
  /** By how a fault is written. */
  const left = new Map<string, number>();
  return history.faults().map(({ plan, injected, fired: inAll }) => {
    const text = faultText(plan);
    if (firedOf === undefined) return { text, injected, fired: inAll };
    // Of those that are written in the same way, the first happens first.
    const key = JSON.stringify(plan);
    const all = left.get(key) ?? firedOf(plan);
    const fired = Math.min(inAll, all);
    left.set(key, all - fired);
    return { text, injected, fired };
  });
}
