/** Reruns of an execution from its journal, with forms of its program that can be stopped. */
import type { Patch, PatchPlace } from '../../../simulator/engine/patch.ts';
import { PatchRun } from '../../../simulator/engine/patch-run.ts';
import { type ReplayEnd, replay } from '../../../simulator/engine/replayer.ts';
import type { Workflow } from '../../../simulator/engine/workflow.ts';
import { ProbeSession, type ProbeSettings } from '../../../simulator/guest/instrument/index.ts';
import type { GuestProgram } from '../../../simulator/guest/program.ts';
import { STACK_OVERFLOW } from '../../../simulator/guest/run-guest.ts';
import type { Entry, ExecutionId } from '../../../simulator/journal/entry.ts';
import { assert } from '../../../simulator/kernel/assert.ts';
import { debugErrors } from '../../debug-error.ts';
import { Asking } from './asking.ts';
import type { Awaiting } from './awaiting.ts';
import { ByteWatch } from './byte-watch.ts';
import type { CaptureSet } from './capture-set.ts';
import { hookMemory, hookState } from './dump-state.ts';
import type { NearVisits } from './near-visits.ts';
import type { Pace } from './pace.ts';
import type { ProgramBuilds } from './program-builds.ts';
import {
  type ByteChange,
  type Hit,
  Interrupted,
  type Learned,
  type Look,
  type Reruns,
  type WatchedBytes,
} from './reruns.ts';
import type { Snapshot } from './snapshot.ts';
import type { SnapshotMaker } from './snapshot-maker.ts';
import type { StatementCaptures } from './statement-captures.ts';
import type { ScanRange, Visit } from './visit.ts';
import { AWAITED, JUMPED, UNHURRIED, type Window, WindowRun } from './window-run.ts';

export interface RerunSetup {
  readonly execution: ExecutionId;
  readonly workflow: Workflow;
  readonly entries: readonly Entry[];
  /** What was changed by hand in it; the builds have appointments where there is any. */
  readonly patches: readonly Patch[];
  readonly wallNanosOf: (entry: Entry | undefined) => bigint;
  readonly builds: ProgramBuilds;
  readonly snapshots: SnapshotMaker;
  readonly captures: StatementCaptures;
  /** Whether the execution itself has used up its stack. */
  readonly overflowed: () => boolean;
  /** Asked now and then while it runs, whether it is to end with Interrupted. */
  readonly awaiting: Awaiting;
  /** Of runs that note statements. */
  readonly pace: Pace;
}

interface Wishes extends ProbeSettings {
  /** Stops inside the call of this effect. */
  readonly stopAtEffect?: number;
  /** Memory was changed by hand; the latest place at which it was not is at this tick. */
  readonly onPatched?: (tick: number) => void;
  /** An effect is called, in the middle of a statement. */
  readonly onCall?: (seq: number, tick: number) => void;
  /** Asked now and then. */
  readonly isOver?: (tick: number) => boolean;
  /** Whether the latest call of `onTick` took so long that it is time to ask whether to go on. */
  readonly tookLong?: () => boolean;
}

/** Where fewer statements around one are noted, more of them are prepared. */
const MARGIN = 24;

export class JournalReruns implements Reruns {
  private readonly effectTicks: number[] = [];
  private to = 0;
  private total: number | undefined;
  private exited = false;
  /** The statement that was prepared last. */
  private prepared: number | undefined;
  /** The run that is under way, for the hooks of its program. */
  private session: ProbeSession | undefined;

  constructor(private readonly setup: RerunSetup) {}

  get learned(): Learned {
    const { effectTicks, to, total, exited } = this;
    return { effectTicks, to, total, exited };
  }

  reach(tick: number): void {
    if (this.total !== undefined || tick <= this.to) return;
    const stopAt = Math.min(tick, Number.MAX_SAFE_INTEGER);
    this.run(this.setup.builds.stopping(), { stopAt });
  }

  visits({ from, to, depthMax }: ScanRange, visit: (visit: Visit) => boolean): void {
    if (from > to) return;
    this.run(this.setup.builds.scanning(), {
      stopAt: from,
      scanDepth: depthMax,
      onTick: (tick, offset, depth, activation) => {
        this.to = Math.max(this.to, tick);
        return tick > to || visit({ tick, offset, depth, activation }) ? 0 : 1;
      },
      // Statements that are too deep are not told, and so not that the range has ended.
      isOver: (tick) => tick > to,
    });
  }

  hits(offsets: readonly number[], visit: (hit: Hit) => boolean): void {
    if (offsets.length === 0) return;
    const program = this.setup.builds.breaking(offsets);
    const asking = new Asking();
    const counts = new VisitCounts();
    this.run(program, {
      onBreakpoint: ({ tick, codeOffset: offset, depth, activation, locals }) => {
        this.to = Math.max(this.to, tick);
        const state = hookState(offset, locals, this.session?.main);
        const earlier = counts.count(tick, offset);
        const isStatement = this.setup.builds.isStatement(offset);
        const hit = { tick, offset, depth, activation, earlier, isStatement, state };
        return asking.ask(() => visit(hit));
      },
    });
    asking.done();
  }

  changes(watched: WatchedBytes, visit: (change: ByteChange) => boolean): void {
    const memory = () => hookMemory(this.session?.main);
    const watch = new ByteWatch(watched, memory, visit);
    const asking = new Asking();
    this.run(this.setup.builds.watching(), {
      watched,
      onBegin: () => watch.begin(),
      onCall: (seq, tick) => watch.called(seq, tick),
      onPatched: (tick) => {
        this.to = Math.max(this.to, tick);
        if (asking.ask(() => watch.patched(tick))) this.session?.stopNow();
      },
      onStore: (hit) => {
        this.to = Math.max(this.to, hit.tick);
        return asking.ask(() => watch.stored(hit));
      },
      onReturn: () => {
        const { session } = this;
        if (session?.main === undefined) return;
        const moment = { tick: session.tick, depth: session.main.depth };
        this.to = Math.max(this.to, moment.tick);
        if (asking.ask(() => watch.returned(moment))) session.stopNow();
      },
      ...(watched.call === undefined
        ? {}
        : {
            scanDepth: watched.call.depth,
            onTick: (tick, _offset, _depth, activation) => {
              this.to = Math.max(this.to, tick);
              return watch.visited({ activation }) ? 0 : 1;
            },
          }),
    });
    asking.done();
  }

  statementsAt(ticks: readonly number[], visit: (visit: Visit) => void): void {
    const [first] = ticks;
    if (first === undefined) return;
    let next = 0;
    this.run(this.setup.builds.scanning(), {
      stopAt: first,
      onTick: (tick, offset, depth, activation) => {
        visit({ tick, offset, depth, activation });
        next++;
        const following = ticks[next];
        return following === undefined ? 0 : following - tick;
      },
    });
  }

  atTick(tick: number, direction: -1 | 0 | 1 = 0): Snapshot {
    const { captures, snapshots } = this.setup;
    const known = captures.dumpAt(this, tick);
    if (known !== undefined) return snapshots.make(known);
    const last = this.total ?? Number.POSITIVE_INFINITY;
    const effort = direction === 0 ? JUMPED : AWAITED;
    const set = this.window({ tick, last, direction, near: this.near(tick), effort });
    return snapshots.make(set.dumpAt(tick));
  }

  near(tick: number): NearVisits | undefined {
    return this.setup.captures.near(this, tick);
  }

  prepare(tick: number): void {
    const { builds, captures, pace } = this.setup;
    if (tick === this.prepared || !builds.hasCapturing || !pace.mayRunUnawaited) return;
    const last = this.total ?? Number.POSITIVE_INFINITY;
    const [first, final] = [Math.max(1, tick - MARGIN), Math.min(last, tick + MARGIN)];
    if (!captures.tells(this, first, tick, final)) {
      this.window({ tick, last, direction: 0, near: this.near(tick), effort: UNHURRIED });
    }
    this.prepared = tick;
  }

  /** Looks at a statement and those around it; what cannot be told from further on, from there. */
  private window(window: Window): CaptureSet {
    const { builds, captures } = this.setup;
    const run = new WindowRun(this, window, () => this.session);
    const wishes = { ...run.settings, tookLong: () => run.hasNoted };
    const set = run.finish(this.run(builds.capturing(), wishes, this.setup.pace));
    if (set.tells(window.tick) || window.last <= window.tick) {
      captures.add(set);
      return set;
    }
    // It has ended in the middle of calls, or an exception has.
    const last = Math.min(window.last, this.total ?? window.tick);
    return this.window({ ...window, last: last < window.last ? last : window.tick });
  }

  atEffect(seq: number): Snapshot {
    return this.snapshot({ stopAtEffect: seq });
  }

  get canLook(): boolean {
    return this.setup.builds.looking() !== undefined;
  }

  looks(
    { from, levelMax }: { readonly from: number; readonly levelMax: number },
    visit: (look: Look) => boolean,
  ): void {
    const asking = new Asking();
    let effects = 0;
    this.look({
      stopAt: from,
      scanDepth: levelMax,
      onCall: (seq) => {
        effects = seq + 1;
      },
      onLook: ({ tick, codeOffset: offset, level }) => {
        this.to = Math.max(this.to, tick);
        return asking.ask(() => visit({ tick, offset, level, effects }));
      },
    });
    asking.done();
  }

  atInstruction(tick: number, index: number): Snapshot {
    let left = index;
    const session = this.look({
      stopAt: tick,
      onLook: (hit) => hit.tick > tick || left-- === 0,
    });
    return this.setup.snapshots.make(session.stopped);
  }

  private look(wishes: Wishes): ProbeSession {
    const program = this.setup.builds.looking();
    assert(program !== undefined, 'the instructions of this program cannot be looked at');
    return this.run(program, wishes);
  }

  private snapshot(wishes: Wishes): Snapshot {
    const { stopped } = this.run(this.setup.builds.stopping(), wishes);
    return this.setup.snapshots.make(stopped);
  }

  private run(program: GuestProgram, wishes: Wishes, pace?: Pace): ProbeSession {
    const { execution, workflow, entries, wallNanosOf, awaiting } = this.setup;
    const { stopAtEffect, onCall, onPatched, isOver, tookLong, ...settings } = wishes;
    let wasInterrupted = false;
    const asks = (): boolean => {
      pace?.pass();
      wasInterrupted ||= awaiting.breaksOff();
      return wasInterrupted;
    };
    pace?.begin();
    const { session, patching } = this.runner(onPatched, {
      ...interruptible(settings, asks, tookLong),
      onCheckIn: (tick) => asks() || isOver?.(tick) === true,
    });
    const outer = this.session;
    this.session = session;
    try {
      const end = replay({
        execution,
        workflow: { ...workflow, program },
        entries,
        wallNanosOf,
        session,
        ...patching,
        onEffect: ({ seq }) => {
          this.noteEffect(seq, session.tick);
          onCall?.(seq, session.tick);
          return seq === stopAtEffect || asks();
        },
      });
      this.learn(end, session);
    } finally {
      this.session = outer;
    }
    if (!wasInterrupted) pace?.end();
    if (wasInterrupted) throw new Interrupted(execution, session.tick);
    return session;
  }

  /** The session of a run, and what changes memory meanwhile. */
  private runner(
    onPatched: ((tick: number) => void) | undefined,
    settings: ProbeSettings,
  ): { readonly session: ProbeSession; readonly patching?: { readonly patching: PatchRun } } {
    const { patches } = this.setup;
    if (patches.length === 0) return { session: new ProbeSession(settings) };
    const told = (place: PatchPlace['kind']) => {
      const { tick } = patching.session;
      onPatched?.(place === 'effect' ? tick : tick - 1);
    };
    const patching: PatchRun = new PatchRun({ patches, onPatched: told }, settings);
    return { session: patching.session, patching: { patching } };
  }

  private learn(end: ReplayEnd, { tick }: ProbeSession): void {
    const { execution, overflowed, awaiting } = this.setup;
    // Calls take more of the stack with probes: what comes then never happened.
    if (isOverflow(end) && !overflowed()) throw debugErrors.stackUsedUp(execution, tick);
    // The effect that is asked for beyond the journal is known too.
    if (end.kind === 'journal-ended') this.noteEffect(end.replayed, tick);
    if (end.kind === 'stopped') {
      this.to = Math.max(this.to, tick);
      return;
    }
    const outcome = end.kind === 'finished' ? end.outcome.kind : undefined;
    // What takes another run is left to whoever waits for it.
    if (outcome === 'trapped' && this.total === undefined && !awaiting.isAwaited) return;
    this.exited = outcome === 'exited';
    this.total ??= outcome === 'trapped' ? this.exactTotal() : tick;
  }

  /** A trap comes between two counts; only a slower form of the program counts at every one. */
  private exactTotal(): number {
    const { execution, workflow, entries, wallNanosOf, builds } = this.setup;
    const { session, patching } = this.runner(undefined, {});
    const exact = { ...workflow, program: builds.exact() };
    replay({ execution, workflow: exact, entries, wallNanosOf, session, ...patching });
    return session.tick;
  }

  private noteEffect(seq: number, tick: number): void {
    if (seq === this.effectTicks.length) this.effectTicks.push(tick);
    else assert(this.effectTicks[seq] === tick, 'an effect was called in another statement');
  }
}

function isOverflow(end: ReplayEnd): boolean {
  if (end.kind !== 'finished' || end.outcome.kind !== 'trapped') return false;
  return end.outcome.message.startsWith(STACK_OVERFLOW);
}

/** Counts how often instructions are come to while a statement lasts. */
class VisitCounts {
  private readonly last = new Map<number, { readonly tick: number; readonly count: number }>();

  /** How often it was come to before. */
  count(tick: number, offset: number): number {
    const known = this.last.get(offset);
    const count = known?.tick === tick ? known.count : 0;
    this.last.set(offset, { tick, count: count + 1 });
    return count;
  }
}

/** Ticks that are visited between two questions whether to go on, unless one takes long. */
const TICKS_PER_QUESTION = 256;

/** What hooks do takes longer than what they interrupt, so they ask themselves whether to go on. */
function interruptible(
  settings: ProbeSettings,
  isInterrupted: () => boolean,
  tookLong: () => boolean = () => false,
): ProbeSettings {
  const { onTick, onBreakpoint, onLook, onStore } = settings;
  let ticks = 0;
  const isDue = () => tookLong() || ++ticks % TICKS_PER_QUESTION === 0;
  return {
    ...settings,
    ...(onTick && {
      onTick: (...visit) => (isDue() && isInterrupted() ? 0 : onTick(...visit)),
    }),
    ...(onBreakpoint && { onBreakpoint: (hit) => isInterrupted() || onBreakpoint(hit) }),
    ...(onLook && {
      onLook: (hit) => (isDue() && isInterrupted()) || onLook(hit),
    }),
    ...(onStore && { onStore: (hit) => isInterrupted() || onStore(hit) }),
  };
}
