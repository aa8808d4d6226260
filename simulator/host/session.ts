/**
 * The server side of the protocol: holds one simulation, live or recorded, and answers requests
 * about it. Every request is answered exactly once, with a value or an error.
 */

import type { Workflow } from '../engine/workflow.ts';
import { EMPTY_PLAN, type FaultPlan } from '../faults/fault.ts';
import { parseFault, planJson } from '../faults/plan.ts';
import { type SourceFrame, userFrame } from '../guest/symbols/index.ts';
import { type ExecutionId, executionId, seqOf } from '../journal/entry.ts';
import { originOf } from './change-feed.ts';
import type { HostEnvironment } from './host-environment.ts';
import { HostRequestError } from './host-request-error.ts';
import { LiveSession } from './live-session.ts';
import { type LoadedSimulation, readyWorkflow } from './loaded-simulation.ts';
import { locateEffect, trapStack } from './locate-effect.ts';
import type {
  BranchOptions,
  EffectDetails,
  EffectSummary,
  HostRequest,
  RunOptions,
  SimulationSnapshot,
  StackFrameView,
  VerifyResult,
} from './protocol.ts';
import { openSimulation, type RecordedSimulation } from './recorded-simulation.ts';
import { resumedPath } from './resumed-path.ts';
import { checkPlan, withOptions } from './run-setup.ts';
import type { SimulationRun, SimulationView } from './simulation-run.ts';
import { lastInstant, nodesOf } from './snapshot-facts.ts';
import { SourceSites } from './source-sites.ts';
import { timelineText } from './text/timeline-text.ts';
import { verifyExecution } from './verify.ts';
import {
  effectDetails,
  effectSummary,
  executionSummary,
  frameView,
  traceSummary,
} from './views.ts';

/** A timeline of more effects than this names no source lines, for which all are replayed. */
const LOCATED_EFFECTS_MAX = 20_000;
/** Effects that one answer lists at most. */
const EFFECTS_PER_ANSWER_MAX = 10_000;
/** Happenings of the world that a snapshot lists at most: the last ones. */
const TRACES_PER_ANSWER_MAX = 10_000;

type Held =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'live'; readonly live: LiveSession; readonly recordedAt: string | undefined }
  /** Driven by a debug session; it can be looked at here. */
  | { readonly kind: 'debugged'; readonly run: SimulationRun }
  | { readonly kind: 'recorded'; readonly recorded: RecordedSimulation; readonly path: string };

export class HostSession {
  private held: Held = { kind: 'nothing' };
  private sites: SourceSites | undefined;

  constructor(private readonly environment: HostEnvironment) {}

  /** Does a request; throws an error that the environment can describe. */
  async handle(request: Exclude<HostRequest, { kind: 'dap' }>): Promise<unknown> {
    switch (request.kind) {
      case 'run':
        return this.startRun(request.options);
      case 'resume':
        return this.resume(request.recording);
      case 'branch':
        return this.branch(request.options);
      case 'open':
        return this.open(request.recording);
      case 'pause':
        this.live().pause();
        return null;
      case 'continue':
        this.live().goOn('free');
        return null;
      case 'step':
        this.live().goOn('next-effect');
        return null;
      case 'inject':
        this.live().run.simulation.inject(parseFault(request.fault, 'the injected fault'));
        this.live().wake();
        return null;
      case 'feed':
        this.live().run.simulation.feed(
          executionId(request.execution),
          request.bytes,
          request.ends,
        );
        this.live().wake();
        return null;
      case 'answer':
        return this.answer(request);
      case 'cancel':
        return this.cancel(request.execution);
      case 'snapshot':
        return this.snapshot();
      case 'effects':
        return this.effects(executionId(request.execution), request.from, request.count);
      case 'effect':
        return this.effect(executionId(request.execution), request.seq);
      case 'verify':
        return this.verify(request.module);
      case 'timeline':
        return this.timeline(request);
      case 'trap':
        return this.trap(executionId(request.execution));
      case 'locate':
        return this.locate(request);
      case 'close':
        return this.close();
    }
  }

  /** A debug session drives a simulation of its own, which clients may look at. */
  attend(run: SimulationRun): void {
    this.release();
    this.held = { kind: 'debugged', run };
    this.sites = new SourceSites(run);
  }

  private async startRun(options: RunOptions): Promise<SimulationSnapshot> {
    const { environment } = this;
    const target = await environment.load(options.target, (message) =>
      environment.emit({ kind: 'progress', message }),
    );
    const plan = await this.planFor(options.faults, target.plan);
    const loaded = withOptions(target.loaded, options);
    const live = await this.begin(loaded, plan, options.record, options, undefined);
    if (options.writeBack === true) this.writeBackAtEnd(live, target.mountedFolders);
    return this.snapshot();
  }

  private async planFor(faults: string | undefined, configured: FaultPlan): Promise<FaultPlan> {
    if (faults === undefined) return configured;
    return faults === 'none' ? EMPTY_PLAN : this.environment.readPlan(faults);
  }

  private async begin(
    loaded: LoadedSimulation,
    plan: FaultPlan,
    record: string | undefined,
    options: Pick<RunOptions, 'paceMs' | 'paused' | 'answer' | 'changes'>,
    again:
      | Pick<ConstructorParameters<typeof LiveSession>[1], 'inputs' | 'choices' | 'shown'>
      | undefined,
  ): Promise<LiveSession> {
    this.release();
    checkPlan(plan, loaded);
    const loadService = await this.environment.serviceLoader(loaded.services);
    const recording = record === undefined ? undefined : this.environment.record(record);
    let live: LiveSession;
    try {
      live = new LiveSession(this.environment, {
        loaded,
        plan,
        loadService,
        recording,
        paceMs: options.paceMs ?? 0,
        paused: options.paused ?? false,
        changes: options.changes ?? true,
        answer: options.answer,
        ...again,
      });
    } catch (error) {
      recording?.leave();
      throw error;
    }
    this.held = { kind: 'live', live, recordedAt: record };
    this.sites = new SourceSites(live.run);
    live.begin();
    this.reportEnd(live, record);
    return live;
  }

  private reportEnd(live: LiveSession, record: string | undefined): void {
    live.settled().then(
      () => {
        if (record !== undefined && live.state.kind === 'ended') {
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
    void live.settled().then(() => {
      for (const [name, folder] of folders) {
        this.environment.writeFiles(folder, live.run.volumeImage(name));
      }
    });
  }

  private async resume(path: string): Promise<SimulationSnapshot> {
    const recorded = await openSimulation(this.environment.source(path), this.environment.sql);
    const { history } = recorded;
    const shown = new Map(
      history.executions().map(({ id }) => {
        const outputs = history.entries(id).filter(({ operation }) => operation.class === 'output');
        return [id as string, outputs.length] as const;
      }),
    );
    const loaded = recorded.loaded();
    const plan = recorded.configuredPlan();
    const inputs = history.inputs();
    recorded.close();
    // The old recording stays whole until the new one has overtaken it.
    const beside = resumedPath(path);
    const live = await this.begin(loaded, plan, beside, {}, { inputs, shown });
    void live.settled().then(() => {
      if (live.state.kind === 'ended') this.environment.replace(beside, path);
    });
    return this.snapshot();
  }

  private async branch(options: BranchOptions): Promise<SimulationSnapshot> {
    const added = options.faults.map((fault) => parseFault(fault, 'the fault to branch with'));
    const base = await this.branchBase(options.recording);
    const plan = { faults: [...base.plan.faults, ...added] };
    const inputs = base.inputs.filter(({ kind }) => kind !== 'fault');
    await this.begin(base.loaded, plan, options.record, options, { inputs });
    return this.snapshot();
  }

  private async branchBase(path: string | undefined) {
    if (path === undefined) {
      const { run } = this.live();
      const plan = run.simulation.plan();
      return { loaded: run.setup.loaded, plan, inputs: run.history.inputs() };
    }
    const recorded = await openSimulation(this.environment.source(path), this.environment.sql);
    try {
      const inputs = recorded.history.inputs();
      return { loaded: recorded.loaded(), plan: recorded.plan(), inputs };
    } finally {
      recorded.close();
    }
  }

  private async open(path: string): Promise<SimulationSnapshot> {
    const recorded = await openSimulation(this.environment.source(path), this.environment.sql);
    this.release();
    this.held = { kind: 'recorded', recorded, path };
    for (const { kind: code, message } of recorded.recording.warnings) {
      this.environment.emit({ kind: 'problem', problem: { severity: 'warning', code, message } });
    }
    this.sites = new SourceSites(recorded);
    return this.snapshot();
  }

  private answer(request: Extract<HostRequest, { kind: 'answer' }>): null {
    const live = this.live();
    const { execution, seq, answer } = request;
    if (!live.run.simulation.answer(executionId(execution), seqOf(seq), answer)) {
      throw new HostRequestError(`${execution} asks nothing about effect #${seq} any more`);
    }
    live.wake();
    return null;
  }

  private cancel(execution: string | undefined): null {
    const live = this.live();
    const { simulation } = live.run;
    const ids = execution === undefined ? simulation.executions.map(({ id }) => id) : [execution];
    for (const id of ids) simulation.cancel(executionId(id));
    // Cancelling is itself something that happens, also in a paused simulation.
    live.goOn('free');
    return null;
  }

  private snapshot(): SimulationSnapshot {
    const view = this.view();
    const { held, environment } = this;
    const loaded = this.loaded();
    const recording =
      held.kind === 'live' ? held.recordedAt : held.kind === 'recorded' ? held.path : undefined;
    const live = held.kind === 'live' ? held.live : undefined;
    const { simulation } = this.liveRun() ?? {};
    const rest = held.kind === 'debugged' ? 'paused' : 'ended';
    return {
      state: live?.state ?? { kind: rest },
      executions: view.history
        .executions()
        .map((row) => executionSummary(view.history, row, originOf(loaded, row.workflow))),
      nodes: simulation === undefined ? [] : nodesOf(simulation),
      now: simulation?.agenda.now ?? lastInstant(view),
      ...(recording === undefined ? {} : { recording }),
      recorded: held.kind === 'recorded',
      plan: JSON.stringify(planJson(this.plan()), null, 2),
      traces: view.history.traces().slice(-TRACES_PER_ANSWER_MAX).map(traceSummary),
      problems: (simulation?.engine.problems ?? []).map((error) => environment.describe(error)),
    };
  }

  private effects(execution: ExecutionId, from: number, count: number): readonly EffectSummary[] {
    const until = from + Math.min(count, EFFECTS_PER_ANSWER_MAX);
    const entries = this.view().history.entries(execution).slice(from, until);
    return entries.map((entry) => effectSummary(execution, entry));
  }

  private effect(execution: ExecutionId, seq: number): EffectDetails {
    const { history } = this.view();
    const entry = history.entries(execution)[seq];
    if (entry === undefined) throw new HostRequestError(`${execution} has no effect #${seq}`);
    return effectDetails(history, execution, entry, this.stackAt(execution, seq));
  }

  private stackAt(execution: ExecutionId, seq: number) {
    return this.sites?.stackAt(execution, seq) ?? [];
  }

  private timeline({
    sources,
    kind: _kind,
    ...options
  }: HostRequest & { kind: 'timeline' }): string {
    const { history } = this.view();
    const effects = history.executions().map(({ id }) => history.entries(id).length);
    const many = effects.reduce((sum, count) => sum + count, 0) > LOCATED_EFFECTS_MAX;
    if (sources !== true || many) return timelineText(history, options);
    const { sites } = this;
    return timelineText(history, {
      ...options,
      sites: (execution, seq) => sites?.siteOf(execution, seq)?.source,
      trapSites: (execution) => userFrame(this.trapFrames(execution))?.source,
    });
  }

  private trap(execution: ExecutionId): readonly StackFrameView[] {
    return this.trapFrames(execution).map(frameView);
  }

  private trapFrames(execution: ExecutionId): readonly SourceFrame[] {
    const sites = this.sites ?? new SourceSites(this.view());
    return trapStack(this.view(), sites, execution);
  }

  private async locate({ options, execution, seq }: HostRequest & { kind: 'locate' }) {
    const { environment } = this;
    const target = await environment.load(options.target, () => {});
    const plan = await this.planFor(options.faults, target.plan);
    const loaded = withOptions(target.loaded, options);
    const loadService = await environment.serviceLoader(loaded.services);
    return locateEffect({ loaded, plan, loadService }, execution, seq).map(frameView);
  }

  private async verify(module: string | undefined): Promise<readonly VerifyResult[]> {
    const view = this.view();
    const loaded = this.loaded();
    const sites = this.sites ?? new SourceSites(view);
    const results: VerifyResult[] = [];
    const rows = view.history.executions();
    for (const row of rows) {
      this.environment.emit({
        kind: 'progress',
        message: `replaying ${row.id}`,
        done: results.length,
        total: rows.length,
      });
      const changed = await this.changedWorkflow(loaded, row.workflow, module);
      const result = verifyExecution(view, sites, row, {
        changed,
        onEffect: () => this.environment.beat(),
      });
      this.environment.beat();
      results.push(
        result.kind === 'same'
          ? result
          : {
              ...result,
              recordedStack: result.recordedStack.map(frameView),
              askedStack: result.askedStack.map(frameView),
            },
      );
    }
    return results;
  }

  private async changedWorkflow(
    loaded: LoadedSimulation,
    name: string,
    module: string | undefined,
  ): Promise<Workflow | undefined> {
    const like = loaded.workflows.find(({ config }) => config.name === name);
    if (module === undefined || like === undefined) return undefined;
    const changed = await this.environment.loadModule(module, like);
    return readyWorkflow(changed, loaded.world.startUnixNanos);
  }

  private async close(): Promise<null> {
    const { held } = this;
    if (held.kind === 'live') {
      held.live.pause();
      await held.live.settled();
      await held.live.finish();
      if (held.recordedAt !== undefined) {
        this.environment.emit({ kind: 'recorded', recording: held.recordedAt });
      }
    } else {
      this.release();
    }
    return null;
  }

  private release(): void {
    if (this.held.kind === 'recorded') this.held.recorded.close();
    if (this.held.kind === 'live' && this.held.live.state.kind !== 'ended') {
      throw new HostRequestError('this host is running a simulation; end it first');
    }
    this.held = { kind: 'nothing' };
  }

  private liveRun(): SimulationRun | undefined {
    if (this.held.kind === 'live') return this.held.live.run;
    return this.held.kind === 'debugged' ? this.held.run : undefined;
  }

  private live(): LiveSession {
    if (this.held.kind === 'live') return this.held.live;
    if (this.held.kind === 'debugged') {
      throw new HostRequestError('a debug session drives this simulation; use its controls');
    }
    throw new HostRequestError(
      'there is no live simulation here; run one, or branch from the recording',
    );
  }

  private view(): SimulationView {
    const run = this.liveRun();
    if (run !== undefined) return run;
    if (this.held.kind === 'recorded') return this.held.recorded;
    throw new HostRequestError('there is no simulation here yet; run or open one');
  }

  private loaded(): LoadedSimulation {
    const run = this.liveRun();
    if (run !== undefined) return run.setup.loaded;
    if (this.held.kind === 'recorded') return this.held.recorded.loaded();
    throw new HostRequestError('there is no simulation here yet; run or open one');
  }

  private plan(): FaultPlan {
    const run = this.liveRun();
    if (run !== undefined) return run.simulation.plan();
    return this.held.kind === 'recorded' ? this.held.recorded.plan() : EMPTY_PLAN;
  }
}
