/**
 * Everything of a simulation that can be stopped at, in its order, as far as it is known. It owns
 * what it derived from the history, and derives it anew when the history has changed.
 */
import type { SimulationView } from '../../simulator/host/simulation-run.ts';
import type { ExecutionId } from '../../simulator/journal/entry.ts';
import type { Breakpoint } from './breakpoint.ts';
import type { DataBreakpoint } from './data/data-breakpoint.ts';
import type { ExceptionStops } from './exception-stops.ts';
import { endOf, endPosition, executionIds, type Happening, happeningsOf } from './happening.ts';
import { lostEffects } from './lost-effects.ts';
import { CALL, type Position, PositionOrder } from './place.ts';
import { type SeenEffect, seenEntry } from './seen-effect.ts';
import type { StackBook } from './stack-book.ts';
import type { StatementBreakpoint } from './statements/statement-breakpoint.ts';
import { StopScanner } from './stop-scanner.ts';

/** What a session stops at. */
export interface StopSettings {
  readonly breakpoints: readonly Breakpoint[];
  readonly statements: readonly StatementBreakpoint[];
  readonly data: readonly DataBreakpoint[];
  readonly exceptions: ExceptionStops;
}

export interface StopPoint {
  readonly position: Position;
  /** Breakpoints that stop there. */
  readonly stops: readonly Breakpoint[];
  readonly logs: readonly Breakpoint[];
  readonly happening: Happening | undefined;
}

export interface Scan {
  /** In the simulation's order. */
  readonly points: readonly StopPoint[];
  /** Has seen all known effects, and can go on with those to come. */
  readonly scanner: StopScanner;
}

export class Itinerary {
  readonly order: PositionOrder;

  constructor(
    private readonly view: SimulationView,
    private readonly book: StackBook,
  ) {
    this.order = new PositionOrder(() => executionIds(view.history));
  }

  /** Finds the stops among all known effects; `upcoming` is the one at the live edge. */
  scan(settings: StopSettings, upcoming: SeenEffect | undefined): Scan {
    const scanner = new StopScanner(settings.breakpoints);
    const points: StopPoint[] = [];
    if (scanner.needsStacks) {
      for (const id of executionIds(this.view.history)) this.book.readAll(id);
    }
    if (!scanner.idle) {
      for (const effect of this.effects(upcoming)) {
        const { execution, seq, lostWith } = effect;
        const stack = () => this.book.stackAt(execution, seq, lostWith);
        const { stops, logs } = scanner.next(effect, stack);
        if (stops.length + logs.length === 0) continue;
        points.push({ position: callPosition(effect), stops, logs, happening: undefined });
      }
    }
    for (const happening of this.happenings(settings.exceptions)) {
      points.push({ position: happening.position, stops: [], logs: [], happening });
    }
    points.sort((one, other) => this.order.compare(one.position, other.position));
    return { points, scanner };
  }

  /** Those that are stopped at, in no particular order. */
  happenings(stops: ExceptionStops): Happening[] {
    const { history } = this.view;
    const found = history.executions().flatMap((row) => endOf(history, row) ?? []);
    if (stops.someOnTheWay) {
      history.traces().forEach((row, index) => {
        found.push(...happeningsOf(history, row, index));
      });
    }
    return found.filter((happening) => stops.stopsAt(happening));
  }

  /** Those of one execution, in the simulation's order. */
  happeningsOf(execution: ExecutionId, stops: ExceptionStops): Happening[] {
    return this.sorted(
      this.happenings(stops).filter(({ position }) => position.place.execution === execution),
    );
  }

  /**
   * Crashes, other faults and retries between two positions, in the simulation's order; up to the
   * last that is known without `to`, and of all executions without `execution`.
   */
  passed(from: Position, to: Position | undefined, execution?: ExecutionId): Happening[] {
    const { history } = this.view;
    const found: Happening[] = [];
    history.traces().forEach((row, index) => {
      // A recording may have a million rows, of which a step passes few.
      if (row.at < from.at || (to !== undefined && row.at > to.at)) return;
      found.push(...happeningsOf(history, row, index));
    });
    const isBetween = ({ position }: Happening): boolean =>
      (execution === undefined || position.place.execution === execution) &&
      this.order.compare(position, from) > 0 &&
      (to === undefined || this.order.compare(position, to) < 0);
    return this.sorted(found.filter(isBetween));
  }

  private sorted(found: Happening[]): Happening[] {
    return found.sort((one, other) => this.order.compare(one.position, other.position));
  }

  /** All known effects in the order in which they were performed, also those that were lost. */
  effects(upcoming: SeenEffect | undefined): SeenEffect[] {
    const { history } = this.view;
    const effects = executionIds(history).flatMap((id) => [
      ...history.entries(id).map((entry) => seenEntry(id, entry)),
      ...lostEffects(history, this.book, id),
    ]);
    if (upcoming !== undefined) effects.push(upcoming);
    return effects.sort((one, other) => this.order.compare(callPosition(one), callPosition(other)));
  }

  /** The end of an execution, or of what is known of it. */
  endOf(execution: ExecutionId): Position | undefined {
    const row = this.view.history.execution(execution);
    return row === undefined ? undefined : endPosition(this.view.history, row);
  }
}

/** The position of an effect's call. */
export function callPosition({ execution, seq, startedAt, lostWith }: SeenEffect): Position {
  const lost = lostWith === undefined ? {} : { lostWith };
  return { at: startedAt, place: { kind: 'effect', execution, seq, ...lost }, ordinal: CALL };
}

/** Whether one stops there; other points only print log messages. */
export function isStop({ stops, happening }: StopPoint): boolean {
  return stops.length > 0 || happening !== undefined;
}
