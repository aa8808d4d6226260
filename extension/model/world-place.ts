/** The instant at which a world is looked at: the present, or one that a row of executions stands for. */
import type { PastInstant } from '../../simulator/host/protocol.ts';
import { formatDuration } from '../../simulator/kernel/time.ts';
import type { Row } from './execution-rows.ts';
import type { EffectPlace } from './fault-by-hand.ts';
import type { SimulationModel } from './simulation-model.ts';

export interface WorldPlace {
  readonly past: PastInstant;
  /** `before #3 of order-1`. */
  readonly text: string;
}

/** Undefined for a row that stands for no instant, and while its simulation is live. */
export function placeOfRow(row: Row, model: SimulationModel): WorldPlace | undefined {
  if (model.isLive || !('execution' in row)) return undefined;
  const execution = model.executions.get(row.execution);
  switch (row.kind) {
    case 'effect': {
      const effect = execution?.window.at(row.seq);
      return effect === undefined ? undefined : beforeEffect(row, effect.startedAt);
    }
    case 'lost':
      return beforeEffect({ execution: row.execution, seq: row.effect.seq }, row.effect.startedAt);
    case 'trace':
      return atInstant(row.trace.at, `at ${formatDuration(row.trace.at)}`);
    case 'attempt': {
      const attempt = execution?.summary.attempts.find(({ number }) => number === row.attempt);
      if (attempt === undefined) return undefined;
      return atInstant(attempt.startedAt, `when attempt ${row.attempt} of ${row.execution} began`);
    }
    default:
      return undefined;
  }
}

/** Where a fault that is clicked begins a branch; undefined where a person has to say. */
export function branchPlace(place: WorldPlace | undefined): EffectPlace | undefined {
  return place?.past.before;
}

/** What stands above a world that is over. */
export function pastText(place: WorldPlace | undefined): string {
  const when = place === undefined ? 'at its end' : place.text;
  return `As it was ${when}. What is broken here begins a branch.`;
}

function beforeEffect({ execution, seq }: EffectPlace, at: bigint): WorldPlace {
  return { past: { at, before: { execution, seq } }, text: `before #${seq} of ${execution}` };
}

function atInstant(at: bigint, text: string): WorldPlace {
  return { past: { at }, text };
}
