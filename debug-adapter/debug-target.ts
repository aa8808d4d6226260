/**
 * What a session debugs: a simulation that it runs, or a recording. It owns the simulation, its
 * recording and everything that is known of its programs.
 */
import { EMPTY_PLAN, type FaultPlan } from '../simulator/faults/fault.ts';
import { parsePlan } from '../simulator/faults/plan.ts';
import type { GuestProgram } from '../simulator/guest/program.ts';
import { noteBranchOrigin } from '../simulator/host/branch-origin.ts';
import { withModules } from '../simulator/host/deployed-modules.ts';
import type { HostRecording } from '../simulator/host/host-environment.ts';
import { sourcePlace } from '../simulator/host/kept-sources.ts';
import type { LoadedSimulation } from '../simulator/host/loaded-simulation.ts';
import type { AfterLoan, Borrower, LentSimulation } from '../simulator/host/loan.ts';
import { openRecorded, type RecordedSimulation } from '../simulator/host/recorded-simulation.ts';
import type { SimulationView } from '../simulator/host/simulation-run.ts';
import { permittedServices, realServices } from '../simulator/host/upstream-real.ts';
import type { ExecutionId } from '../simulator/journal/entry.ts';
import { debugErrors } from './debug-error.ts';
import type { DebugHost } from './debug-host.ts';
import type { LaunchProgram, LaunchRecording } from './launch-arguments.ts';
import { type BranchPoint, branchAt, type Origin } from './travel/branch.ts';
import { applyChange, type Change, changeText, readyChange } from './travel/change.ts';
import { LiveDriver, type LiveListener } from './travel/live-driver.ts';
import { ownRun } from './travel/own-run.ts';
import { StackBook } from './travel/stack-book.ts';
import { type KnownProgram, ProgramBook } from './travel/statements/program-book.ts';

export interface TargetListener extends LiveListener {
  onProgress(message: string): void;
}

interface TargetParts {
  readonly view: SimulationView;
  readonly book: StackBook;
  readonly live: LiveDriver | undefined;
  readonly loaded: LoadedSimulation;
  readonly recorded: RecordedSimulation | undefined;
  readonly recording: HostRecording | undefined;
  /** Where it is recorded, or was opened from. */
  readonly recordedAt: string | undefined;
  /** What the session has borrowed, also while it debugs a branch of it. */
  readonly lent?: LentSimulation | undefined;
}

export class DebugTarget {
  readonly view: SimulationView;
  readonly book: StackBook;
  readonly live: LiveDriver | undefined;
  readonly programBook: ProgramBook;

  private constructor(
    private readonly host: DebugHost,
    private readonly listener: TargetListener,
    private readonly parts: TargetParts,
  ) {
    this.view = parts.view;
    this.book = parts.book;
    this.live = parts.live;
    this.programBook = new ProgramBook(
      parts.view,
      (program) => parts.book.locator(program),
      () => host.interrupted(),
      () => host.nowMs(),
    );
  }

  /** Loads and builds a program and makes a simulation of it, which has not begun. */
  static async run(
    host: DebugHost,
    listener: TargetListener,
    launch: LaunchProgram,
  ): Promise<DebugTarget> {
    const found = await host.load(launch.target, (message) => listener.onProgress(message));
    const plan = await planOf(host, launch.faults, found.plan);
    const planFile = typeof launch.faults === 'string' ? launch.faults : found.planFile;
    const loaded = await withModules(host, withOptions(found.loaded, launch), plan, planFile);
    const loadService = await host.serviceLoader(loaded.services);
    const recording = launch.record === undefined ? undefined : host.record(launch.record);
    try {
      const setup = {
        loaded,
        plan,
        loadService,
        realServices: realServices(loaded.world),
        ...(recording === undefined ? {} : { recording, readSource: host.readSource }),
      };
      const live = new LiveDriver(host, listener, (driver) => ownRun(host, setup, driver));
      return DebugTarget.ofLive(host, listener, live, recording, launch.record);
    } catch (error) {
      recording?.leave();
      throw error;
    }
  }

  static async open(
    host: DebugHost,
    listener: TargetListener,
    launch: LaunchRecording,
  ): Promise<DebugTarget> {
    const recorded = await openRecorded(host, launch.recording);
    try {
      const parts = { view: recorded, book: new StackBook(recorded), loaded: recorded.loaded() };
      const rest = { live: undefined, recorded, recording: undefined };
      const recordedAt = launch.recording;
      return new DebugTarget(host, listener, { ...parts, ...rest, recordedAt });
    } catch (error) {
      recorded.close();
      throw error;
    }
  }

  /** Borrows the simulation that runs here; throws DebugError `no-attach` and HostRequestError. */
  static async attach(
    host: DebugHost,
    listener: TargetListener,
    borrower: Borrower,
  ): Promise<DebugTarget> {
    if (host.lend === undefined) throw debugErrors.noAttach();
    return DebugTarget.ofLent(host, listener, await host.lend(borrower));
  }

  private static ofLent(
    host: DebugHost,
    listener: TargetListener,
    lent: LentSimulation,
  ): DebugTarget {
    const live = new LiveDriver(host, listener, (driver) => lent.loan.begin(driver));
    live.passOver();
    const { view, book } = live;
    const { loaded } = live.run.setup;
    const rest = { recording: undefined, recordedAt: undefined, recorded: undefined };
    return new DebugTarget(host, listener, { view, book, live, loaded, lent, ...rest });
  }

  private static ofLive(
    host: DebugHost,
    listener: TargetListener,
    live: LiveDriver,
    recording: HostRecording | undefined,
    recordedAt: string | undefined,
    lent?: LentSimulation,
  ): DebugTarget {
    const { view, book } = live;
    const { loaded } = live.run.setup;
    return new DebugTarget(host, listener, {
      view,
      book,
      live,
      loaded,
      recording,
      recordedAt,
      recorded: undefined,
      lent,
    });
  }

  /** What it started from. */
  get loaded(): LoadedSimulation {
    return this.live?.run.loaded ?? this.parts.loaded;
  }

  /** Whether it is the very simulation that was borrowed, and no branch of it. */
  get isBorrowed(): boolean {
    return this.parts.lent !== undefined && this.live?.isLent === true;
  }

  /** Where it is recorded, or was opened from; undefined when it is kept in memory. */
  get recordedAt(): string | undefined {
    const { lent, recordedAt } = this.parts;
    return recordedAt ?? (this.isBorrowed ? lent?.recordedAt() : undefined);
  }

  /**
   * Another future: the same until a point, and from there with these changes.
   *
   * @param record where it is recorded; undefined for nowhere
   */
  async branch(
    point: BranchPoint,
    changes: readonly Change[],
    record: string | undefined,
  ): Promise<DebugTarget> {
    const { listener } = this;
    const { lent } = this.parts;
    // The views of a host go on with the simulation that it has lent.
    const { audience, ...alone } = this.host;
    const host = lent === undefined ? this.host : alone;
    const origin = await this.origin();
    const { live, recording } = await branchAt(host, listener, origin, point, record);
    try {
      if (recording !== undefined) {
        noteBranchOrigin(recording, {
          recording: this.recordedAt?.replace(/^.*[/\\]/, ''),
          execution: point.execution,
          seq: point.seq,
          changes: changes.map(changeText),
        });
      }
      for (const change of changes) applyChange(live, await readyChange(host, live, change));
      return DebugTarget.ofLive(host, listener, live, recording, record, lent);
    } catch (error) {
      live.dispose();
      recording?.leave();
      throw error;
    }
  }

  /** The programs of all workflows, each once, with the folder that it came from. */
  programs(): readonly { readonly program: GuestProgram; readonly origin: string }[] {
    const found = new Map<string, { program: GuestProgram; origin: string }>();
    const { live } = this;
    // Of what serves, none may have begun yet.
    for (const each of live?.isServing === true ? live.run.programs() : []) {
      found.set(each.program.hash, each);
    }
    for (const { id, workflow } of this.view.history.executions()) {
      const loaded = this.loaded.workflows.find(({ config }) => config.name === workflow);
      const { program } = this.view.workflowOf(id);
      if (!found.has(program.hash))
        found.set(program.hash, { program, origin: loaded?.origin ?? '' });
    }
    return [...found.values()];
  }

  /** The program of an execution, with what is needed to look into it. */
  knownProgram(execution: ExecutionId): KnownProgram {
    return this.programBook.known(this.view.workflowOf(execution).program);
  }

  /** MD5 in hex of the files that programs were built from, where that is known. */
  checksums(): ReadonlyMap<string, string> {
    const found = new Map<string, string>();
    for (const { program, origin } of this.programs()) {
      for (const { path, md5 } of this.book.locator(program).userFiles()) {
        if (md5 !== undefined) found.set(sourcePlace(path, origin), md5);
      }
    }
    return found;
  }

  originOf(execution: ExecutionId): string {
    const row = this.view.history.execution(execution);
    const loaded = this.loaded.workflows.find(({ config }) => config.name === row?.workflow);
    return loaded?.origin ?? '';
  }

  /** That of the first execution; undefined when it did not come to an end. */
  get exitCode(): number | undefined {
    const first = this.view.history.executions()[0];
    if (first?.endedAt === undefined) return undefined;
    return first.exitCode ?? 1;
  }

  /** Cancels an execution as soon as the simulation goes on; throws DebugError `not-live`. */
  cancel(execution: ExecutionId): void {
    if (this.live === undefined) throw debugErrors.notLive('cancelling');
    this.live.run.simulation.inputs.cancel(execution);
  }

  /** What was borrowed, as it is now; undefined when nothing was. */
  anew(): DebugTarget | undefined {
    const { lent } = this.parts;
    return lent && DebugTarget.ofLent(this.host, this.listener, lent);
  }

  /**
   * Lets go of the simulation, and folds its recording.
   *
   * @param after what becomes of what was borrowed
   * @param next takes over what was borrowed
   */
  async close(after: AfterLoan = 'as-before', next?: DebugTarget): Promise<void> {
    const { recorded, recording, lent } = this.parts;
    this.live?.dispose();
    recorded?.close();
    await recording?.close();
    if (lent !== next?.parts.lent) await this.giveBack(after);
  }

  /** Has the owner of what was borrowed, if anything was, drive it again. */
  async giveBack(after: AfterLoan): Promise<void> {
    await this.parts.lent?.loan.giveBack(after);
  }

  private async origin(): Promise<Origin> {
    const { recorded } = this.parts;
    if (recorded !== undefined) {
      const { recording } = recorded;
      const choices = recording.choices();
      return {
        loaded: this.loaded,
        plan: recorded.configuredPlan(),
        choices,
        inputs: recording.inputs(),
        realServices: await permittedServices(this.host, recording.name, this.loaded),
      };
    }
    const { history, setup } = this.live?.run ?? {};
    return {
      loaded: this.loaded,
      plan: setup?.plan ?? EMPTY_PLAN,
      choices: history?.choices ?? [],
      inputs: history?.inputs() ?? [],
      realServices: this.live?.realServices ?? new Set(),
    };
  }
}

function withOptions(
  loaded: LoadedSimulation,
  { seed, persistence }: LaunchProgram,
): LoadedSimulation {
  const workflows = loaded.workflows.map((workflow) =>
    persistence === undefined
      ? workflow
      : { ...workflow, config: { ...workflow.config, persistence } },
  );
  const world = seed === undefined ? loaded.world : { ...loaded.world, seed };
  return { ...loaded, world, workflows };
}

async function planOf(
  host: DebugHost,
  faults: LaunchProgram['faults'],
  configured: FaultPlan,
): Promise<FaultPlan> {
  if (faults === undefined) return configured;
  if (faults === 'none') return EMPTY_PLAN;
  if (typeof faults === 'string') return host.readPlan(faults);
  return parsePlan(JSON.stringify(faults), 'the launch configuration');
}
