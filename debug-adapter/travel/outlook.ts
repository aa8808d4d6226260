/** What is known of a simulation's effects, recorded and at the live edge. It owns nothing. */
import type { SimulationView } from '../../simulator/host/simulation-run.ts';
import { type Entry, type ExecutionId, seqOf } from '../../simulator/journal/entry.ts';
import { executionIds } from './happening.ts';
import { callPosition } from './itinerary.ts';
import type { LiveDriver } from './live-driver.ts';
import { lostEffects, notBegun } from './lost-effects.ts';
import { CALL, lostWith, type Place, type Position, samePlace } from './place.ts';
import { type SeenEffect, seenEntry, seenLost, seenUpcoming } from './seen-effect.ts';
import { EMPTY_STACK, type Stack, type StackBook } from './stack-book.ts';

export class Outlook {
  constructor(
    readonly view: SimulationView,
    readonly book: StackBook,
    readonly live: LiveDriver | undefined,
  ) {}

  /** The effect before which the live simulation was put aside. */
  upcoming(): SeenEffect | undefined {
    const { live } = this;
    if (live?.upcoming === undefined) return undefined;
    return seenUpcoming(live.upcoming, live.run.simulation.agenda.now);
  }

  /** How many effects of an execution are known, the upcoming one included. */
  count(execution: ExecutionId): number {
    const { length } = this.view.history.entries(execution);
    return this.live?.upcoming?.execution === execution ? length + 1 : length;
  }

  effect(execution: ExecutionId, seq: number): SeenEffect | undefined {
    const entry = this.view.history.entries(execution)[seq];
    if (entry !== undefined) return seenEntry(execution, entry);
    const upcoming = this.upcoming();
    return upcoming?.execution === execution && upcoming.seq === seq ? upcoming : undefined;
  }

  last(execution: ExecutionId): SeenEffect | undefined {
    return this.effect(execution, this.count(execution) - 1);
  }

  /** Calls that crashes took away from an execution, attempt by attempt. */
  lost(execution: ExecutionId): readonly SeenEffect[] {
    return lostEffects(this.view.history, this.book, execution);
  }

  /** The first effect of all that has been performed. */
  first(): SeenEffect | undefined {
    const firsts = executionIds(this.view.history).flatMap((id) => {
      const entry = this.view.history.entries(id)[0];
      const lost = this.lost(id).filter(({ seq }) => seq === 0);
      return entry === undefined ? lost : [...lost, seenEntry(id, entry)];
    });
    return firsts.reduce<SeenEffect | undefined>(
      (best, effect) => (best === undefined || effect.startedAt < best.startedAt ? effect : best),
      undefined,
    );
  }

  /** How many effects of an execution have a position for which `isWithin` holds: a first few. */
  countWithin(execution: ExecutionId, isWithin: (position: Position) => boolean): number {
    let low = 0;
    let high = this.count(execution);
    while (low < high) {
      const middle = (low + high) >>> 1;
      const effect = this.effect(execution, middle);
      if (effect !== undefined && isWithin(callPosition(effect))) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Where an execution was at the instant that is looked at; undefined before its first effect. */
  placeOf(current: Position, execution: ExecutionId): Place | undefined {
    const { place, at } = current;
    if (place.execution === execution) return place;
    const row = this.view.history.execution(execution);
    if (row?.endedAt !== undefined && row.endedAt <= at) return { kind: 'end', execution };
    const lost = this.lostUnderWay(execution, at);
    if (lost !== undefined) return callPosition(lost).place;
    const begun = this.countWithin(execution, (position) => position.at <= at);
    return begun === 0 ? undefined : { kind: 'effect', execution, seq: seqOf(begun - 1) };
  }

  /** The latest call of an execution at an instant, when it was lost later. */
  private lostUnderWay(execution: ExecutionId, at: bigint): SeenEffect | undefined {
    const attempts = this.view.history.attempts(execution);
    return this.lost(execution).findLast(({ startedAt, attempt }) => {
      const end = attempts.find(({ number }) => number === attempt)?.endedAt;
      return startedAt <= at && (end === undefined || at <= end);
    });
  }

  /** The effect at a place; undefined at an end, and where nothing is known yet. */
  effectAt(current: Position, place: Place): SeenEffect | undefined {
    if (place.kind === 'end') return undefined;
    const { execution, seq } = place;
    // Between effects it is the one that was called last.
    if (place.kind === 'statement') {
      return this.lostEffect(place, seq - 1) ?? this.effect(execution, seq - 1);
    }
    const lost = this.lostEffect(place, seq);
    if (lost !== undefined) return lost;
    const found = this.lostAt(current, place) ?? this.effect(execution, seq);
    if (found !== undefined) return found;
    // A crash came before it was performed, and nobody has performed it since.
    const asked = this.live?.latestAsked(execution);
    return asked?.seq === seq ? { ...asked, state: 'lost' } : undefined;
  }

  /** An effect of an attempt whose crash took it away. */
  private lostEffect(place: Place, seq: number): SeenEffect | undefined {
    const attempt = lostWith(place);
    if (attempt === undefined) return undefined;
    const { execution } = place;
    const { history } = this.view;
    const found = history
      .lostEntries(execution)
      .find((row) => row.attempt === attempt && row.entry.seq === seq);
    if (found !== undefined) return seenLost(execution, attempt, found.entry);
    const asked = notBegun(history, this.book, execution, attempt);
    return asked?.seq === seq ? asked : undefined;
  }

  /** At a crash, what the crashed attempt had and the journal had not. */
  private lostAt(current: Position, place: Place & { kind: 'effect' }): SeenEffect | undefined {
    const { ordinal, at } = current;
    if (ordinal <= CALL || !samePlace(current.place, place)) return undefined;
    const { execution, seq } = place;
    const { history } = this.view;
    const crashed = history
      .attempts(execution)
      .find(({ outcome, endedAt }) => outcome === 'crashed' && endedAt === at);
    if (crashed === undefined) return undefined;
    const attempt = crashed.number;
    const lost = history
      .lostEntries(execution)
      .find((row) => row.attempt === attempt && row.entry.seq === seq);
    const entry = lost?.entry ?? this.unsavedAt(execution, seq);
    if (entry === undefined) return undefined;
    return { ...seenEntry(execution, entry), state: 'lost', attempt };
  }

  /** What a crashed attempt holds and the journal does not, until somebody takes over. */
  private unsavedAt(execution: ExecutionId, seq: number): Entry | undefined {
    const { live } = this;
    if (live?.run.simulation.engine.executions.get(execution)?.latest?.outcome !== 'crashed') {
      return undefined;
    }
    const held = this.view.history.entries(execution)[seq];
    const saved = live.run.history.entries(execution)[seq];
    const isSaved =
      saved !== undefined && (saved.result !== undefined || held?.result === undefined);
    return isSaved ? undefined : held;
  }

  stackAt(place: Place): Stack {
    if (place.kind === 'effect') {
      return this.book.stackAt(place.execution, place.seq, place.lostWith);
    }
    const status = this.view.history.execution(place.execution)?.status;
    const tells = status === 'trapped' || status === 'diverged';
    return tells ? this.book.endStack(place.execution) : EMPTY_STACK;
  }

  hasEnded(execution: ExecutionId): boolean {
    return this.view.history.execution(execution)?.endedAt !== undefined;
  }
}
