/** Going on, in the whole simulation, to the next breakpoint or exception, or to the one before. */

import { DataHits } from './data/data-hits.ts';
import type { DataTarget } from './data/data-target.ts';
import { ForwardMotion } from './forward-motion.ts';
import { callPosition, isStop, type StopPoint } from './itinerary.ts';
import type { LiveDriver } from './live-driver.ts';
import { type MotionEnd, stopWhen } from './motion.ts';
import type { Passing, PassingListener } from './passing.ts';
import type { Position } from './place.ts';
import type { PathBook } from './statements/path-book.ts';
import { StatementHits } from './statements/statement-hits.ts';
import type { Stop } from './stop.ts';
import type { StopScanner } from './stop-scanner.ts';
import type { Whereabouts } from './whereabouts.ts';

export interface ContinuingParts {
  readonly whereabouts: Whereabouts;
  readonly passing: Passing;
  readonly paths: PathBook | undefined;
  readonly live: LiveDriver | undefined;
  readonly listener: PassingListener;
}

/** Effects that are performed at once between two looks for breakpoints on statements, at first. */
const EFFECTS_ONE_BY_ONE = 256;

export class Continuing {
  private readonly hits: StatementHits | undefined;
  private readonly data: DataHits | undefined;

  constructor(private readonly parts: ContinuingParts) {
    const { whereabouts, paths } = parts;
    this.hits = paths === undefined ? undefined : new StatementHits(whereabouts, paths);
    this.data = paths === undefined ? undefined : new DataHits(whereabouts, paths);
  }

  async forward(): Promise<Stop> {
    const { whereabouts, live } = this.parts;
    const { statements, data } = whereabouts.settings;
    const byStatement = statements.length + data.length > 0;
    if (this.hits !== undefined && byStatement) return this.forwardByStatement(this.hits);
    const scan = this.parts.passing.scan();
    const known = this.known(scan.points);
    if (known !== undefined) return known;
    if (live === undefined || live.ended) return whereabouts.atEnd();
    return this.perform(live, scan.scanner);
  }

  /** To the first stop of all that is known, telling what is passed on the way. */
  private known(points: readonly StopPoint[]): Stop | undefined {
    const { whereabouts, passing } = this.parts;
    const next = passing.toFirst(points, (point) => isStop(point));
    passing.tell(next?.position);
    return next === undefined ? undefined : whereabouts.atPoint(next);
  }

  private async perform(live: LiveDriver, scanner: StopScanner): Promise<Stop> {
    const { whereabouts, passing, listener } = this.parts;
    const forward = new ForwardMotion({
      view: whereabouts.outlook.view,
      order: whereabouts.itinerary.order,
      scanner,
      exceptions: whereabouts.settings.exceptions,
      rescan: () => passing.scan().scanner,
      onLog: listener.onLog,
      onPassed: listener.onPassed,
    });
    const end = await live.advance(forward);
    const found = forward.found();
    if (found !== undefined && end.kind === 'stopped') return whereabouts.atPoint(found);
    return whereabouts.settle(end, 'pause');
  }

  /**
   * What lies between two effects is known only once the second is asked for. So a live simulation
   * goes on by few effects at a time, and what is new is looked through before it goes further.
   */
  private async forwardByStatement(hits: StatementHits): Promise<Stop> {
    const { whereabouts, passing, live } = this.parts;
    let end: MotionEnd = { kind: 'stopped' };
    for (let performed = 0; ; ) {
      const { points } = passing.scan();
      const point = points.find((each) => isStop(each) && whereabouts.compare(each.position) > 0);
      const look = hits.after(whereabouts.position, point?.position);
      const target = look.stop?.position ?? point?.position;
      const change = this.data?.after(whereabouts.position, target);
      if (change !== undefined) {
        const { position } = change;
        passing.tellStatements(look.logs.filter((log) => this.isBefore(log.position, position)));
        passing.logUpTo(points, position);
        passing.tell(position);
        return whereabouts.atChange(change, look.stop);
      }
      passing.tellStatements(look.logs);
      if (look.stop !== undefined) {
        passing.logUpTo(points, look.stop.position);
        passing.tell(look.stop.position);
        return whereabouts.atStatement(look.stop);
      }
      if (target !== undefined) return this.known(points) as Stop;
      if (live === undefined || live.ended) {
        passing.tell(undefined);
        return whereabouts.atEnd();
      }
      if (end.kind !== 'stopped') return whereabouts.settle(end, 'pause');
      const upcoming = whereabouts.outlook.upcoming();
      if (upcoming !== undefined) {
        const edge = callPosition(upcoming);
        passing.logUpTo(points, edge);
        passing.tell(edge);
        if (whereabouts.compare(edge) > 0) whereabouts.turnTo(edge);
      }
      let left = Math.max(1, Math.floor(performed / EFFECTS_ONE_BY_ONE));
      const { exceptions } = whereabouts.settings;
      end = await live.advance(
        stopWhen({
          upcoming: () => {
            performed++;
            return --left <= 0;
          },
          happened: (happening) => exceptions.stopsAt(happening),
          looksWithin: true,
        }),
      );
    }
  }

  backward(): Stop {
    const { whereabouts, passing } = this.parts;
    const { points } = passing.scan();
    const isBefore = (point: StopPoint): boolean =>
      isStop(point) && whereabouts.compare(point.position) < 0;
    const target = points.filter(isBefore).at(-1);
    const hit = this.hits?.before(whereabouts.position, target?.position);
    const floor = hit?.position ?? target?.position;
    const change = this.data?.before(whereabouts.position, floor);
    if (change !== undefined) return whereabouts.atChange(change, hit);
    if (hit !== undefined) return whereabouts.atStatement(hit);
    if (target !== undefined) return whereabouts.atPoint(target);
    const first = this.first();
    if (first === undefined) return whereabouts.here('entry', 'Paused at the beginning');
    const text = 'Paused at the beginning: there is no stop before it';
    return whereabouts.at(first, 'entry', text);
  }

  /** Prints what logpoints that were added have to say of all that is known; tells how much. */
  tellNewLogs(): number {
    const logs = this.hits?.newLogs() ?? [];
    this.parts.passing.tellStatements(logs);
    return logs.length;
  }

  /** To what gave a value what it is; undefined when nothing that is known has changed it. */
  toLastWrite(target: DataTarget): Stop | undefined {
    const { whereabouts } = this.parts;
    const write = this.data?.lastWrite(target, whereabouts.position);
    return write === undefined ? undefined : whereabouts.atChange(write, undefined);
  }

  private isBefore(one: Position, other: Position): boolean {
    return this.parts.whereabouts.itinerary.order.compare(one, other) < 0;
  }

  /** The first that is known of the whole simulation. */
  first(): Position | undefined {
    const { whereabouts, paths } = this.parts;
    const { outlook } = whereabouts;
    const effect = outlook.first();
    const [row] = outlook.view.history.executions();
    const path = row === undefined ? undefined : paths?.firstPathOf(row.id);
    if (path?.has(1)) return whereabouts.positionOf(path.placeAt(1));
    return effect === undefined ? undefined : callPosition(effect);
  }
}
