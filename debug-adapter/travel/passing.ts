/** What is told of the stretch that a motion passes over: log messages, crashes, faults, retries. */
import type { ExecutionId } from '../../simulator/journal/entry.ts';
import type { Breakpoint } from './breakpoint.ts';
import type { Happening } from './happening.ts';
import type { Scan, StopPoint } from './itinerary.ts';
import type { Position } from './place.ts';
import type { SeenEffect } from './seen-effect.ts';
import type { StatementLog } from './statements/statement-hits.ts';
import type { Stop } from './stop.ts';
import type { Whereabouts } from './whereabouts.ts';

export interface PassingListener {
  /** A logpoint was passed. */
  readonly onLog: (breakpoint: Breakpoint, effect: SeenEffect) => void;
  /** A logpoint on a statement was passed. */
  readonly onStatementLog: (log: StatementLog) => void;
  /** A crash, another fault or a retry was passed forwards without a stop. */
  readonly onPassed: (happening: Happening) => void;
}

export class Passing {
  constructor(
    private readonly whereabouts: Whereabouts,
    private readonly listener: PassingListener,
  ) {}

  scan(): Scan {
    const { itinerary, outlook, settings } = this.whereabouts;
    return itinerary.scan(settings, outlook.upcoming());
  }

  /** Passes over what lies before a target, which is then stopped at. */
  to(target: Position, stop: () => Stop): Stop {
    this.logBetween(this.whereabouts.position, target);
    this.tell(target, target.place.execution);
    return stop();
  }

  /** The first later point that is meant; what is passed on the way prints its log messages. */
  toFirst(
    points: readonly StopPoint[],
    isTarget: (point: StopPoint) => boolean,
  ): StopPoint | undefined {
    for (const point of points) {
      if (this.whereabouts.compare(point.position) <= 0) continue;
      this.log(point);
      if (isTarget(point)) return point;
    }
    return undefined;
  }

  /** Prints the log messages of effects from here to a position. */
  logUpTo(points: readonly StopPoint[], to: Position): void {
    const { order } = this.whereabouts.itinerary;
    for (const point of points) {
      if (this.whereabouts.compare(point.position) <= 0) continue;
      if (order.compare(point.position, to) <= 0) this.log(point);
    }
  }

  tellStatements(logs: readonly StatementLog[]): void {
    for (const log of logs) this.listener.onStatementLog(log);
  }

  /** Tells what is known to have happened from here to the target, or to the last that is known. */
  tell(target: Position | undefined, execution?: ExecutionId): void {
    const { itinerary, position } = this.whereabouts;
    for (const happening of itinerary.passed(position, target, execution)) {
      this.listener.onPassed(happening);
    }
  }

  /** Prints the log messages of one execution's effects between two positions. */
  logBetween(from: Position, to: Position): void {
    const { settings, itinerary } = this.whereabouts;
    if (!settings.breakpoints.some(({ log }) => log !== undefined)) return;
    const { order } = itinerary;
    for (const point of this.scan().points) {
      const { position } = point;
      if (order.compare(position, from) <= 0 || order.compare(position, to) > 0) continue;
      if (position.place.execution === to.place.execution) this.log(point);
    }
  }

  private log({ position, logs }: StopPoint): void {
    if (logs.length === 0) return;
    const { outlook } = this.whereabouts;
    const effect = outlook.effectAt(position, position.place);
    if (effect === undefined) return;
    for (const breakpoint of logs) this.listener.onLog(breakpoint, effect);
  }
}
