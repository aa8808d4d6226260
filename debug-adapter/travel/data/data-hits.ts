/**
 * Where watched values of a simulation change, as far as it is known. A stop is the last place at
 * which a value is the old one, so that going on from there shows the new one.
 *
 * D1  Which places are stops does not depend on the direction in which they are looked for.
 */
import type { SimulationView } from '../../../simulator/host/simulation-run.ts';
import { ExpressionError } from '../expression.ts';
import { lostWith, type Place, type Position, samePlace } from '../place.ts';
import type { ExecutionPath } from '../statements/execution-path.ts';
import type { PathBook } from '../statements/path-book.ts';
import type { Whereabouts } from '../whereabouts.ts';
import type { DataBreakpoint } from './data-breakpoint.ts';
import { type DataChange, dataChanges, placeOfChange } from './data-changes.ts';
import { type DataTarget, textOf } from './data-target.ts';
import { latestAtDepth } from './latest-at-depth.ts';

export interface DataStop {
  readonly position: Position;
  readonly breakpoints: readonly DataBreakpoint[];
  /** What changes, such as `total: 3 -> 5`. */
  readonly description: string;
  /** Why a condition could not be told. */
  readonly problem: string | undefined;
}

interface Found {
  readonly place: Place;
  readonly change: DataChange;
}

/** A place at which a breakpoint is met. */
interface Met {
  readonly place: Place;
  readonly position: Position;
  readonly breakpoint: DataBreakpoint;
  readonly problem: string | undefined;
}

/** Changes that are kept to ask a condition about, the latest first. */
const CANDIDATES_KEPT_MAX = 1_000;

export class DataHits {
  constructor(
    private readonly whereabouts: Whereabouts,
    private readonly paths: PathBook,
  ) {}

  /** The first stop after a position; only up to `limit`, when it is given. */
  after(from: Position, limit: Position | undefined): DataStop | undefined {
    let first: Met[] = [];
    for (const breakpoint of this.watched()) {
      const until = first[0]?.position ?? limit;
      const meeting = new Meeting(breakpoint, (place) => this.holds(breakpoint, place));
      this.allPlaces(breakpoint.target, (place, position) => {
        if (until !== undefined && this.order(position, until) > 0) return true;
        const isAhead = this.order(position, from) > 0;
        if (!isAhead && !meeting.countsAll) return false;
        if (!meeting.meets(place) || !isAhead) return false;
        first = this.nearest(first, { place, position, breakpoint, problem: meeting.problem }, -1);
        return true;
      });
    }
    return this.stopAt(first);
  }

  /** The last stop before a position; only from `limit` on, when it is given. */
  before(to: Position, limit: Position | undefined): DataStop | undefined {
    let last: Met[] = [];
    for (const breakpoint of this.watched()) {
      const met = this.lastMet(breakpoint, to);
      if (met === undefined) continue;
      if (limit !== undefined && this.order(met.position, limit) < 0) continue;
      last = this.nearest(last, met, 1);
    }
    return this.stopAt(last);
  }

  /** The statement, or the effect, that gave a value what it is at a position. */
  lastWrite(target: DataTarget, to: Position): DataStop | undefined {
    const { place: here } = to;
    const isHere = here.execution === target.execution;
    // What another attempt has written is not what is seen here.
    const path = isHere ? this.paths.pathAt(here) : this.paths.pathOf(target.execution);
    if (path === undefined) return undefined;
    let last: Found | undefined;
    this.places(path, target, (found) => {
      if (this.order(this.whereabouts.positionOf(found.place), to) >= 0) return true;
      last = found;
      return false;
    });
    if (last === undefined) return undefined;
    const { place, change } = last;
    const isWrittenByHost = change.byHost && change.effect !== undefined;
    const home = isWrittenByHost
      ? place
      : path.placeAt(latestAtDepth(path, change.tick, change.depth));
    const position = this.whereabouts.positionOf(home);
    const description = this.describe(target, place);
    return { position, breakpoints: [], description, problem: undefined };
  }

  private lastMet(breakpoint: DataBreakpoint, to: Position): Met | undefined {
    const meeting = new Meeting(breakpoint, (place) => this.holds(breakpoint, place));
    for (let end = to; ; ) {
      const candidates: Place[] = [];
      this.allPlaces(breakpoint.target, (place, position) => {
        if (this.order(position, end) >= 0) return true;
        // Hit counts ask about each from the start; without them only the last are asked about.
        if (meeting.countsAll && !meeting.meets(place)) return false;
        candidates.push(place);
        if (candidates.length > CANDIDATES_KEPT_MAX) candidates.shift();
        return false;
      });
      const place = candidates.findLast((each) => meeting.countsAll || meeting.meets(each));
      if (place !== undefined) {
        const position = this.whereabouts.positionOf(place);
        return { place, position, breakpoint, problem: meeting.problem };
      }
      const [earliest] = candidates;
      if (earliest === undefined || candidates.length < CANDIDATES_KEPT_MAX) return undefined;
      end = this.whereabouts.positionOf(earliest);
    }
  }

  /** Those at the nearest position, with one more; `direction` is 1 where later is nearer. */
  private nearest(known: Met[], met: Met, direction: 1 | -1): Met[] {
    const [one] = known;
    if (one === undefined) return [met];
    const order = this.order(met.position, one.position) * direction;
    if (order === 0) return [...known, met];
    return order > 0 ? [met] : known;
  }

  private stopAt(met: readonly Met[]): DataStop | undefined {
    const [first] = met;
    if (first === undefined) return undefined;
    const texts = met.map(({ breakpoint, place }) => this.describe(breakpoint.target, place));
    return {
      position: first.position,
      breakpoints: met.map(({ breakpoint }) => breakpoint),
      description: texts.join(', '),
      problem: met.find(({ problem }) => problem !== undefined)?.problem,
    };
  }

  /** The old value and the new one. */
  private describe(target: DataTarget, place: Place): string {
    const before = this.textAt(target, place);
    const next = this.paths.stepsAt(place)?.target(place, 'in');
    if (next === undefined) return `${target.name} changes, and was ${before}`;
    return `${target.name}: ${before} -> ${this.textAt(target, next)}`;
  }

  private textAt(target: DataTarget, place: Place): string {
    const snapshot = this.paths.pathAt(place)?.snapshotAt(place);
    return (snapshot && textOf(target, snapshot)) ?? 'gone';
  }

  /** The same in all that its execution did, in order, also where crashes took it away. */
  private allPlaces(
    target: DataTarget,
    visit: (place: Place, position: Position) => boolean,
  ): void {
    const path = this.paths.pathOf(target.execution);
    if (path === undefined) return;
    const lost = this.paths
      .lostPathsOf(target.execution)
      .flatMap((each) => this.lostPlaces(each, target))
      .sort((one, other) => this.order(one.position, other.position));
    let next = 0;
    let isOver = false;
    const visitLost = (until: Position | undefined): boolean => {
      for (let each = lost[next]; each !== undefined && !isOver; each = lost[++next]) {
        if (until !== undefined && this.order(each.position, until) > 0) break;
        isOver = visit(each.place, each.position);
      }
      return isOver;
    };
    this.places(path, target, ({ place }) => {
      const position = this.whereabouts.positionOf(place);
      isOver = visitLost(position) || visit(place, position);
      return isOver;
    });
    if (!isOver) visitLost(undefined);
  }

  private lostPlaces(
    path: ExecutionPath,
    target: DataTarget,
  ): { readonly place: Place; readonly position: Position }[] {
    const found: { readonly place: Place; readonly position: Position }[] = [];
    this.places(path, target, ({ place }) => {
      if (lostWith(place) === undefined) return false;
      found.push({ place, position: this.whereabouts.positionOf(place) });
      return false;
    });
    return found;
  }

  /** The places of a path at which a value changes, each once, until `visit` returns true. */
  private places(path: ExecutionPath, target: DataTarget, visit: (found: Found) => boolean): void {
    let last: Found | undefined;
    dataChanges(path, target, (change) => {
      const place = placeOfChange(path, change);
      if (last !== undefined && samePlace(last.place, place)) return false;
      last = { place, change };
      return visit(last);
    });
  }

  /** Whether the condition holds once the value has changed. */
  private holds({ condition }: DataBreakpoint, place: Place): boolean {
    if (condition === undefined) return true;
    const next = this.paths.stepsAt(place)?.target(place, 'in');
    if (next === undefined) {
      throw new ExpressionError('the condition cannot be told: nothing is known after the change');
    }
    const snapshot = this.paths.pathAt(place)?.snapshotAt(next);
    return snapshot === undefined || condition(snapshot);
  }

  /** What is watched in executions whose programs are still those. */
  private watched(): DataBreakpoint[] {
    return this.whereabouts.settings.data.filter(({ target: { execution, program } }) => {
      if (this.view.history.execution(execution) === undefined) return false;
      const isKnown = this.paths.pathOf(execution) !== undefined;
      return isKnown && this.view.workflowOf(execution).program.hash === program;
    });
  }

  private order(one: Position, other: Position): number {
    return this.whereabouts.itinerary.order.compare(one, other);
  }

  private get view(): SimulationView {
    return this.whereabouts.outlook.view;
  }
}

/** Decides, change by change, whether a breakpoint is met. */
class Meeting {
  /** Why the condition could not be told; the breakpoint counts as met then. */
  problem: string | undefined;
  private count = 0;

  constructor(
    private readonly breakpoint: DataBreakpoint,
    private readonly holds: (place: Place) => boolean,
  ) {}

  /** Whether changes before the place of interest matter. */
  get countsAll(): boolean {
    return this.breakpoint.hits !== undefined;
  }

  meets(place: Place): boolean {
    if (!this.told(place)) return false;
    this.count++;
    return this.breakpoint.hits?.(this.count) ?? true;
  }

  private told(place: Place): boolean {
    try {
      this.problem = undefined;
      return this.holds(place);
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      this.problem = error.message;
      return true;
    }
  }
}
