/**
 * Where a debug session can be: at statements, inside the calls of effects, and at the ends of
 * executions, in the simulation's order.
 */
import { type ExecutionId, type Seq, seqOf } from '../../simulator/journal/entry.ts';
import type { VirtualNanos } from '../../simulator/kernel/time.ts';

/** A place of one execution. */
export type Place =
  /** Inside the call of effect `seq`, before it returns. */
  | {
      readonly kind: 'effect';
      readonly execution: ExecutionId;
      readonly seq: Seq;
      /** Set for what happened in an attempt whose crash took it away again. */
      readonly lostWith?: number;
    }
  /**
   * Before statement `tick`, which counts from 1 since the execution began; effects before `seq`
   * have returned by then.
   */
  | {
      readonly kind: 'statement';
      readonly execution: ExecutionId;
      readonly seq: Seq;
      readonly tick: number;
      /** How many instructions of the statement have run by then; absent at its beginning. */
      readonly instruction?: number;
      readonly lostWith?: number;
    }
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

  /** @param executions those that there are, in the order in which they began */
  constructor(private readonly executions: () => readonly ExecutionId[]) {}

  compare(one: Position, other: Position): number {
    if (one.at !== other.at) return one.at < other.at ? -1 : 1;
    const byExecution = this.number(one.place) - this.number(other.place);
    if (byExecution !== 0) return byExecution;
    // Before anything of an execution is before its first statement, too.
    const byStart = Number(other.ordinal < CALL) - Number(one.ordinal < CALL);
    if (byStart !== 0) return byStart;
    const byPlace = rank(one.place) - rank(other.place);
    if (!Number.isNaN(byPlace) && byPlace !== 0) return byPlace;
    if (one.place.kind === 'statement' && other.place.kind === 'statement') {
      const byTick = one.place.tick - other.place.tick;
      return byTick !== 0 ? byTick : (one.place.instruction ?? 0) - (other.place.instruction ?? 0);
    }
    return one.ordinal - other.ordinal;
  }

  private number({ execution }: Place): number {
    const known = this.numbers.get(execution);
    if (known !== undefined) return known;
    this.executions().forEach((id, index) => {
      this.numbers.set(id, index);
    });
    return this.numbers.get(execution) ?? Number.MAX_SAFE_INTEGER;
  }
}

/** Statements lie between the effects, the ends after them all. */
function rank(place: Place): number {
  if (place.kind === 'end') return Number.POSITIVE_INFINITY;
  return place.kind === 'effect' ? place.seq : place.seq - 0.5;
}

export function samePlace(one: Place, other: Place): boolean {
  if (one.execution !== other.execution) return false;
  if (one.kind === 'end' || other.kind === 'end') return one.kind === other.kind;
  if (one.lostWith !== other.lostWith) return false;
  if (one.kind === 'statement') {
    if (other.kind !== 'statement') return false;
    return one.tick === other.tick && one.instruction === other.instruction;
  }
  return other.kind === 'effect' && one.seq === other.seq;
}

/** Whether a statement has been begun at a place, and not ended. */
export function isWithin(place: Place): boolean {
  return place.kind === 'effect' || (place.kind === 'statement' && place.instruction !== undefined);
}

/** The attempt whose crash took a place away; undefined for one that is still there. */
export function lostWith(place: Place): number | undefined {
  return place.kind === 'end' ? undefined : place.lostWith;
}

/** The same place in a simulation in which no crash has come after it. */
export function beforeLoss(place: Place): Place {
  if (place.kind === 'end') return place;
  const { lostWith: _, ...rest } = place;
  return rest;
}

/** Before anything that an execution does. */
export function beforeFirst(execution: ExecutionId, at: VirtualNanos): Position {
  return { at, place: { kind: 'effect', execution, seq: seqOf(0) }, ordinal: -1 };
}
