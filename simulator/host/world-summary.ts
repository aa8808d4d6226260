/** The simulated world at one instant, for a person who is about to break it. */
import { nodeUpNanos, type Simulation } from '../engine/simulation.ts';
import type { History } from '../journal/history.ts';
import { JOURNAL_STORE } from '../world/network.ts';
import type { NodeState } from '../world/node.ts';
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

/** A fault of the plan. */
export interface WorldFault {
  readonly text: string;
  readonly injected: boolean;
  /** How often it has happened. */
  readonly fired: number;
}

/** Where only a recording is looked at, it has no nodes and no links. */
export interface WorldSummary {
  readonly now: bigint;
  readonly nodes: readonly WorldNode[];
  readonly links: readonly WorldLink[];
  readonly services: readonly WorldService[];
  readonly volumes: readonly string[];
  /** The plan, in its order. */
  readonly faults: readonly WorldFault[];
}

export const WORLD_NAMES_MAX = 20;

export function worldSummary(
  history: History,
  simulation: Simulation | undefined,
  now: bigint,
): WorldSummary {
  return {
    now,
    nodes: simulation === undefined ? [] : nodesOf(simulation),
    links: simulation === undefined ? [] : linksOf(simulation),
    services: servicesOf(history, simulation),
    volumes: simulation === undefined ? [] : [...simulation.engine.volumes.keys()],
    faults: history.faults().map(({ plan, injected, fired }) => ({
      text: faultText(plan),
      injected,
      fired,
    })),
  };
}

function nodesOf({ engine, agenda, executions }: Simulation): readonly WorldNode[] {
  const { now } = agenda;
  return engine.cluster.nodes.map(({ name, state, wall, monotonic }, index) => {
    const owned = executions.filter(({ owner }) => owner?.node.name === name);
    return {
      name,
      state,
      wallSkewNanos: wall.read(now) - engine.wallNanosAt(now),
      monotonicSkewNanos: monotonic.read(now) - nodeUpNanos(index) - now,
      executions: owned.slice(0, WORLD_NAMES_MAX).map(({ id }) => id),
      executionCount: owned.length,
    };
  });
}

/** Links between nodes, and between nodes and everything else, that a fault has touched. */
function linksOf({ engine }: Simulation): readonly WorldLink[] {
  const { network, world } = engine;
  const others = [...world.services.map(({ name }) => name), JOURNAL_STORE];
  const links: WorldLink[] = [];
  const look = (from: string, to: string): void => {
    if (!network.isCalm(from, to)) links.push({ from, to, isCut: !network.isOpen(from, to) });
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

function servicesOf(history: History, simulation: Simulation | undefined): readonly WorldService[] {
  const services = new Map<string, WorldService>();
  for (const config of simulation?.engine.world.services ?? []) {
    const { name, hosts } = config;
    services.set(name, { name, hosts, real: 'real' in config, requests: 0, duplicates: 0 });
  }
  for (const { service: name, duplicateOf } of history.ledger()) {
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
