/** Where the statements of a simulation meet breakpoints, as far as it is known. */
import type { SimulationView } from '../../../simulator/host/simulation-run.ts';
import { CALL, lostWith, type Position } from '../place.ts';
import type { Whereabouts } from '../whereabouts.ts';
import type { ExecutionPath, StatementPlace } from './execution-path.ts';
import { HitCensus } from './hit-census.ts';
import { type Meeting, meetings, placeOn } from './meeting.ts';
import type { PathBook } from './path-book.ts';
import type { Hit } from './reruns.ts';
import { HitCounter, type StatementBreakpoint } from './statement-breakpoint.ts';

export interface StatementStop {
  readonly position: Position;
  readonly breakpoints: readonly StatementBreakpoint[];
  /** Why a condition could not be told. */
  readonly problem: string | undefined;
}

/** What a logpoint prints. */
export interface StatementLog {
  readonly position: Position;
  /** Of the statement, in the code. */
  readonly offset: number;
  readonly text: string;
}

/** Messages that one look keeps. */
export const LOGS_MAX = 10_000;

export interface Look {
  /** The stop that was looked for; undefined when there is none. */
  readonly stop: StatementStop | undefined;
  /** What logpoints before it print, in the simulation's order. */
  readonly logs: readonly StatementLog[];
}

export class StatementHits {
  /** Up to where each logpoint has printed all that it has to say, by its key. */
  private readonly told = new Map<string, Position>();
  private readonly census: HitCensus;

  constructor(
    private readonly whereabouts: Whereabouts,
    private readonly paths: PathBook,
  ) {
    this.census = new HitCensus({
      positionOf: (place) => whereabouts.positionOf(place),
      order: (one, other) => this.order(one, other),
      openFrom: (path) => this.openFrom(path),
    });
  }

  /** The first stop after a position; only before `limit`, when it is given. */
  after(from: Position, limit: Position | undefined): Look {
    let stop: StatementStop | undefined;
    const logs: StatementLog[] = [];
    const meetings = this.meetings();
    const counts = this.census.countsFor(meetings);
    for (const { path, breakpoints, span } of meetings) {
      const until = stop?.position ?? limit;
      if (span.endedAt !== undefined && span.endedAt < from.at) continue;
      if (until !== undefined && span.startedAt > until.at) continue;
      const counter = new HitCounter(breakpoints, counts?.(path));
      const passed = this.tickBefore(path, from);
      path.reruns.hits(counter.offsets, (hit) => {
        const isPassed = hit.tick < passed || (hit.tick === passed && hit.isStatement);
        if (isPassed && !counter.countsAll) return false;
        const place = placeOn(path, hit);
        if (place === undefined) return false;
        const met = counter.at(hit, place.seq);
        if (isPassed || met.length === 0) return false;
        const position = this.whereabouts.positionOf(place);
        if (this.order(position, from) <= 0) return false;
        if (until !== undefined && this.order(position, until) >= 0) return true;
        for (const { log, key } of met) {
          if (log === undefined || logs.length >= LOGS_MAX) continue;
          const told = this.told.get(key);
          if (told !== undefined && this.order(position, told) <= 0) continue;
          logs.push(message(position, hit, log));
        }
        const stops = met.filter(({ log }) => log === undefined);
        if (stops.length > 0) stop = { position, breakpoints: stops, problem: counter.problem };
        return stops.length > 0;
      });
    }
    const last = stop?.position ?? limit;
    const kept = logs.filter(
      ({ position }) => last === undefined || this.order(position, last) < 0,
    );
    kept.sort((one, other) => this.order(one.position, other.position));
    return { stop, logs: kept };
  }

  /** The last stop before a position; only after `limit`, when it is given. */
  before(to: Position, limit: Position | undefined): StatementStop | undefined {
    let stop: StatementStop | undefined;
    const meetings = this.meetings(({ log }) => log === undefined);
    const counts = this.census.countsFor(meetings);
    for (const { path, breakpoints, span } of meetings) {
      if (span.startedAt > to.at) continue;
      const counter = new HitCounter(breakpoints, counts?.(path));
      const passed = this.tickBefore(path, to);
      let last: { readonly hit: Hit; readonly met: readonly StatementBreakpoint[] } | undefined;
      path.reruns.hits(counter.offsets, (hit) => {
        const place = placeOn(path, hit);
        if (place === undefined) return false;
        if (hit.tick >= passed && !this.isBefore(place, to)) return true;
        const met = counter.at(hit, place.seq);
        if (met.length > 0) last = { hit, met };
        return false;
      });
      if (last === undefined) continue;
      const position = this.whereabouts.positionOf(path.placeOfHit(last.hit));
      const floor = stop?.position ?? limit;
      if (floor !== undefined && this.order(position, floor) <= 0) continue;
      stop = { position, breakpoints: last.met, problem: counter.problem };
    }
    return stop;
  }

  /**
   * Everything that logpoints print in what is known of the simulation, of those that have not
   * been asked before. Passing over it later prints none of it again.
   */
  newLogs(): readonly StatementLog[] {
    const fresh = this.whereabouts.settings.statements.filter(
      ({ log, key }) => log !== undefined && !this.told.has(key),
    );
    if (fresh.length === 0) return [];
    const logs: StatementLog[] = [];
    const meetings = this.meetings((each) => fresh.includes(each));
    const counts = this.census.countsFor(meetings);
    for (const { path, breakpoints } of meetings) {
      const counter = new HitCounter(breakpoints, counts?.(path));
      path.reruns.hits(counter.offsets, (hit) => {
        const place = placeOn(path, hit);
        if (place === undefined) return false;
        for (const { log } of counter.at(hit, place.seq)) {
          if (log === undefined) continue;
          logs.push(message(this.whereabouts.positionOf(place), hit, log));
        }
        return logs.length >= LOGS_MAX;
      });
      if (logs.length >= LOGS_MAX) break;
    }
    logs.sort((one, other) => this.order(one.position, other.position));
    const last = this.edge();
    for (const { key } of fresh) if (last !== undefined) this.told.set(key, last);
    return logs;
  }

  /** The last position that is known. */
  private edge(): Position | undefined {
    const { itinerary } = this.whereabouts;
    const ends = this.view.history.executions().flatMap(({ id }) => itinerary.endOf(id) ?? []);
    return ends.sort((one, other) => this.order(one, other)).at(-1);
  }

  private meetings(isWanted: (breakpoint: StatementBreakpoint) => boolean = () => true): Meeting[] {
    const { statements } = this.whereabouts.settings;
    return meetings(this.view, this.paths, statements.filter(isWanted));
  }

  /** After so many effects a program computes, and may do so for ever; infinity where none does. */
  private openFrom({ execution, life: { entries, lost } }: ExecutionPath): number {
    const { outlook } = this.whereabouts;
    const { length } = entries;
    const isInCall = length > 0 && entries[length - 1]?.result === undefined;
    const isAsking = isInCall || outlook.count(execution) > length;
    const isOver = lost !== undefined || outlook.hasEnded(execution);
    return isAsking || isOver ? Number.POSITIVE_INFINITY : length;
  }

  /** A statement up to which everything lies before a position, or at it. */
  private tickBefore(path: ExecutionPath, position: Position): number {
    // The place before everything is named after the first effect, which statements come before.
    if (position.ordinal < CALL || path.life.lost !== undefined) return 0;
    const place = this.whereabouts.outlook.placeOf(position, path.execution);
    // A path that was lost has its own times.
    return place === undefined || lostWith(place) !== undefined ? 0 : path.tickAt(place);
  }

  private isBefore(place: StatementPlace, position: Position): boolean {
    return this.order(this.whereabouts.positionOf(place), position) < 0;
  }

  private order(one: Position, other: Position): number {
    return this.whereabouts.itinerary.order.compare(one, other);
  }

  private get view(): SimulationView {
    return this.whereabouts.outlook.view;
  }
}

function message(position: Position, hit: Hit, log: (hit: Hit) => string): StatementLog {
  return { position, offset: hit.offset, text: log(hit) };
}
