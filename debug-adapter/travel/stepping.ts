/**
 * Steps in one execution: from statement to statement where its program has them, and else from
 * effect to effect. What befalls the execution on the way, and is to be stopped at, ends a step.
 */
import type { ExecutionId } from '../../simulator/journal/entry.ts';
import { callPath } from './breakpoint.ts';
import type { Happening } from './happening.ts';
import type { StatementCode } from './instructions/instruction-steps.ts';
import { callPosition } from './itinerary.ts';
import type { LiveDriver } from './live-driver.ts';
import type { Passing } from './passing.ts';
import { CALL, lostWith, type Place, type Position } from './place.ts';
import { type Stack, type StackBook, WINDOW } from './stack-book.ts';
import type { PathBook } from './statements/path-book.ts';
import type { StepCommand } from './statements/statement-steps.ts';
import { ANY_STACK, StepMotion } from './step-motion.ts';
import type { Stop } from './stop.ts';
import type { Whereabouts } from './whereabouts.ts';

export interface SteppingParts {
  readonly whereabouts: Whereabouts;
  readonly passing: Passing;
  readonly book: StackBook;
  /** Undefined where every step goes from effect to effect. */
  readonly paths: PathBook | undefined;
  readonly live: LiveDriver | undefined;
  readonly onPassed: (happening: Happening) => void;
}

/** How far a step goes. */
export type Granularity = 'statement' | 'instruction';

export class Stepping {
  constructor(private readonly parts: SteppingParts) {}

  forward(command: 'over' | 'in' | 'out', granularity: Granularity): Promise<Stop> {
    const { paths, whereabouts } = this.parts;
    if (paths?.pathOf(whereabouts.place.execution) !== undefined) {
      return this.walk(() => this.statement(command, granularity), ANY_STACK, true);
    }
    const left = command === 'out' ? this.leftOf(whereabouts.place) : ANY_STACK;
    return this.walk(() => this.nextEffect(left), left, false);
  }

  /** Into a call of the statement at hand; past it where the program goes another way. */
  intoCall(codeOffset: number, code: StatementCode): Promise<Stop> {
    const { place } = this.parts.whereabouts;
    return this.walk(() => this.calledAt(place, codeOffset, code), ANY_STACK, true);
  }

  private calledAt(place: Place, codeOffset: number, code: StatementCode): Position | undefined {
    const { paths } = this.parts;
    const target = paths?.instructionsAt(place)?.intoCall(place, codeOffset, code);
    if (target === 'past') return this.statement('over', 'statement');
    return this.seen(target);
  }

  backward(command: 'back' | 'back-in' | 'back-out', granularity: Granularity): Stop {
    const { whereabouts } = this.parts;
    const { execution } = whereabouts.place;
    const target = this.statement(command, granularity) ?? this.effectBefore();
    const passed = this.happeningsOf(execution)
      .filter(({ position }) => whereabouts.compare(position) < 0)
      .filter(({ position }) => target === undefined || this.isAfter(position, target))
      .at(-1);
    if (passed !== undefined) return whereabouts.atHappening(passed);
    if (target !== undefined) return whereabouts.at(target, 'step', 'Paused on step back');
    return whereabouts.here('entry', `Paused at the beginning of ${execution}`);
  }

  /** To the first statement of a call that the present place is in. */
  toEntryOf(chainLevel: number): Stop | undefined {
    const { paths, whereabouts } = this.parts;
    const { place } = whereabouts;
    const entry = paths?.stepsAt(place)?.entryOf(place, chainLevel);
    if (entry === undefined) return undefined;
    return whereabouts.at(whereabouts.positionOf(entry), 'goto', 'Went to the start of the call');
  }

  /** Goes on until `find` knows a place to go to; `again` looks anew at every effect. */
  private async walk(
    find: () => Position | undefined,
    left: (stack: Stack) => boolean,
    again: boolean,
  ): Promise<Stop> {
    const { whereabouts, live, onPassed, passing } = this.parts;
    const { execution } = whereabouts.place;
    if (whereabouts.place.kind === 'end') return whereabouts.atEndOf(execution, 'step');
    for (;;) {
      const known = this.known(execution, find());
      if (known !== undefined) return known;
      if (live === undefined || live.ended || whereabouts.outlook.hasEnded(execution)) {
        return whereabouts.atEndOf(execution, 'step');
      }
      const before = whereabouts.position;
      const { exceptions } = whereabouts.settings;
      const stops = again ? exceptions.and('crash') : exceptions;
      const step = new StepMotion(execution, left, stops, onPassed, again);
      const end = await live.advance(step);
      const { met } = step;
      const hasEnded = whereabouts.outlook.hasEnded(execution);
      if (again && met === undefined && (end.kind === 'stopped' || hasEnded)) continue;
      const stop =
        met !== undefined
          ? whereabouts.atHappening(met)
          : hasEnded
            ? whereabouts.atEndOf(execution, 'step')
            : whereabouts.settle(end, 'step');
      passing.logBetween(before, stop.position);
      return stop;
    }
  }

  /** The stop that a known target, or what befalls the execution before it, leads to. */
  private known(execution: ExecutionId, next: Position | undefined): Stop | undefined {
    const { whereabouts, passing } = this.parts;
    const passed = this.happeningsOf(execution)
      .filter(({ position }) => whereabouts.compare(position) > 0)
      .find(({ position }) => next === undefined || !this.isAfter(position, next));
    if (passed !== undefined) {
      return passing.to(passed.position, () => whereabouts.atHappening(passed));
    }
    if (next === undefined) return undefined;
    return passing.to(next, () => whereabouts.at(next, 'step', 'Paused on step'));
  }

  private statement(command: StepCommand, granularity: Granularity): Position | undefined {
    const { paths, whereabouts } = this.parts;
    const { place, position } = whereabouts;
    if (paths?.pathAt(place) === undefined) return undefined;
    const isBack = command !== 'over' && command !== 'in' && command !== 'out';
    // What befalls an effect comes after its call.
    if (position.ordinal > CALL && isBack) return whereabouts.positionOf(place);
    if (position.ordinal > CALL && lostWith(place) !== undefined) return this.resumed(place);
    const target = this.target(paths, place, command, granularity);
    if (isBack) return target;
    return this.lostTarget(paths, place, command, granularity, target) ?? target;
  }

  private target(
    paths: PathBook,
    from: Place,
    command: StepCommand,
    granularity: Granularity,
    on = from,
  ): Position | undefined {
    const instructions = granularity === 'instruction' ? paths.instructionsAt(on) : undefined;
    return this.seen((instructions ?? paths.stepsAt(on))?.target(from, command));
  }

  private seen(target: Place | undefined): Position | undefined {
    if (target === undefined) return undefined;
    const { whereabouts } = this.parts;
    // What a live program is about to call is to be seen only once it has come there.
    const isAhead = target.kind === 'effect' && target.lostWith === undefined;
    if (isAhead && whereabouts.outlook.effect(target.execution, target.seq) === undefined) {
      return undefined;
    }
    return whereabouts.positionOf(target);
  }

  /** Before a crash, a step leads to what the crash took away. */
  private lostTarget(
    paths: PathBook,
    place: Place,
    command: StepCommand,
    granularity: Granularity,
    target: Position | undefined,
  ): Position | undefined {
    const crash = this.happeningsOf(place.execution).find(
      ({ position }) =>
        this.parts.whereabouts.compare(position) > 0 && lostWith(position.place) !== undefined,
    );
    if (crash === undefined || lostWith(place) !== undefined) return undefined;
    if (target !== undefined && !this.isAfter(target, crash.position)) return undefined;
    return this.target(paths, place, command, granularity, crash.position.place);
  }

  /** Where the next attempt is when it has caught up with the one that crashed. */
  private resumed(place: Place): Position | undefined {
    const { paths, whereabouts } = this.parts;
    const path = paths?.pathOf(place.execution);
    const from = paths?.pathAt(place)?.life.lost?.from;
    if (path === undefined || from === undefined) return undefined;
    const tick = (path.effectTick(from - 1) ?? 0) + 1;
    const statement = path.has(tick) ? path.placeAt(tick) : undefined;
    const next = statement?.seq === from ? statement : path.effectPlace(from);
    const position = whereabouts.positionOf(next);
    return whereabouts.compare(position) > 0 ? position : undefined;
  }

  /** What befalls an execution and is to be stopped at; between statements, that is every crash. */
  private happeningsOf(execution: ExecutionId): Happening[] {
    const { whereabouts, paths } = this.parts;
    const { exceptions } = whereabouts.settings;
    if (paths?.pathOf(execution) === undefined) return whereabouts.happeningsOf(execution);
    return whereabouts.itinerary.happeningsOf(execution, exceptions.and('crash'));
  }

  /** Whether the innermost function of the user's own at a place has returned. */
  private leftOf(place: Place): (stack: Stack) => boolean {
    const { frames, userIndex } = this.parts.whereabouts.outlook.stackAt(place);
    if (userIndex === -1) return ANY_STACK;
    const depth = frames.length - userIndex;
    const path = callPath({ frames, userIndex }, userIndex + 1);
    const self = frames[userIndex]?.functionIndex;
    return (stack) => {
      const index = stack.frames.length - depth;
      if (index < 0 || stack.frames[index]?.functionIndex !== self) return true;
      return callPath(stack, index + 1) !== path;
    };
  }

  /** The next known effect of the execution whose stack is one that is looked for. */
  private nextEffect(wanted: (stack: Stack) => boolean): Position | undefined {
    const { whereabouts, book } = this.parts;
    const { outlook, place } = whereabouts;
    const { execution } = place;
    const lost = outlook
      .lost(execution)
      .filter((each) => whereabouts.compare(callPosition(each)) > 0)
      .find(({ seq, lostWith: by }) => wanted(book.stackAt(execution, seq, by)));
    const count = outlook.count(execution);
    const passed = outlook.countWithin(execution, (each) => whereabouts.compare(each) <= 0);
    for (let seq = passed; seq < count; seq++) {
      // One replay for all that is left, instead of one for each window.
      if (seq === passed + WINDOW) book.readAll(execution);
      const effect = outlook.effect(execution, seq);
      if (effect === undefined) continue;
      const position = callPosition(effect);
      if (lost !== undefined && this.isAfter(position, callPosition(lost))) break;
      if (wanted === ANY_STACK || wanted(book.stackAt(execution, seq))) return position;
    }
    return lost === undefined ? undefined : callPosition(lost);
  }

  private effectBefore(): Position | undefined {
    const { whereabouts, paths } = this.parts;
    const { outlook, place } = whereabouts;
    const { execution } = place;
    if (paths?.pathOf(execution) !== undefined) return undefined;
    const before = outlook.countWithin(execution, (each) => whereabouts.compare(each) < 0);
    const kept = outlook.effect(execution, before - 1);
    const known = kept === undefined ? [] : [callPosition(kept)];
    const lost = outlook.lost(execution).map(callPosition);
    return lost
      .filter((each) => whereabouts.compare(each) < 0)
      .reduce<Position | undefined>(
        (last, each) => (last === undefined || this.isAfter(each, last) ? each : last),
        known[0],
      );
  }

  private isAfter(position: Position, other: Position): boolean {
    return this.parts.whereabouts.itinerary.order.compare(position, other) > 0;
  }
}
