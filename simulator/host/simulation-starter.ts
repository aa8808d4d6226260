/**
 * Starts live simulations: a program anew, an interrupted recording again, or a branch. It makes
 * ready what a run needs, answers with how the run began, and sees to what is due at its end.
 */
import { EMPTY_PLAN, type FaultPlan } from '../faults/fault.ts';
import { parseFault, parsePlan } from '../faults/plan.ts';
import { type BranchOrigin, branchOrigin, noteBranchOrigin } from './branch-origin.ts';
import { withModules } from './deployed-modules.ts';
import { recordedInputs } from './earlier-parts.ts';
import type { HeldSimulation } from './held-simulation.ts';
import type { HostEnvironment } from './host-environment.ts';
import { LiveSession } from './live-session.ts';
import type { LiveSetup } from './live-setup.ts';
import type { LoadedSimulation } from './loaded-simulation.ts';
import { keepPromise, sendMessage } from './outside-values.ts';
import { recordInParts } from './parted-recording.ts';
import type { BranchOptions, RunOptions, SimulationSnapshot } from './protocol.ts';
import { openRecorded } from './recorded-simulation.ts';
import { FIRST_PART, type RecordingPart } from './recording-part.ts';
import { resumedPath } from './resumed-path.ts';
import { checkPlan, withOptions } from './run-setup.ts';
import type { SimulationViewer } from './simulation-viewer.ts';
import { permittedServices, realServices } from './upstream-real.ts';

/** What a new run takes over from an earlier one. */
type EarlierRun = Pick<LiveSetup, 'inputs' | 'choices' | 'shown' | 'realServices'> & {
  /** The part that is recorded again, where it is one. */
  readonly part?: RecordingPart;
  /** What it is a branch of. */
  readonly origin?: BranchOrigin | undefined;
};

export class SimulationStarter {
  constructor(
    private readonly environment: HostEnvironment,
    private readonly held: HeldSimulation,
    private readonly viewer: SimulationViewer,
  ) {}

  /** Finds, builds and runs a program; throws when it, its plan or its services are unusable. */
  async run(options: RunOptions): Promise<SimulationSnapshot> {
    const { environment } = this;
    const target = await environment.load(options.target, (message) =>
      environment.emit({ kind: 'progress', message }),
    );
    const { trial } = options;
    const plan =
      trial === undefined
        ? await this.planFor(options.faults, target.plan)
        : parsePlan(JSON.stringify(trial.plan), 'the plan of the trial');
    const planFile = trial === undefined ? (options.faults ?? target.planFile) : target.planFile;
    const given = withOptions(target.loaded, options);
    const loaded = await withModules(environment, given, plan, planFile);
    const { choices } = trial ?? {};
    const earlier =
      choices === undefined ? undefined : { choices, realServices: realServices(loaded.world) };
    const live = await this.begin(loaded, plan, options.record, options, earlier);
    if (options.writeBack === true) this.writeBackAtEnd(live, target.mountedFolders);
    return this.viewer.snapshot();
  }

  /** Goes on with a recording whose run was broken off, and replaces it at the end. */
  async resume(path: string): Promise<SimulationSnapshot> {
    const recorded = await openRecorded(this.environment, path);
    const { history } = recorded;
    const shown = new Map(
      history.executions().map(({ id }) => {
        const outputs = history.entries(id).filter(({ operation }) => operation.class === 'output');
        return [id as string, outputs.length] as const;
      }),
    );
    const loaded = recorded.loaded();
    const plan = recorded.configuredPlan();
    const origin = branchOrigin(recorded.recording.meta());
    const { inputs, part } = await recordedInputs(
      this.environment,
      recorded.recording,
      path,
    ).finally(() => recorded.close());
    const realServices = await permittedServices(this.environment, path, loaded);
    // The old recording stays whole until the new one has overtaken it.
    const beside = resumedPath(path);
    const earlier = { inputs, shown, realServices, part, origin };
    const live = await this.begin(loaded, plan, beside, {}, earlier);
    this.atEnd(live, () => this.environment.replace(beside, path));
    return this.viewer.snapshot();
  }

  /** Runs a simulation again with more faults: the live one, or a recording. */
  async branch(options: BranchOptions): Promise<SimulationSnapshot> {
    const added = options.faults.map((fault) => parseFault(fault, 'the fault to branch with'));
    const base = await this.branchBase(options.recording);
    const plan = { ...base.plan, faults: [...base.plan.faults, ...added] };
    const inputs = base.inputs.filter(({ kind }) => kind !== 'fault');
    const { realServices } = base;
    const loaded = await withModules(this.environment, base.loaded, plan, undefined);
    await this.begin(loaded, plan, options.record, options, { inputs, realServices });
    return this.viewer.snapshot();
  }

  /** The plan that a request names, or else the configured one. */
  async planFor(faults: string | undefined, configured: FaultPlan): Promise<FaultPlan> {
    if (faults === undefined) return configured;
    return faults === 'none' ? EMPTY_PLAN : this.environment.readPlan(faults);
  }

  private async branchBase(path: string | undefined) {
    if (path === undefined) {
      const { run, realServices } = this.held.live();
      const plan = run.simulation.plan();
      return { loaded: run.loaded, plan, inputs: run.history.inputs(), realServices };
    }
    const recorded = await openRecorded(this.environment, path);
    try {
      const { inputs } = await recordedInputs(this.environment, recorded.recording, path);
      const loaded = recorded.loaded();
      const realServices = await permittedServices(this.environment, path, loaded);
      return { loaded, plan: recorded.plan(), inputs, realServices };
    } finally {
      recorded.close();
    }
  }

  private async begin(
    loaded: LoadedSimulation,
    plan: FaultPlan,
    record: string | undefined,
    options: Pick<RunOptions, 'paceMs' | 'paused' | 'answer' | 'changes' | 'promises' | 'messages'>,
    earlier: EarlierRun | undefined,
  ): Promise<LiveSession> {
    this.held.release();
    checkPlan(plan, loaded);
    const loadService = await this.environment.serviceLoader(loaded.services);
    const { part = FIRST_PART, origin, ...before } = earlier ?? {};
    const place = { record: record ?? '', firstPart: record ?? '', part, limits: undefined };
    const recording = record === undefined ? undefined : recordInParts(this.environment, place);
    let live: LiveSession;
    try {
      live = new LiveSession(this.environment, {
        loaded,
        plan,
        loadService,
        recording,
        ...(recording === undefined ? {} : { parts: recording }),
        paceMs: options.paceMs ?? 0,
        paused: options.paused ?? false,
        changes: options.changes ?? true,
        answer: options.answer,
        // The configuration that says so was read just now.
        realServices: realServices(loaded.world),
        ...before,
      });
      if (recording !== undefined && origin !== undefined) noteBranchOrigin(recording, origin);
      const { simulation } = live.run;
      for (const promise of options.promises ?? []) keepPromise(simulation, promise);
      for (const message of options.messages ?? []) sendMessage(simulation, message);
    } catch (error) {
      recording?.leave();
      throw error;
    }
    this.held.hold({ kind: 'live', live, recordedAt: record });
    live.begin();
    this.reportEnd(live, record);
    return live;
  }

  private reportEnd(live: LiveSession, record: string | undefined): void {
    live.over.then(
      () => {
        if (record !== undefined) {
          this.environment.emit({ kind: 'recorded', recording: record });
        }
      },
      (error: unknown) => {
        this.environment.emit({ kind: 'problem', problem: this.environment.describe(error) });
        const now = live.run.simulation.agenda.now;
        this.environment.emit({ kind: 'state', state: { kind: 'ended' }, now });
      },
    );
  }

  private writeBackAtEnd(live: LiveSession, folders: ReadonlyMap<string, string>): void {
    this.atEnd(live, () => {
      for (const [name, folder] of folders) {
        this.environment.writeFiles(folder, live.run.volumeImage(name));
      }
    });
  }

  /** What keeps it from coming to its end is reported elsewhere. */
  private atEnd(live: LiveSession, work: () => void): void {
    live.over.then(work, () => {});
  }
}
