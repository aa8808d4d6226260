/**
 * Moves through a simulation, forwards and backwards, in what is recorded and, when it is live,
 * beyond. It owns the position; it knows nothing of the debug protocol.
 *
 * T1  Every motion ends in a stop, also at the beginning, at the end, and when it is paused.
 * T2  Steps stay in their execution; continuing looks at all of them.
 * T3  Going forwards over what is recorded performs nothing.
 */
import type { SimulationView } from '../../simulator/host/simulation-run.ts';
import type { ExecutionId } from '../../simulator/journal/entry.ts';
import { VIRTUAL_START } from '../../simulator/kernel/time.ts';
import { debugErrors } from '../debug-error.ts';
import { type Breakpoint, callPath } from './breakpoint.ts';
import { ForwardMotion } from './forward-motion.ts';
import { endText, executionIds, type Happening } from './happening.ts';
import { callPosition, Itinerary, isStop, type StopPoint, type StopSettings } from './itinerary.ts';
import { type LiveDriver, type MotionEnd, stopWhen } from './live-driver.ts';
import { Outlook } from './outlook.ts';
import { beforeFirst, type Place, type Position, samePlace } from './place.ts';
import type { SeenEffect } from './seen-effect.ts';
import { type Stack, type StackBook, WINDOW } from './stack-book.ts';
import { ANY_STACK, StepMotion } from './step-motion.ts';
import { DESCRIPTIONS, type Stop, type StopReason, waitingText } from './stop.ts';

export interface TravellerSetup {
  readonly view: SimulationView;
  readonly book: StackBook;
  /** Undefined for a recording, which cannot go on. */
  readonly live: LiveDriver | undefined;
  /** A logpoint was passed. */
  readonly onLog: (breakpoint: Breakpoint, effect: SeenEffect) => void;
  /** A crash, another fault or a retry was passed forwards without a stop. */
  readonly onPassed: (happening: Happening) => void;
}

const NO_SETTINGS: StopSettings = { breakpoints: [], exceptions: new Set() };

export class Traveller {
  readonly view: SimulationView;
  readonly book: StackBook;
  readonly live: LiveDriver | undefined;
  settings: StopSettings = NO_SETTINGS;
  private readonly itinerary: Itinerary;
  private readonly outlook: Outlook;
  private current: Position;

  constructor(private readonly setup: TravellerSetup) {
    this.view = setup.view;
    this.book = setup.book;
    this.live = setup.live;
    this.itinerary = new Itinerary(this.view, this.book);
    this.outlook = new Outlook(this.view, this.book, this.live);
    const [first] = executionIds(this.view.history);
    if (first === undefined) throw debugErrors.nothingRan();
    this.current = beforeFirst(first, VIRTUAL_START);
  }

  get position(): Position {
    return this.current;
  }

  // What is there to be seen.

  placeOf(execution: ExecutionId): Place | undefined {
    return this.outlook.placeOf(this.current, execution);
  }

  effectAt(place: Place): SeenEffect | undefined {
    return this.outlook.effectAt(this.current, place);
  }

  stackAt(place: Place): Stack {
    return this.outlook.stackAt(place);
  }

  // Motions.

  /** Comes to the first effect. */
  async toEntry(): Promise<Stop> {
    const first = this.outlook.first();
    if (first !== undefined) return this.stopAtCall(first, 'entry', 'Paused at the first effect');
    const { live } = this;
    if (live === undefined) return this.stopAtEnd();
    return this.settle(await live.advance(stopWhen({ upcoming: () => true })), 'entry');
  }

  async continue(): Promise<Stop> {
    const { points, scanner } = this.scan();
    const next = this.passTo(points, (point) => isStop(point));
    this.tellPassed(next?.position);
    if (next !== undefined) return this.stopAtPoint(next);
    const { live } = this;
    if (live === undefined || live.ended) return this.stopAtEnd();
    const forward = new ForwardMotion({
      view: this.view,
      order: this.itinerary.order,
      scanner,
      exceptions: this.settings.exceptions,
      rescan: () => this.scan().scanner,
      onLog: this.setup.onLog,
      onPassed: this.setup.onPassed,
    });
    const end = await live.advance(forward);
    const found = forward.found();
    if (found !== undefined && end.kind === 'stopped') return this.stopAtPoint(found);
    return this.settle(end, 'pause');
  }

  /** To the previous breakpoint or exception, in the whole simulation. */
  reverseContinue(): Stop {
    const { points } = this.scan();
    const before = points.filter((point) => isStop(point) && this.compare(point.position) < 0);
    const target = before.at(-1);
    if (target !== undefined) return this.stopAtPoint(target);
    const first = this.outlook.first();
    if (first === undefined) return this.stopHere('entry', 'Paused at the beginning');
    return this.stopAtCall(first, 'entry', 'Paused at the beginning: there is no stop before it');
  }

  /** To the next effect of this execution. */
  next(): Promise<Stop> {
    return this.stepUntil(ANY_STACK);
  }

  /** To the first effect after the innermost function of the user's own has returned. */
  out(): Promise<Stop> {
    const { frames, userIndex } = this.stackAt(this.current.place);
    if (userIndex === -1) return this.next();
    const depth = frames.length - userIndex;
    const path = callPath({ frames, userIndex }, userIndex + 1);
    const self = frames[userIndex]?.functionIndex;
    return this.stepUntil((stack) => {
      const index = stack.frames.length - depth;
      if (index < 0 || stack.frames[index]?.functionIndex !== self) return true;
      return callPath(stack, index + 1) !== path;
    });
  }

  /** To the previous effect of this execution. */
  back(): Stop {
    const { execution } = this.current.place;
    const previous = this.outlook.effect(execution, this.countBefore(execution) - 1);
    const passed = this.happeningsOf(execution)
      .filter(({ position }) => this.compare(position) < 0)
      .filter(({ position }) => previous === undefined || this.isAfter(position, previous))
      .at(-1);
    if (passed !== undefined) return this.stopAtHappening(passed);
    if (previous !== undefined) return this.stopAtCall(previous, 'step', 'Paused on step back');
    return this.stopHere('entry', `Paused at the beginning of ${execution}`);
  }

  /** To an effect of an execution, or, past the last that is known, as far as it gets. */
  async seek(execution: ExecutionId, seq: number): Promise<Stop> {
    const row = this.view.history.execution(execution);
    if (row === undefined) {
      throw debugErrors.unknownExecution(execution, executionIds(this.view.history));
    }
    const known = this.outlook.effect(execution, seq);
    if (known !== undefined) return this.stopAtCall(known, 'goto', `Went to ${execution} #${seq}`);
    const { live } = this;
    if (live === undefined || row.endedAt !== undefined) return this.stopAtEndOf(execution, 'goto');
    const end = await live.advance(
      stopWhen({
        upcoming: (effect) => effect.execution === execution && effect.seq >= seq,
        ended: (id) => id === execution,
      }),
    );
    if (this.outlook.hasEnded(execution)) return this.stopAtEndOf(execution, 'goto');
    return this.settle(end, 'goto');
  }

  /** Makes another execution the one that is looked at, at the same instant. */
  turnTo(execution: ExecutionId): void {
    if (this.current.place.execution === execution) return;
    const place = this.placeOf(execution);
    const effect = place === undefined ? undefined : this.effectAt(place);
    if (effect !== undefined) this.current = callPosition(effect);
    else if (place !== undefined) this.current = this.itinerary.endOf(execution) ?? this.current;
    // Before its first effect.
    else this.current = beforeFirst(execution, this.current.at);
  }

  /** Stops where it is, for a client that lost track. */
  stay(): Stop {
    return this.stopHere('pause', 'Paused');
  }

  /** Stands before the effect at which the live simulation was put aside. */
  stayAtEdge(): Stop {
    return this.settle({ kind: 'stopped' }, 'goto');
  }

  private async stepUntil(left: (stack: Stack) => boolean): Promise<Stop> {
    const { place } = this.current;
    const { execution } = place;
    if (place.kind === 'end') return this.stopAtEndOf(execution, 'step');
    const next = this.nextKnown(execution, left);
    const passed = this.happeningsOf(execution)
      .filter(({ position }) => this.compare(position) > 0)
      .find(({ position }) => next === undefined || !this.isAfter(position, next));
    if (passed !== undefined)
      return this.passedTo(passed.position, () => this.stopAtHappening(passed));
    if (next !== undefined) {
      return this.passedTo(callPosition(next), () =>
        this.stopAtCall(next, 'step', 'Paused on step'),
      );
    }
    return this.stepLive(execution, left);
  }

  private async stepLive(execution: ExecutionId, left: (stack: Stack) => boolean): Promise<Stop> {
    const { live } = this;
    if (live === undefined || live.ended || this.outlook.hasEnded(execution)) {
      return this.stopAtEndOf(execution, 'step');
    }
    const before = this.current;
    const { exceptions } = this.settings;
    const { onPassed } = this.setup;
    const step = new StepMotion(execution, left, exceptions, onPassed);
    const end = await live.advance(step);
    const { met } = step;
    const stop =
      met !== undefined
        ? this.stopAtHappening(met)
        : this.outlook.hasEnded(execution)
          ? this.stopAtEndOf(execution, 'step')
          : this.settle(end, 'step');
    this.logBetween(before, stop.position);
    return stop;
  }

  // Stops.

  private settle(end: MotionEnd, reason: StopReason): Stop {
    switch (end.kind) {
      case 'ended':
        return this.stopAtEnd();
      case 'waiting': {
        const [question] = end.questions;
        if (question !== undefined) {
          const { execution, seq } = question;
          const text = `${execution} #${seq} asks what became of the call: .answer retry or fail`;
          const asked = this.outlook.effect(execution, seq);
          if (asked !== undefined) return { ...this.stopAtCall(asked, 'pause', text), waits: true };
        }
        return { ...this.stopAtLatest('pause', waitingText(end.promises)), waits: true };
      }
      case 'stopped':
      case 'paused':
      case 'disposed': {
        const upcoming = this.outlook.upcoming();
        const why = end.kind === 'stopped' ? reason : 'pause';
        if (upcoming !== undefined) return this.stopAtCall(upcoming, why, DESCRIPTIONS[why]);
        return this.stopAtLatest(why, DESCRIPTIONS[why]);
      }
    }
  }

  private stopAtPoint({ position, stops, happening }: StopPoint): Stop {
    if (happening !== undefined) return this.stopAtHappening(happening);
    this.current = position;
    const byLine = stops.some(({ target }) => target.kind === 'line');
    const reason = byLine ? 'breakpoint' : 'function breakpoint';
    const breakpoints = stops.map(({ id }) => id);
    return { ...this.stopHere(reason, DESCRIPTIONS[reason]), breakpoints };
  }

  private stopAtHappening(happening: Happening): Stop {
    this.current = happening.position;
    return { ...this.stopHere('exception', happening.text), happening };
  }

  private stopAtCall(effect: SeenEffect, reason: StopReason, description: string): Stop {
    this.current = callPosition(effect);
    return this.stopHere(reason, description);
  }

  /** At the latest effect of the execution that is looked at, which is on its way. */
  private stopAtLatest(reason: StopReason, description: string): Stop {
    const { execution } = this.current.place;
    const last = this.outlook.last(execution);
    return last === undefined
      ? this.stopHere(reason, description)
      : this.stopAtCall(last, reason, description);
  }

  private stopHere(reason: StopReason, description: string): Stop {
    const happening = undefined;
    return { position: this.current, reason, description, breakpoints: [], happening };
  }

  /** At the end of the execution that ended last. */
  private stopAtEnd(): Stop {
    const { history } = this.view;
    const ends = executionIds(history).flatMap((id) => this.itinerary.endOf(id) ?? []);
    ends.sort((one, other) => this.itinerary.order.compare(one, other));
    const last = ends.at(-1) ?? this.current;
    return this.stopAtEndOf(last.place.execution, 'end');
  }

  private stopAtEndOf(execution: ExecutionId, reason: StopReason): Stop {
    const row = this.view.history.execution(execution);
    const position = this.itinerary.endOf(execution);
    if (row === undefined || position === undefined) return this.stopHere(reason, 'Paused');
    const arrives = !samePlace(this.current.place, position.place);
    this.current = position;
    const end = this.happeningsOf(execution).find((each) =>
      samePlace(each.position.place, position.place),
    );
    if (end !== undefined && arrives) return this.stopAtHappening(end);
    return this.stopHere(reason, endText(row));
  }

  // Known stops.

  private scan() {
    return this.itinerary.scan(this.settings, this.outlook.upcoming());
  }

  /** The first later point that is meant; what is passed on the way prints its log messages. */
  private passTo(
    points: readonly StopPoint[],
    isTarget: (point: StopPoint) => boolean,
  ): StopPoint | undefined {
    for (const point of points) {
      if (this.compare(point.position) <= 0) continue;
      this.logPoint(point);
      if (isTarget(point)) return point;
    }
    return undefined;
  }

  private passedTo(target: Position, stop: () => Stop): Stop {
    this.logBetween(this.current, target);
    this.tellPassed(target, target.place.execution);
    return stop();
  }

  /** Tells what is known to have happened from here to the target, or to the last that is known. */
  private tellPassed(target: Position | undefined, execution?: ExecutionId): void {
    const passed = this.itinerary.passed(this.current, target, execution);
    for (const happening of passed) this.setup.onPassed(happening);
  }

  private logBetween(from: Position, to: Position): void {
    if (!this.settings.breakpoints.some(({ log }) => log !== undefined)) return;
    const { order } = this.itinerary;
    for (const point of this.scan().points) {
      if (order.compare(point.position, from) <= 0 || order.compare(point.position, to) > 0)
        continue;
      if (point.position.place.execution === to.place.execution) this.logPoint(point);
    }
  }

  private logPoint({ position, logs }: StopPoint): void {
    if (logs.length === 0) return;
    const effect = this.effectAt(position.place);
    if (effect === undefined) return;
    for (const breakpoint of logs) this.setup.onLog(breakpoint, effect);
  }

  /** The next known effect of an execution whose stack is one that is looked for. */
  private nextKnown(
    execution: ExecutionId,
    wanted: (stack: Stack) => boolean,
  ): SeenEffect | undefined {
    const { outlook } = this;
    const count = outlook.count(execution);
    const passed = outlook.countWithin(execution, (position) => this.compare(position) <= 0);
    for (let seq = passed; seq < count; seq++) {
      // One replay for all that is left, instead of one for each window.
      if (seq === passed + WINDOW) this.book.readAll(execution);
      if (wanted === ANY_STACK || wanted(this.book.stackAt(execution, seq)))
        return outlook.effect(execution, seq);
    }
    return undefined;
  }

  /** How many known effects of an execution lie before the present position. */
  private countBefore(execution: ExecutionId): number {
    return this.outlook.countWithin(execution, (position) => this.compare(position) < 0);
  }

  private happeningsOf(execution: ExecutionId): Happening[] {
    return this.itinerary.happeningsOf(execution, this.settings.exceptions);
  }

  private isAfter(position: Position, effect: SeenEffect): boolean {
    return this.itinerary.order.compare(position, callPosition(effect)) > 0;
  }

  /** How a position lies to the present one. */
  private compare(position: Position): number {
    return this.itinerary.order.compare(position, this.current);
  }
}
