/**
 * Counts how often breakpoints were met in the whole simulation before each part of a path: one
 * count for each breakpoint, in the order of the simulation.
 *
 * C1  Between two effects no time passes, so that what an execution does there is counted in one.
 */
import type { Position } from '../place.ts';
import type { ExecutionPath } from './execution-path.ts';
import { type Meeting, placeOn } from './meeting.ts';
import { type CountBefore, HitCounter, type StatementBreakpoint } from './statement-breakpoint.ts';

/** What happened between two effects of a path. */
interface Part {
  /** Of the first hit. */
  readonly position: Position;
  count: number;
}

/** The parts of a path in which a breakpoint was met, by how many effects were called by then. */
type Counted = Map<StatementBreakpoint, Map<number, Part>>;

export interface CensusSetup {
  positionOf(place: ReturnType<ExecutionPath['placeAt']>): Position;
  order(one: Position, other: Position): number;
  /** The effects after which a program computes, and nobody knows for how long. */
  openFrom(path: ExecutionPath): number;
}

export class HitCensus {
  /** What was counted of a path, which is another one when more is known of it. */
  private readonly counted = new WeakMap<ExecutionPath, Counted>();

  constructor(private readonly setup: CensusSetup) {}

  /** Undefined where one path is all there is: it counts by itself. */
  countsFor(meetings: readonly Meeting[]): ((path: ExecutionPath) => CountBefore) | undefined {
    const counting = meetings.filter(({ breakpoints }) =>
      breakpoints.some(({ hits }) => hits !== undefined),
    );
    if (counting.length < 2) return undefined;
    const parts = new Map<StatementBreakpoint, Part[]>();
    for (const meeting of counting) {
      for (const [breakpoint, found] of this.of(meeting)) {
        const known = parts.get(breakpoint);
        if (known === undefined) parts.set(breakpoint, [...found.values()]);
        else for (const part of found.values()) known.push(part);
      }
    }
    const before = new Map([...parts].map(([each, all]) => [each, this.before(all)]));
    return (path) => {
      const own = this.counted.get(path);
      return (breakpoint, seq) => {
        const part = own?.get(breakpoint)?.get(seq);
        if (part !== undefined) return before.get(breakpoint)?.get(part) ?? 0;
        // It is not known how long this part is, and nothing comes after it.
        return (parts.get(breakpoint) ?? []).reduce((sum, { count }) => sum + count, 0);
      };
    };
  }

  private before(parts: readonly Part[]): Map<Part, number> {
    const sorted = [...parts].sort((one, other) => this.setup.order(one.position, other.position));
    let sum = 0;
    return new Map(
      sorted.map((part) => {
        const before = sum;
        sum += part.count;
        return [part, before];
      }),
    );
  }

  private of({ path, breakpoints }: Meeting): Counted {
    const known = this.counted.get(path);
    const wanted = breakpoints.filter(({ hits }) => hits !== undefined);
    if (known !== undefined && wanted.every((each) => known.has(each))) return known;
    const counted: Counted = new Map(wanted.map((each) => [each, new Map()]));
    const counter = new HitCounter(wanted);
    const open = this.setup.openFrom(path);
    path.reruns.hits(counter.offsets, (hit) => {
      const place = placeOn(path, hit);
      if (place === undefined) return false;
      if (place.seq >= open) return true;
      for (const breakpoint of counter.holding(hit)) {
        const parts = counted.get(breakpoint);
        const part = parts?.get(place.seq);
        if (part !== undefined) part.count++;
        else parts?.set(place.seq, { position: this.setup.positionOf(place), count: 1 });
      }
      return false;
    });
    this.counted.set(path, counted);
    return counted;
  }
}
