/** Instants by numbers that outlive a session: the same recording has the same ones for ever. */
import { type ExecutionId, seqOf } from '../../simulator/journal/entry.ts';
import type { History } from '../../simulator/journal/history.ts';
import type { Place } from './place.ts';

export interface Instant {
  readonly execution: ExecutionId;
  /** The effect at hand, or the latest one; the number of effects at an end. */
  readonly seq: number;
  /** The statement, counted from 1; undefined inside the call of an effect, and at an end. */
  readonly tick: number | undefined;
  /** How many instructions of the statement have run; undefined at its beginning. */
  readonly instruction: number | undefined;
  /** The attempt whose crash took this away again. */
  readonly lostWith: number | undefined;
}

export function instantOf(place: Place, history: History): Instant {
  const { execution } = place;
  if (place.kind === 'end') {
    const seq = history.entries(execution).length;
    return { execution, seq, tick: undefined, instruction: undefined, lostWith: undefined };
  }
  const { lostWith } = place;
  if (place.kind === 'effect') {
    return { execution, seq: place.seq, tick: undefined, instruction: undefined, lostWith };
  }
  const { tick, instruction } = place;
  return { execution, seq: Math.max(0, place.seq - 1), tick, instruction, lostWith };
}

/** The place to look for on the path that an instant is on. */
export function placeOfInstant({ execution, seq, tick, lostWith }: Instant): Place {
  const at = { execution, seq: seqOf(seq), ...(lostWith === undefined ? {} : { lostWith }) };
  return tick === undefined ? { kind: 'effect', ...at } : { kind: 'statement', tick, ...at };
}
