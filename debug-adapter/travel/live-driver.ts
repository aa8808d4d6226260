/**
 * Drives a live simulation for a debugger, in slices, so that requests are heard while it runs.
 * It owns the motion that is under way; who drives says where to stop. The simulation is the
 * session's own, or lent by the host that runs it.
 *
 * D1  Each performance of an effect is shown to the motion once, however often its guest is put
 *     aside before it.
 * D2  After a stop, going on performs the effect before which it stopped.
 * D3  At most one motion is under way.
 * D4  Once it is disposed of, it drives no more and tells nobody anything.
 */
import type { ShownOutput } from '../../simulator/engine/journal-store.ts';
import type { Patch } from '../../simulator/engine/patch.ts';
import type { Computing, RunResult, UpcomingEffect } from '../../simulator/engine/simulation.ts';
import type { ProgramLocator } from '../../simulator/guest/symbols/index.ts';
import type { DrivenRun, RunDriver } from '../../simulator/host/driven-run.ts';
import type { SimulationState } from '../../simulator/host/protocol.ts';
import type { SimulationRun, SimulationView } from '../../simulator/host/simulation-run.ts';
import { NOTHING_AWAITED, waitingState } from '../../simulator/host/waiting-state.ts';
import type { ExecutionId } from '../../simulator/journal/entry.ts';
import { assert } from '../../simulator/kernel/assert.ts';
import type { VirtualNanos } from '../../simulator/kernel/time.ts';
import type { DebugHost } from '../debug-host.ts';
import { endOf, happeningsOf, isHappening } from './happening.ts';
import { LiveForms } from './live-form.ts';
import { liveView } from './live-view.ts';
import type { Motion, MotionEnd, Within } from './motion.ts';
import { type SeenEffect, seenUpcoming } from './seen-effect.ts';
import { type Stack, StackBook } from './stack-book.ts';

/** How long one slice runs before requests are heard, in real milliseconds. */
const SLICE_MS = 40;
/** A slice lasts at least this many times as long as it takes to bring its guest back. */
const SLICE_PER_RESUME = 4;
/** How often time is let go on while a real host takes its time, in real milliseconds. */
const REAL_SLICE_MS = 20;

/** Outputs of one motion that are shown with their source lines; a stack takes time to look at. */
export const OUTPUTS_PLACED_MAX = 2000;

export interface LiveListener {
  onOutput(output: ShownOutput): void;
  onProblem(problem: Error): void;
}

export class LiveDriver {
  readonly run: SimulationRun;
  readonly view: SimulationView;
  readonly book: StackBook;
  /** The effect before which a guest was put aside; undefined while running and elsewhere. */
  upcoming: UpcomingEffect | undefined;
  /** Where a guest was put aside while it computed; undefined while running and elsewhere. */
  within: Within | undefined;
  ended = false;
  /** Outputs of effects up to this instant are held back: they were shown before. */
  quietUntil: VirtualNanos | undefined;
  private readonly driven: DrivenRun;
  private motion: Motion | undefined;
  private decided = false;
  private placed = 0;
  private pausing = false;
  /** After which effect each execution was put aside while it computed. */
  private readonly looked = new Map<ExecutionId, string>();
  private disposed = false;
  private last: UpcomingEffect | undefined;
  /** The latest effect that each execution has asked for. */
  private readonly asked = new Map<ExecutionId, SeenEffect>();
  /** Executions whose ends the motion has not been told of. */
  private freshEnds: ExecutionId[] = [];
  /** How many rows of the trace, and problems, have been told of. */
  private traces = 0;
  private problems = 0;
  private sliceStart = 0;
  private sliceEnd: number | undefined;

  /** @param begin makes the simulation, or takes it from who lends it, and has it driven here */
  constructor(
    private readonly host: DebugHost,
    private readonly listener: LiveListener,
    begin: (driver: RunDriver) => DrivenRun,
  ) {
    this.driven = begin({
      stopsBefore: (effect) => this.stopsBefore(effect),
      stopsWithin: (computing) => this.stopsWithin(computing),
      poll: () => this.poll(),
      onOutput: (output) => {
        if (!this.isQuiet(output)) listener.onOutput(output);
      },
      onEnded: (execution) => this.freshEnds.push(execution),
    });
    this.run = this.driven.run;
    const { simulation } = this.run;
    const locators = new Map<string, ProgramLocator>();
    const forms = new LiveForms(locators);
    simulation.runAs((program) => forms.of(program));
    this.view = liveView(this.run);
    this.book = new StackBook(this.view, locators);
    this.book.running = () => simulation.runningProgram;
  }

  /** Services whose real hosts may be asked. */
  get realServices(): ReadonlySet<string> {
    return this.driven.realServices;
  }

  /** It is somebody else's. */
  get isLent(): boolean {
    return this.driven.isLent;
  }

  /** Clients start its executions, so that it never ends by itself. */
  get isServing(): boolean {
    return this.driven.isServing;
  }

  /** What has happened so far is known, and no news for anybody. */
  passOver(): void {
    this.traces = this.view.history.traces().length;
    this.problems = this.run.simulation.engine.problems.length;
  }

  /** Runs until the motion, a pause or the simulation itself ends it. */
  async advance(motion: Motion): Promise<MotionEnd> {
    assert(this.motion === undefined, 'a live simulation is driven twice at once');
    this.motion = motion;
    this.decided = false;
    this.placed = 0;
    this.upcoming = undefined;
    this.within = undefined;
    this.run.simulation.stopAt = motion.statement;
    this.turn({ kind: 'running' });
    let end: MotionEnd | undefined;
    try {
      end = await this.drive();
      return end;
    } finally {
      this.motion = undefined;
      this.run.simulation.stopAt = undefined;
      this.pausing = false;
      this.turn(this.restOf(end));
    }
  }

  /** Stops a motion that is under way before the next effect. */
  pause(): void {
    this.pausing = this.motion !== undefined;
    this.driven.nudge();
  }

  /** Changes memory by hand. What comes after the place has not been seen yet. */
  patch(patch: Patch): void {
    this.run.simulation.inputs.patch(patch);
    this.last = undefined;
    this.asked.delete(patch.execution);
    this.looked.delete(patch.execution);
  }

  /** The latest effect that an execution has asked for, whatever became of it. */
  latestAsked(execution: ExecutionId): SeenEffect | undefined {
    return this.asked.get(execution);
  }

  /** Ends a motion that is under way, and lets none begin. */
  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    this.driven.leave();
  }

  private turn(state: SimulationState): void {
    if (!this.disposed) this.driven.turn(state);
  }

  private isQuiet({ execution, seq }: ShownOutput): boolean {
    if (this.quietUntil === undefined) return false;
    const entry = this.view.history.entries(execution)[seq];
    return entry !== undefined && entry.startedAt <= this.quietUntil;
  }

  private restOf(end: MotionEnd | undefined): SimulationState {
    if (this.ended) return { kind: 'ended' };
    if (end?.kind === 'waiting') return waitingState(this.view.history, end, this.isServing);
    const { upcoming } = this;
    if (upcoming === undefined) return { kind: 'paused' };
    return { kind: 'paused', execution: upcoming.execution, seq: upcoming.seq };
  }

  private async drive(): Promise<MotionEnd> {
    for (;;) {
      if (this.disposed) return { kind: 'disposed' };
      if (this.ended) return { kind: 'ended' };
      const result = this.runSlice();
      if (result.kind === 'ended' && !this.isServing) this.ended = true;
      if (this.decided) return { kind: 'stopped' };
      const end = await this.endAfter(result);
      if (end !== undefined) return end;
    }
  }

  private runSlice(): RunResult {
    const { run, upstreams } = this.driven;
    this.sliceStart = this.host.nowMs();
    this.sliceEnd = undefined;
    this.within = undefined;
    upstreams.deliver(run.simulation.inputs);
    const result = run.simulation.run();
    this.driven.publish();
    upstreams.begin();
    this.reportProblems();
    // What happened last may not have been looked at yet.
    this.look();
    return result;
  }

  /** How the motion ends with what a slice came to; undefined when it goes on. */
  private async endAfter(result: RunResult): Promise<MotionEnd | undefined> {
    switch (result.kind) {
      case 'ended':
      case 'waiting':
      case 'paced':
        return this.endAtRest(result);
      case 'real':
        if (this.pausing) return { kind: 'paused' };
        await Promise.race([this.driven.upstreams.changed(), this.host.sleep(REAL_SLICE_MS)]);
        return undefined;
      case 'stopped': {
        if (result.at !== undefined && this.pausing) return { kind: 'paused' };
        await this.host.yieldToRequests();
        const { within } = this;
        const isWithin = within !== undefined && this.pausing;
        return isWithin ? { kind: 'paused', within } : undefined;
      }
    }
  }

  /** Nothing happens by itself now; what serves goes on with its clients. */
  private async endAtRest(
    result: RunResult & { kind: 'ended' | 'waiting' | 'paced' },
  ): Promise<MotionEnd | undefined> {
    const awaited = result.kind === 'ended' ? NOTHING_AWAITED : result;
    if (this.driven.settles(awaited)) return undefined;
    if (!this.isServing) {
      return result.kind === 'ended' ? { kind: 'ended' } : { ...awaited, kind: 'waiting' };
    }
    if (this.pausing) return { kind: 'paused' };
    this.turn(waitingState(this.view.history, awaited, true));
    await this.driven.rest(result.kind === 'paced' ? result.dueAt : undefined);
    this.turn({ kind: 'running' });
    return undefined;
  }

  private stopsWithin({ execution, attempt, entries, tick, isNew }: Computing): boolean {
    const { statement } = this.motion ?? {};
    const isThere =
      statement?.execution === execution &&
      statement.attempt === attempt &&
      statement.tick === tick;
    const place = `${attempt} ${entries}`;
    const looks = this.motion?.looksWithin === true && isNew;
    const isOver = looks && this.looked.get(execution) !== place;
    if (isOver) {
      this.looked.set(execution, place);
      this.decided = true;
    }
    if (isThere) this.decided = true;
    if (!isThere && !isOver && !this.pausing && !this.disposed && !this.host.interrupted())
      return false;
    // Programs whose steps count run with probes of their own.
    const { persistence } = this.view.workflowOf(execution).config;
    this.within = { execution, tick: persistence === 'step' ? undefined : tick };
    return true;
  }

  private stopsBefore(effect: UpcomingEffect): boolean {
    const { execution, seq } = effect;
    this.host.beat(execution, seq);
    this.startSlice();
    const isNew = !this.isLast(effect);
    this.last = effect;
    if (isNew) {
      this.look();
      this.show(effect);
    }
    const stops = this.decided || this.pausing;
    if (stops) {
      this.upcoming = effect;
      this.book.note(execution, seq);
    }
    return stops;
  }

  private show(effect: UpcomingEffect): void {
    const { motion, book } = this;
    const { execution, seq, operation } = effect;
    book.forget(execution, seq);
    const seen = seenUpcoming(effect, this.run.simulation.agenda.now);
    this.asked.set(execution, seen);
    if (motion === undefined) return;
    let noted: Stack | undefined;
    const stack = (): Stack => {
      noted ??= book.note(execution, seq);
      return noted;
    };
    // An output is shown later, with the line that it comes from.
    const isPlaced = operation.class === 'output' && this.placed++ < OUTPUTS_PLACED_MAX;
    if (motion.needsStacks || isPlaced) stack();
    if (motion.upcoming(seen, stack)) this.decided = true;
  }

  private isLast({ execution, seq, attempt }: UpcomingEffect): boolean {
    const { last } = this;
    return last?.execution === execution && last.seq === seq && last.attempt === attempt;
  }

  private poll(): boolean {
    this.startSlice();
    this.look();
    if (this.motion?.passing() === true) this.decided = true;
    const over = this.host.nowMs() > (this.sliceEnd ?? 0);
    return this.decided || this.disposed || over || this.host.hasRequests();
  }

  /** Bringing a guest back takes a replay, which is not to be most of what a slice does. */
  private startSlice(): void {
    if (this.sliceEnd !== undefined) return;
    const now = this.host.nowMs();
    this.sliceEnd = now + Math.max(SLICE_MS, SLICE_PER_RESUME * (now - this.sliceStart));
  }

  /** Tells the motion what has happened since it was told last. */
  private look(): void {
    const { motion } = this;
    const { history } = this.view;
    const rows = history.traces();
    for (; this.traces < rows.length; this.traces++) {
      const row = rows[this.traces];
      if (row === undefined || !isHappening(row)) continue;
      for (const happening of happeningsOf(history, row, this.traces)) {
        if (motion?.happened(happening)) this.decided = true;
      }
    }
    for (const id of this.freshEnds.splice(0)) {
      const row = history.execution(id);
      const end = row === undefined ? undefined : endOf(history, row);
      if (end !== undefined && motion?.happened(end)) this.decided = true;
      if (motion?.ended(id)) this.decided = true;
    }
  }

  private reportProblems(): void {
    const { problems } = this.run.simulation.engine;
    for (; this.problems < problems.length; this.problems++) {
      const problem = problems[this.problems];
      if (problem !== undefined) this.listener.onProblem(problem);
    }
  }
}
