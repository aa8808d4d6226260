/** Where the statements of a simulation meet breakpoints, as far as it is known. */
import type { SimulationView } from '../../../simulator/host/simulation-run.ts';
import type { ExecutionId } from '../../../simulator/journal/entry.ts';
import type { ExecutionRow } from '../../../simulator/journal/records.ts';
import { CALL, lostWith, type Position } from '../place.ts';
import type { Whereabouts } from '../whereabouts.ts';
import type { ExecutionPath } from './execution-path.ts';
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

  constructor(
    private readonly whereabouts: Whereabouts,
    private readonly paths: PathBook,
  ) {}

  /** The first stop after a position; only before `limit`, when it is given. */
  after(from: Position, limit: Position | undefined): Look {
    let stop: StatementStop | undefined;
    const logs: StatementLog[] = [];
    for (const { path, breakpoints } of this.meeting((row) => !endsBefore(row, from))) {
      const until = stop?.position ?? limit;
      if (until !== undefined && this.startsAfter(path.execution, until)) continue;
      const counter = new HitCounter(breakpoints);
      const passed = this.tickBefore(path, from);
      path.reruns.hits(counter.offsets, (hit) => {
        const isPassed = hit.tick < passed || (hit.tick === passed && hit.isStatement);
        if (isPassed && !counter.countsAll) return false;
        const met = counter.at(hit);
        if (isPassed || met.length === 0) return false;
        const position = this.whereabouts.positionOf(path.placeOfHit(hit));
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
    for (const { path, breakpoints } of this.meeting((row) => row.startedAt <= to.at)) {
      const counter = new HitCounter(breakpoints.filter(({ log }) => log === undefined));
      const passed = this.tickBefore(path, to);
      let last: { readonly hit: Hit; readonly met: readonly StatementBreakpoint[] } | undefined;
      path.reruns.hits(counter.offsets, (hit) => {
        if (hit.tick >= passed && !this.isBefore(path, hit, to)) return true;
        const met = counter.at(hit);
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
    for (const { path, breakpoints } of this.meeting(() => true)) {
      const counter = new HitCounter(breakpoints.filter((each) => fresh.includes(each)));
      path.reruns.hits(counter.offsets, (hit) => {
        for (const { log } of counter.at(hit)) {
          if (log === undefined) continue;
          const position = this.whereabouts.positionOf(path.placeAt(hit.tick));
          logs.push(message(position, hit, log));
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

  /** The executions whose programs have breakpoints. */
  private meeting(
    isWanted: (row: ExecutionRow) => boolean,
  ): { readonly path: ExecutionPath; readonly breakpoints: readonly StatementBreakpoint[] }[] {
    const { statements } = this.whereabouts.settings;
    if (statements.length === 0) return [];
    return this.view.history.executions().flatMap((row) => {
      if (!isWanted(row)) return [];
      const path = this.paths.pathOf(row.id);
      const hash = path === undefined ? undefined : this.view.workflowOf(row.id).program.hash;
      const breakpoints = statements.filter(({ program }) => program === hash);
      return path === undefined || breakpoints.length === 0 ? [] : [{ path, breakpoints }];
    });
  }

  /** A statement up to which everything lies before a position, or at it. */
  private tickBefore(path: ExecutionPath, position: Position): number {
    // The place before everything is named after the first effect, which statements come before.
    if (position.ordinal < CALL) return 0;
    const place = this.whereabouts.outlook.placeOf(position, path.execution);
    // A path that was lost has its own times.
    return place === undefined || lostWith(place) !== undefined ? 0 : path.tickAt(place);
  }

  private isBefore(path: ExecutionPath, hit: Hit, position: Position): boolean {
    return this.order(this.whereabouts.positionOf(path.placeOfHit(hit)), position) < 0;
  }

  private startsAfter(execution: ExecutionId, position: Position): boolean {
    const row = this.view.history.execution(execution);
    return row !== undefined && row.startedAt > position.at;
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

function endsBefore({ endedAt }: ExecutionRow, { at }: Position): boolean {
  return endedAt !== undefined && endedAt < at;
}
