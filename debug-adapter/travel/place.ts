/** Where a debug session can be: effects, and the ends of executions, in the simulation's order. */
import { type ExecutionId, type Seq, seqOf } from '../../simulator/journal/entry.ts';
import type { VirtualNanos } from '../../simulator/kernel/time.ts';

/** A place of one execution. */
export type Place =
  /** Inside the call of effect `seq`, before it returns. */
  | { readonly kind: 'effect'; readonly execution: ExecutionId; readonly seq: Seq }
  /** After its last effect: it has ended, or what is known of it has. */
  | { readonly kind: 'end'; readonly execution: ExecutionId };

/** A place, and the instant of the whole simulation at which the session looks at it. */
export interface Position {
  readonly at: VirtualNanos;
  readonly place: Place;
  /** 0 is the call; what befalls an effect later counts from 1, in order. */
  readonly ordinal: number;
}

/** The ordinal of a call: before anything that befalls it. */
export const CALL = 0;

/** Orders positions of a whole simulation; executions at the same instant go by their number. */
export class PositionOrder {
  private readonly numbers = new Map<ExecutionId, number>();

  constructor(executions: readonly ExecutionId[]) {
    executions.forEach((id, index) => {
      this.numbers.set(id, index);
    });
  }

  compare(one: Position, other: Position): number {
    if (one.at !== other.at) return one.at < other.at ? -1 : 1;
    const byExecution = this.number(one.place) - this.number(other.place);
    if (byExecution !== 0) return byExecution;
    const byPlace = rank(one.place) - rank(other.place);
    return Number.isNaN(byPlace) || byPlace === 0 ? one.ordinal - other.ordinal : byPlace;
  }

  private number({ execution }: Place): number {
    return this.numbers.get(execution) ?? Number.MAX_SAFE_INTEGER;
  }
}

function rank(place: Place): number {
  return place.kind === 'end' ? Number.POSITIVE_INFINITY : place.seq;
}

export function samePlace(one: Place, other: Place): boolean {
  if (one.kind !== other.kind || one.execution !== other.execution) return false;
  return one.kind === 'end' || other.kind === 'end' || one.seq === other.seq;
}

/** Before anything that an execution does. */
export function beforeFirst(execution: ExecutionId, at: VirtualNanos): Position {
  return { at, place: { kind: 'effect', execution, seq: seqOf(0) }, ordinal: -1 };
}
