import type { Simulation } from '../engine/simulation.ts';
import type { NodeSummary } from './protocol.ts';

/** The nodes of a live simulation, as they are now. */
export function nodesOf(simulation: Simulation): readonly NodeSummary[] {
  const { now } = simulation.agenda;
  return simulation.engine.cluster.nodes.map(({ name, state, wall }) => ({
    name,
    state,
    wallNanos: wall.read(now),
  }));
}
