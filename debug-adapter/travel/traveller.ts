/**
 * Moves through a simulation, forwards and backwards, in what is recorded and, when it is live,
 * beyond. It knows nothing of the debug protocol.
 *
 * T1  Every motion ends in a stop, also at the beginning, at the end, and when it is paused.
 * T2  Steps stay in their execution; continuing looks at all of them.
 * T3  Going forwards over what is recorded performs nothing.
 */
import type { SimulationView } from '../../simulator/host/simulation-run.ts';
import { type ExecutionId, executionId } from '../../simulator/journal/entry.ts';
import { VIRTUAL_START } from '../../simulator/kernel/time.ts';
import { debugErrors } from '../debug-error.ts';
import { Continuing } from './continuing.ts';
import type { DataTarget } from './data/data-target.ts';
import type { ExecutionPaths } from './data/value-history.ts';
import { executionIds } from './happening.ts';
import { type Instant, placeOfInstant } from './instant.ts';
import type { StatementCode } from './instructions/instruction-steps.ts';
import { callPosition, Itinerary, type StopSettings } from './itinerary.ts';
import type { LiveDriver } from './live-driver.ts';
import { stopWhen } from './motion.ts';
import { Outlook } from './outlook.ts';
import { Passing, type PassingListener } from './passing.ts';
import { beforeFirst, type Place, type Position } from './place.ts';
import type { SeenEffect } from './seen-effect.ts';
import type { Stack, StackBook } from './stack-book.ts';
import type { PathBook } from './statements/path-book.ts';
import { Interrupted } from './statements/reruns.ts';
import type { Snapshot } from './statements/snapshot.ts';
import { type Granularity, Stepping } from './stepping.ts';
import { DESCRIPTIONS, type Stop } from './stop.ts';
import { Whereabouts } from './whereabouts.ts';

export interface TravellerSetup extends PassingListener {
  readonly view: SimulationView;
  readonly book: StackBook;
  /** Undefined to go from effect to effect, also where programs have statements. */
  readonly paths: PathBook | undefined;
  /** Undefined for a recording, which cannot go on. */
  readonly live: LiveDriver | undefined;
}

export class Traveller {
  readonly view: SimulationView;
  readonly book: StackBook;
  readonly live: LiveDriver | undefined;
  private readonly outlook: Outlook;
  private readonly whereabouts: Whereabouts;
  private readonly stepping: Stepping;
  private readonly continuing: Continuing;

  constructor(private readonly setup: TravellerSetup) {
    const { view, book, live, paths, onPassed } = setup;
    this.view = view;
    this.book = book;
    this.live = live;
    const first = executionIds(view.history)[0] ?? (live && firstToCome(live));
    if (first === undefined) throw debugErrors.nothingRan();
    const itinerary = new Itinerary(view, book);
    this.outlook = new Outlook(view, book, live);
    const whereabouts = new Whereabouts(
      itinerary,
      this.outlook,
      paths,
      beforeFirst(first, VIRTUAL_START),
    );
    const passing = new Passing(whereabouts, setup);
    this.whereabouts = whereabouts;
    this.stepping = new Stepping({ whereabouts, passing, book, paths, live, onPassed });
    this.continuing = new Continuing({ whereabouts, passing, paths, live, listener: setup });
  }

  get position(): Position {
    return this.whereabouts.position;
  }

  get settings(): StopSettings {
    return this.whereabouts.settings;
  }

  set settings(settings: StopSettings) {
    this.whereabouts.settings = settings;
  }

  /** Prints what logpoints that were added have to say of all that is known; tells how much. */
  tellNewLogs(): number {
    return this.continuing.tellNewLogs();
  }

  // What is there to be seen.

  placeOf(execution: ExecutionId): Place | undefined {
    return this.outlook.placeOf(this.position, execution);
  }

  effectAt(place: Place): SeenEffect | undefined {
    return this.outlook.effectAt(this.position, place);
  }

  stackAt(place: Place): Stack {
    return this.outlook.stackAt(place);
  }

  /** The program with its values; undefined where it has no statements. */
  snapshotAt(place: Place): Snapshot | undefined {
    return this.setup.paths?.pathAt(place)?.snapshotAt(place);
  }

  /** The statements of an execution; undefined for a program that has none. */
  pathsOf(execution: ExecutionId): ExecutionPaths | undefined {
    const { paths } = this.setup;
    const kept = paths?.pathOf(execution);
    return kept && { kept, lost: paths?.lostPathsOf(execution) ?? [] };
  }

  // Motions.

  /** Comes to the first statement or effect. */
  async toEntry(): Promise<Stop> {
    const { live } = this;
    const known = this.atFirst();
    if (known !== undefined) return known;
    if (live === undefined || live.ended) return this.whereabouts.atEnd();
    const end = await live.advance(stopWhen({ upcoming: () => true }));
    return this.atFirst() ?? this.whereabouts.settle(end, 'entry');
  }

  /**
   * Comes to where a live simulation is now, and goes on from there unless it is to stop. Where
   * nothing is under way in what serves, it goes on until a client comes.
   */
  async toPresent(stops: boolean): Promise<Stop> {
    const { live, whereabouts } = this;
    if (live === undefined || live.ended) return whereabouts.atEnd();
    this.turnToLatest();
    if (live.isServing && live.run.simulation.engine.unended === 0) return this.continue();
    const end = await live.advance(stopWhen({ upcoming: () => true }));
    this.turnToLatest();
    const stop = whereabouts.settle(end, 'pause');
    return stops || end.kind !== 'stopped' ? stop : this.continue();
  }

  /** Runs the live simulation on, whatever it comes by. */
  async toLiveEnd(): Promise<Stop> {
    const { live, whereabouts } = this;
    if (live === undefined || live.ended) return this.stay();
    return whereabouts.settle(await live.advance(stopWhen({})), 'pause');
  }

  /** To the latest effect that is known of the whole simulation. */
  private turnToLatest(): void {
    const { outlook, whereabouts } = this;
    const { order } = whereabouts.itinerary;
    const latest = executionIds(this.view.history)
      .flatMap((id) => outlook.last(id) ?? [])
      .map(callPosition)
      .sort((one, other) => order.compare(one, other))
      .at(-1);
    if (latest !== undefined) whereabouts.turnTo(latest);
  }

  private atFirst(): Stop | undefined {
    const first = this.continuing.first();
    if (first === undefined) return undefined;
    const what = first.place.kind === 'effect' ? 'effect' : 'statement';
    return this.whereabouts.at(first, 'entry', `Paused at the first ${what}`);
  }

  continue(): Promise<Stop> {
    return this.forwards(() => this.continuing.forward());
  }

  /** To the previous breakpoint or exception, in the whole simulation. */
  reverseContinue(): Stop {
    return this.backwards(() => this.continuing.backward());
  }

  /** To what gave a value what it is here. Throws DebugError when nothing has changed it. */
  toLastWrite(target: DataTarget): Stop {
    return this.backwards(() => {
      const stop = this.continuing.toLastWrite(target);
      if (stop === undefined) throw debugErrors.neverWritten(target.name);
      return stop;
    });
  }

  /** To the next statement, or effect, without those of functions that are called on the way. */
  next(granularity: Granularity = 'statement'): Promise<Stop> {
    return this.forwards(() => this.stepping.forward('over', granularity));
  }

  /** To the next statement, or the effect in the middle of this one. */
  in(granularity: Granularity = 'statement'): Promise<Stop> {
    return this.forwards(() => this.stepping.forward('in', granularity));
  }

  /** Into a call of the statement at hand. */
  intoCall(codeOffset: number, code: StatementCode): Promise<Stop> {
    return this.forwards(() => this.stepping.intoCall(codeOffset, code));
  }

  /** To where the innermost function of the user's own has returned. */
  out(granularity: Granularity = 'statement'): Promise<Stop> {
    return this.forwards(() => this.stepping.forward('out', granularity));
  }

  back(granularity: Granularity = 'statement'): Stop {
    return this.backwards(() => this.stepping.backward('back', granularity));
  }

  backIn(granularity: Granularity = 'statement'): Stop {
    return this.backwards(() => this.stepping.backward('back-in', granularity));
  }

  /** To the statement that called the innermost function of the user's own. */
  backOut(granularity: Granularity = 'statement'): Stop {
    return this.backwards(() => this.stepping.backward('back-out', granularity));
  }

  /** To the first statement of a call that the present place is in; 0 is the innermost. */
  toEntryOf(chainLevel: number): Stop {
    return this.backwards(() => this.stepping.toEntryOf(chainLevel) ?? this.stay());
  }

  /** A motion that is interrupted stops where it has come to. */
  private async forwards(motion: () => Promise<Stop>): Promise<Stop> {
    try {
      return await motion();
    } catch (error) {
      if (!(error instanceof Interrupted)) throw error;
      const place = this.setup.paths?.pathOf(error.execution)?.placeAt(error.tick);
      if (place === undefined) return this.stay();
      return this.whereabouts.at(this.whereabouts.positionOf(place), 'pause', 'Paused');
    }
  }

  /** On its way back, a motion has come to nothing before it knows where it leads. */
  private backwards(motion: () => Stop): Stop {
    try {
      return motion();
    } catch (error) {
      if (error instanceof Interrupted) return this.stay();
      throw error;
    }
  }

  /** To an effect of an execution, or, past the last that is known, as far as it gets. */
  async seek(execution: ExecutionId, seq: number): Promise<Stop> {
    const { whereabouts, live } = this;
    const row = this.view.history.execution(execution);
    if (row === undefined) {
      throw debugErrors.unknownExecution(execution, executionIds(this.view.history));
    }
    const known = this.outlook.effect(execution, seq);
    if (known !== undefined) {
      return whereabouts.atCall(known, 'goto', `Went to ${execution} #${seq}`);
    }
    if (live === undefined || row.endedAt !== undefined) {
      return whereabouts.atEndOf(execution, 'goto');
    }
    const end = await live.advance(
      stopWhen({
        upcoming: (effect) => effect.execution === execution && effect.seq >= seq,
        ended: (id) => id === execution,
      }),
    );
    if (this.outlook.hasEnded(execution)) return whereabouts.atEndOf(execution, 'goto');
    return whereabouts.settle(end, 'goto');
  }

  /** To a statement of an execution, as far as it is known already. */
  seekStatement(execution: ExecutionId, tick: number): Stop {
    const row = this.view.history.execution(execution);
    if (row === undefined) {
      throw debugErrors.unknownExecution(execution, executionIds(this.view.history));
    }
    const path = this.setup.paths?.pathOf(execution);
    if (path?.has(tick) !== true) {
      throw debugErrors.noStatement(execution, tick, path?.total ?? 0);
    }
    const position = this.whereabouts.positionOf(path.placeAt(tick));
    return this.whereabouts.at(position, 'goto', `Went to statement ${tick} of ${execution}`);
  }

  /** To the statement of an instant where there are any, else to its effect. */
  async seekInstant(instant: Instant): Promise<Stop> {
    const { execution, seq, tick, instruction, lostWith } = instant;
    const isKnown = this.view.history.execution(execution) !== undefined;
    const path = isKnown ? this.setup.paths?.pathAt(placeOfInstant(instant)) : undefined;
    if (tick !== undefined && path?.has(tick) === true) {
      const within = instruction === undefined ? undefined : path.instructionAt(tick, instruction);
      const position = this.whereabouts.positionOf(within ?? path.placeAt(tick));
      return this.whereabouts.at(position, 'goto', `Went to statement ${tick} of ${execution}`);
    }
    if (lostWith === undefined || path === undefined) return this.seek(execution, seq);
    const position = this.whereabouts.positionOf(path.effectPlace(seq));
    return this.whereabouts.at(position, 'goto', `Went to ${execution} #${seq}`);
  }

  /** Makes another execution the one that is looked at, at the same instant. */
  turnTo(execution: ExecutionId): void {
    const { whereabouts } = this;
    if (whereabouts.place.execution === execution) return;
    const place = this.placeOf(execution);
    const effect = place === undefined ? undefined : this.effectAt(place);
    if (effect !== undefined) whereabouts.turnTo(callPosition(effect));
    else if (place !== undefined) whereabouts.turnTo(whereabouts.positionOf(place));
    // Before its first effect.
    else whereabouts.turnTo(beforeFirst(execution, this.position.at));
  }

  /** Stops where it is, for a client that lost track. */
  stay(): Stop {
    return this.whereabouts.here('pause', 'Paused');
  }

  /** Stops at a place of what is known. */
  stayAt(place: Place): Stop {
    const { whereabouts } = this;
    return whereabouts.at(whereabouts.positionOf(place), 'goto', DESCRIPTIONS.goto);
  }

  /** Stands before the effect at which the live simulation was put aside. */
  stayAtEdge(): Stop {
    return this.whereabouts.settle({ kind: 'stopped' }, 'goto');
  }
}

/** The execution with which a simulation that serves will begin. */
function firstToCome({ isServing, run }: LiveDriver): ExecutionId | undefined {
  const [workflow] = run.setup.loaded.workflows;
  if (!isServing || workflow === undefined) return undefined;
  return executionId(`${workflow.config.name}-1`);
}
