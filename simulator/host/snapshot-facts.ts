import type { Simulation } from '../engine/simulation.ts';
import type { NodeSummary } from './protocol.ts';
import type { SimulationView } from './simulation-run.ts';

/** The nodes of a live simulation, as they are now. */
export function nodesOf(simulation: Simulation): readonly NodeSummary[] {
  const { now } = simulation.agenda;
  return simulation.engine.cluster.nodes.map(({ name, state, wall }) => ({
    name,
    state,
    wallNanos: wall.read(now),
  }));
}

/** The latest instant that a recorded simulation tells of, in virtual nanoseconds. */
export function lastInstant({ history }: SimulationView): bigint {
  let last = 0n;
  for (const { startedAt, endedAt } of history.executions()) {
    const at = endedAt ?? startedAt;
    if (at > last) last = at;
  }
  return last;
}
