/** What becomes of a fault that a person clicks: it happens live, or in a branch. */
import type { EffectPlace } from './fault-by-hand.ts';
import type { SimulationModel } from './simulation-model.ts';

export type Injection =
  /** The effect is still to come: the running simulation takes the fault in. */
  | { readonly kind: 'live' }
  /** It has passed: the simulation is run again from its recording, with the fault. */
  | { readonly kind: 'branch'; readonly recording: string }
  /** It has passed, and the simulation still runs: it has to stop before it can be branched. */
  | { readonly kind: 'stop-and-branch'; readonly recording: string }
  | { readonly kind: 'impossible'; readonly reason: string };

export function decideInjection(model: SimulationModel, place: EffectPlace): Injection {
  const { phase, recording } = model;
  const execution = model.executions.get(place.execution);
  if (phase.kind === 'starting' || execution === undefined) {
    return { kind: 'impossible', reason: 'The simulation has not begun yet.' };
  }
  if (model.isLive && place.seq >= execution.summary.effects) {
    return execution.summary.endedAt === undefined
      ? { kind: 'live' }
      : { kind: 'impossible', reason: `${place.execution} has ended before effect #${place.seq}.` };
  }
  if (recording === undefined) {
    return {
      kind: 'impossible',
      reason: 'Effects that have passed can be changed only where there is a recording.',
    };
  }
  if (place.seq >= execution.summary.effects) {
    return { kind: 'impossible', reason: `${place.execution} has no effect #${place.seq}.` };
  }
  return { kind: model.isLive ? 'stop-and-branch' : 'branch', recording };
}

/** The effect that comes next where a person has named none: the one it is paused before. */
export function nextPlace(model: SimulationModel): EffectPlace | undefined {
  const { phase } = model;
  if (phase.kind === 'paused' && phase.execution !== undefined && phase.seq !== undefined) {
    return { execution: phase.execution, seq: phase.seq };
  }
  for (const { summary } of model.executions.values()) {
    if (summary.endedAt === undefined) return { execution: summary.id, seq: summary.effects };
  }
  return undefined;
}
