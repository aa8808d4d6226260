import type { JsonObject } from '../effects/operation.ts';
import type { LiveSession } from './live-session.ts';

/**
 * A fault that says no place happens now: at the effect before which the simulation is paused, else
 * at the next instant at which nothing else does.
 */
export function atPresent({ state, run }: LiveSession, fault: JsonObject): JsonObject {
  if (fault.at !== undefined) return fault;
  if (state.kind === 'paused' && state.execution !== undefined && state.seq !== undefined) {
    return { ...fault, at: { execution: state.execution, seq: state.seq } };
  }
  return { ...fault, at: { time: `${run.simulation.agenda.freeInstant()}ns` } };
}
