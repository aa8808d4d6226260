/**
 * Where a session is, and the stops by which it comes there. It owns the position; motions tell it
 * where to go.
 */
import type { Entry, ExecutionId } from '../../simulator/journal/entry.ts';
import type { History } from '../../simulator/journal/history.ts';
import type { VirtualNanos } from '../../simulator/kernel/time.ts';
import type { DataStop } from './data/data-hits.ts';
import { NO_EXCEPTIONS } from './exception-stops.ts';
import { endText, executionIds, type Happening } from './happening.ts';
import { callPosition, type Itinerary, type StopPoint, type StopSettings } from './itinerary.ts';
import { entriesOf } from './lost-calls.ts';
import type { MotionEnd, Within } from './motion.ts';
import type { Outlook } from './outlook.ts';
import { CALL, lostWith, type Place, type Position, samePlace } from './place.ts';
import type { SeenEffect } from './seen-effect.ts';
import type { PathBook } from './statements/path-book.ts';
import type { StatementStop } from './statements/statement-hits.ts';
import { DESCRIPTIONS, type Stop, type StopReason, waitingText } from './stop.ts';

const NO_SETTINGS: StopSettings = {
  breakpoints: [],
  statements: [],
  data: [],
  exceptions: NO_EXCEPTIONS,
};

export class Whereabouts {
  settings: StopSettings = NO_SETTINGS;

  constructor(
    readonly itinerary: Itinerary,
    readonly outlook: Outlook,
    private readonly paths: PathBook | undefined,
    private current: Position,
  ) {}

  get position(): Position {
    return this.current;
  }

  get place(): Place {
    return this.current.place;
  }

  /** How a position lies to the present one. */
  compare(position: Position): number {
    return this.itinerary.order.compare(position, this.current);
  }

  /** What befalls an execution, as far as it is to be stopped at. */
  happeningsOf(execution: ExecutionId): Happening[] {
    return this.itinerary.happeningsOf(execution, this.settings.exceptions);
  }

  /** The position of a place, at the instant at which its execution came there. */
  positionOf(place: Place): Position {
    const { execution } = place;
    if (place.kind === 'end') return this.itinerary.endOf(execution) ?? this.current;
    const entries =
      this.paths?.pathAt(place)?.life.entries ??
      entriesOf(this.history, execution, lostWith(place));
    const at =
      place.kind === 'effect' ? this.calledAt(place, entries) : this.cameTo(place, entries);
    return { at: this.beforeCrash(place, at ?? this.current.at), place, ordinal: CALL };
  }

  /** What was lost with an attempt came before its end, also where the next was given it again. */
  private beforeCrash(place: Place, at: VirtualNanos): VirtualNanos {
    const number = lostWith(place);
    const attempts = number === undefined ? [] : this.history.attempts(place.execution);
    const end = attempts.find((each) => each.number === number)?.endedAt;
    return end !== undefined && end < at ? end : at;
  }

  private calledAt(
    { execution, seq, lostWith: attempt }: Place & { kind: 'effect' },
    entries: readonly Entry[],
  ): VirtualNanos | undefined {
    if (attempt === undefined) return this.outlook.effect(execution, seq)?.startedAt;
    // The crash may have come before it was begun.
    const before = entries[seq - 1];
    return entries[seq]?.startedAt ?? before?.deliveredAt ?? before?.endedAt;
  }

  /** When a program came to the statements after an effect. */
  private cameTo(
    { execution, seq, lostWith: attempt }: Place & { kind: 'statement' },
    entries: readonly Entry[],
  ): VirtualNanos | undefined {
    const before = entries[seq - 1];
    const came = before?.deliveredAt ?? before?.endedAt ?? before?.startedAt;
    const next = entries[seq];
    const attempts = this.history.attempts(execution);
    const number = attempt ?? next?.attempt ?? attempts.at(-1)?.number;
    const began = attempts.find((each) => each.number === number)?.startedAt;
    const start = came ?? this.history.execution(execution)?.startedAt;
    // After a crash it comes there once more, in the attempt that goes on.
    const again = began !== undefined && start !== undefined && began > start;
    return again && (next === undefined || began <= next.startedAt) ? began : start;
  }

  /** Makes another execution the one that is looked at, at the same instant. */
  turnTo(position: Position): void {
    this.current = position;
  }

  // Stops.

  settle(end: MotionEnd, reason: StopReason): Stop {
    switch (end.kind) {
      case 'ended':
        return this.atEnd();
      case 'waiting': {
        const [question] = end.questions;
        if (question !== undefined) {
          const { execution, seq } = question;
          const text = `${execution} #${seq} asks what became of the call: .answer retry or fail`;
          const asked = this.outlook.effect(execution, seq);
          if (asked !== undefined) return { ...this.atCall(asked, 'pause', text), waits: true };
        }
        return { ...this.atLatest('pause', waitingText(end.promises)), waits: true };
      }
      case 'stopped':
      case 'paused':
      case 'disposed': {
        const within = end.kind === 'paused' ? this.within(end.within) : undefined;
        if (within !== undefined) return this.at(within, 'pause', DESCRIPTIONS.pause);
        const upcoming = this.outlook.upcoming();
        const why = end.kind === 'stopped' ? reason : 'pause';
        if (upcoming !== undefined) return this.atCall(upcoming, why, DESCRIPTIONS[why]);
        return this.atLatest(why, DESCRIPTIONS[why]);
      }
    }
  }

  /** The statement at which a guest was put aside while it computed. */
  private within(within: Within | undefined): Position | undefined {
    if (within?.tick === undefined) return undefined;
    const place = this.paths?.pathOf(within.execution)?.placeAt(within.tick);
    return place === undefined ? undefined : this.positionOf(place);
  }

  atPoint({ position, stops, happening }: StopPoint): Stop {
    if (happening !== undefined) return this.atHappening(happening);
    this.current = position;
    const byFunction = stops.every(({ target }) => target.kind !== 'line');
    const reason = byFunction ? 'function breakpoint' : 'breakpoint';
    const breakpoints = stops.map(({ id }) => id);
    return { ...this.here(reason, DESCRIPTIONS[reason]), breakpoints };
  }

  atStatement({ position, breakpoints, problem }: StatementStop): Stop {
    const byFunction = breakpoints.every(({ kind }) => kind === 'function');
    const reason = byFunction ? 'function breakpoint' : 'breakpoint';
    const stop = this.at(position, reason, problem ?? DESCRIPTIONS[reason]);
    const ids = breakpoints.map(({ id }) => id);
    return { ...stop, breakpoints: ids, ...(problem === undefined ? {} : { problem }) };
  }

  /** Where a value changes; a breakpoint on the same statement is hit too. */
  atChange({ position, breakpoints, description, problem }: DataStop, also?: StatementStop): Stop {
    const stop = this.at(position, 'data breakpoint', description);
    const joins = also !== undefined && samePlace(also.position.place, position.place);
    const hit = [...breakpoints, ...(joins ? also.breakpoints : [])];
    const ids = hit.map(({ id }) => id);
    return { ...stop, breakpoints: ids, ...(problem === undefined ? {} : { problem }) };
  }

  atHappening(happening: Happening): Stop {
    this.current = happening.position;
    return { ...this.here('exception', happening.text), happening };
  }

  atCall(effect: SeenEffect, reason: StopReason, description: string): Stop {
    return this.at(callPosition(effect), reason, description);
  }

  at(position: Position, reason: StopReason, description: string): Stop {
    this.current = position;
    return this.here(reason, description);
  }

  here(reason: StopReason, description: string): Stop {
    const happening = undefined;
    return { position: this.current, reason, description, breakpoints: [], happening };
  }

  /** At the end of the execution that ended last. */
  atEnd(): Stop {
    const ends = executionIds(this.history).flatMap((id) => this.itinerary.endOf(id) ?? []);
    ends.sort((one, other) => this.itinerary.order.compare(one, other));
    const last = ends.at(-1) ?? this.current;
    return this.atEndOf(last.place.execution, 'end');
  }

  atEndOf(execution: ExecutionId, reason: StopReason): Stop {
    const row = this.history.execution(execution);
    const position = this.itinerary.endOf(execution);
    if (row === undefined || position === undefined) return this.here(reason, 'Paused');
    const arrives = !samePlace(this.current.place, position.place);
    this.current = position;
    const end = this.happeningsOf(execution).find((each) =>
      samePlace(each.position.place, position.place),
    );
    if (end !== undefined && arrives) return this.atHappening(end);
    return this.here(reason, endText(row));
  }

  /** At the latest effect of the execution that is looked at, which is on its way. */
  private atLatest(reason: StopReason, description: string): Stop {
    const last = this.outlook.last(this.current.place.execution);
    if (last === undefined) return this.here(reason, description);
    return this.atCall(last, reason, description);
  }

  private get history(): History {
    return this.outlook.view.history;
  }
}
