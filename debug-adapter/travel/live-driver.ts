/**
 * Drives a live simulation for a debugger, in slices, so that requests are heard while it runs.
 * It owns the run; who drives says where to stop.
 *
 * D1  Each performance of an effect is shown to the motion once, however often its guest is put
 *     aside before it.
 * D2  After a stop, going on performs the effect before which it stopped.
 * D3  At most one motion is under way.
 */
import type { ShownOutput } from '../../simulator/engine/journal-store.ts';
import type { Patch } from '../../simulator/engine/patch.ts';
import type { StatementPoint } from '../../simulator/engine/patches.ts';
import type { Question } from '../../simulator/engine/questions.ts';
import type { Computing, UpcomingEffect } from '../../simulator/engine/simulation.ts';
import type { GuestProgram } from '../../simulator/guest/program.ts';
import { ProgramLocator } from '../../simulator/guest/symbols/index.ts';
import type { SimulationState } from '../../simulator/host/protocol.ts';
import {
  type RunSetup,
  SimulationRun,
  type SimulationView,
} from '../../simulator/host/simulation-run.ts';
import { effectText } from '../../simulator/host/text/effect-text.ts';
import { RealUpstreams } from '../../simulator/host/upstream-real.ts';
import type { ExecutionId } from '../../simulator/journal/entry.ts';
import type { ExecutionRow, RecordingSink, TraceRow } from '../../simulator/journal/records.ts';
import { assert } from '../../simulator/kernel/assert.ts';
import type { VirtualNanos } from '../../simulator/kernel/time.ts';
import type { Audience, DebugHost } from '../debug-host.ts';
import { endOf, type Happening, happeningsOf, isHappening } from './happening.ts';
import { liveForm } from './live-form.ts';
import { liveView } from './live-view.ts';
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

/** Where a live simulation is to stop. */
export interface Motion {
  /** Whether the stack of every effect is to be kept. */
  readonly needsStacks: boolean;
  /** Asked before each effect that is performed, inside its call; true stops there. */
  upcoming(effect: SeenEffect, stack: () => Stack): boolean;
  /** True stops as soon as possible. */
  happened(happening: Happening): boolean;
  /** An execution has ended, in whatever way; true stops as soon as possible. */
  ended(execution: ExecutionId): boolean;
  /** Asked now and then; true stops as soon as possible. */
  passing(): boolean;
  /**
   * Whether a guest that computes for long after its latest effect is put aside there, once: who
   * looks for statements finds them by running it again.
   */
  readonly looksWithin?: boolean;
  /** The statement of an attempt before which its guest is put aside, and it stops. */
  readonly statement?: StatementPoint;
}

/** A motion that stops for what is given, and for nothing else. */
export function stopWhen(parts: Partial<Motion>): Motion {
  return {
    needsStacks: false,
    upcoming: () => false,
    happened: () => false,
    ended: () => false,
    passing: () => false,
    ...parts,
  };
}

export type MotionEnd =
  /** The motion said so. `upcoming` is set when a guest waits inside the call of an effect. */
  | { readonly kind: 'stopped' }
  /** `within` is set for a guest that computed for long. */
  | { readonly kind: 'paused'; readonly within?: Within }
  /** Nothing happens until an input or an answer comes. */
  | {
      readonly kind: 'waiting';
      readonly questions: readonly Question[];
      /** Names of promises. */
      readonly promises: readonly string[];
    }
  /** Every execution has ended. */
  | { readonly kind: 'ended' }
  /** The driver was let go. */
  | { readonly kind: 'disposed' };

/** Where a guest was put aside while it computed. */
export interface Within {
  readonly execution: ExecutionId;
  /** How many statements it had come to. */
  readonly tick: number;
}

export interface LiveListener {
  onOutput(output: ShownOutput): void;
  onProblem(problem: Error): void;
}

export interface LiveDriverSetup extends Omit<RunSetup, 'observer' | 'watcher' | 'prepare'> {
  /** Services whose real hosts may be asked. */
  readonly realServices: ReadonlySet<string>;
}

export class LiveDriver {
  /** Services whose real hosts may be asked. */
  readonly realServices: ReadonlySet<string>;
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
  private readonly audience: Audience | undefined;
  private readonly locators = new Map<string, ProgramLocator>();
  private readonly upstreams: RealUpstreams;
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
  private fresh: { trace: TraceRow; index: number }[] = [];
  private endedRows: ExecutionRow[] = [];
  private problems = 0;
  private sliceStart = 0;
  private sliceEnd: number | undefined;

  constructor(
    private readonly host: DebugHost,
    setup: LiveDriverSetup,
    private readonly listener: LiveListener,
  ) {
    this.audience = host.audience?.(setup.loaded);
    this.realServices = setup.realServices;
    this.upstreams = new RealUpstreams(host.realWorld, setup.realServices);
    this.run = new SimulationRun({
      ...setup,
      watcher: this.watcher(this.audience?.sink),
      prepare: (program) => this.prepare(program),
      observer: {
        stopsBefore: (effect) => this.stopsBefore(effect),
        stopsWithin: (computing) => this.stopsWithin(computing),
        poll: () => this.poll(),
        onRealRequest: (request) => this.upstreams.ask(request),
        onOutput: (output) => {
          this.audience?.onOutput(output);
          if (!this.isQuiet(output)) listener.onOutput(output);
        },
      },
    });
    this.view = liveView(this.run);
    this.book = new StackBook(this.view, this.locators);
    this.book.running = () => this.run.simulation.runningProgram;
    this.audience?.begin(this.run);
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
    this.audience?.turn({ kind: 'running' });
    let end: MotionEnd | undefined;
    try {
      end = await this.drive();
      return end;
    } finally {
      this.motion = undefined;
      this.run.simulation.stopAt = undefined;
      this.pausing = false;
      this.audience?.turn(this.restOf(end));
    }
  }

  /** Stops a motion that is under way before the next effect. */
  pause(): void {
    this.pausing = this.motion !== undefined;
    this.upstreams.nudge();
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
    this.disposed = true;
    this.upstreams.end(this.run.simulation.inputs);
    this.upstreams.nudge();
  }

  private isQuiet({ execution, seq }: ShownOutput): boolean {
    if (this.quietUntil === undefined) return false;
    const entry = this.view.history.entries(execution)[seq];
    return entry !== undefined && entry.startedAt <= this.quietUntil;
  }

  private restOf(end: MotionEnd | undefined): SimulationState {
    if (this.ended) return { kind: 'ended' };
    if (end?.kind === 'waiting') {
      const questions = end.questions.map(({ execution, seq }) => {
        const entry = this.view.history.entries(execution)[seq];
        return { execution, seq, call: entry === undefined ? '' : effectText(entry) };
      });
      return { kind: 'waiting', questions, promises: end.promises };
    }
    const { upcoming } = this;
    if (upcoming === undefined) return { kind: 'paused' };
    return { kind: 'paused', execution: upcoming.execution, seq: upcoming.seq };
  }

  private async drive(): Promise<MotionEnd> {
    for (;;) {
      if (this.disposed) return { kind: 'disposed' };
      if (this.ended) return { kind: 'ended' };
      this.sliceStart = this.host.nowMs();
      this.sliceEnd = undefined;
      this.within = undefined;
      this.upstreams.deliver(this.run.simulation.inputs);
      const result = this.run.simulation.run();
      this.run.setup.recording?.flush();
      this.upstreams.begin();
      this.reportProblems();
      this.audience?.refresh();
      // What happened last may not have been looked at yet.
      this.look();
      if (result.kind === 'ended') this.ended = true;
      if (this.decided) return { kind: 'stopped' };
      if (result.kind === 'ended') return { kind: 'ended' };
      // Nothing is paced by real time here.
      if (result.kind === 'waiting' || result.kind === 'paced')
        return { ...result, kind: 'waiting' };
      if (result.kind === 'real') {
        if (this.pausing) return { kind: 'paused' };
        await Promise.race([this.upstreams.changed(), this.host.sleep(REAL_SLICE_MS)]);
        continue;
      }
      if (result.at !== undefined && this.pausing) return { kind: 'paused' };
      await this.host.yieldToRequests();
      const { within } = this;
      if (within !== undefined && this.pausing) return { kind: 'paused', within };
    }
  }

  /** With probes, a guest can also be put aside while it computes. */
  private prepare(program: GuestProgram): GuestProgram {
    const locator = new ProgramLocator(program);
    this.locators.set(program.hash, locator);
    return liveForm(program, locator);
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
    this.within = { execution, tick };
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
    if (this.fresh.length === 0 && this.endedRows.length === 0) return;
    const { fresh, endedRows, motion } = this;
    this.fresh = [];
    this.endedRows = [];
    const { history } = this.view;
    const found = fresh.flatMap(({ trace, index }) => happeningsOf(history, trace, index));
    for (const row of endedRows)
      found.push(...[endOf(history, row)].filter((end) => end !== undefined));
    for (const happening of found) if (motion?.happened(happening)) this.decided = true;
    for (const { id } of endedRows) if (motion?.ended(id)) this.decided = true;
  }

  private reportProblems(): void {
    const { problems } = this.run.simulation.engine;
    for (; this.problems < problems.length; this.problems++) {
      const problem = problems[this.problems];
      if (problem !== undefined) this.listener.onProblem(problem);
    }
  }

  private watcher(other: RecordingSink | undefined): RecordingSink {
    let traces = 0;
    const nothing = (): void => {};
    const rest: RecordingSink = {
      ...{ meta: nothing, blob: nothing, attempt: nothing, entry: nothing, lost: nothing },
      ...{ restart: nothing, ledger: nothing, fault: nothing, input: nothing, choice: nothing },
      ...{ flush: nothing, execution: nothing, trace: nothing },
      ...other,
    };
    return {
      ...rest,
      execution: (row) => {
        other?.execution(row);
        if (row.endedAt !== undefined) this.endedRows.push(row);
      },
      trace: (row) => {
        other?.trace(row);
        const index = traces++;
        if (isHappening(row)) this.fresh.push({ trace: row, index });
      },
    };
  }
}
