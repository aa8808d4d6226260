/**
 * Answers what clients ask about the held simulation: its state, effects, timeline and sources, and
 * whether it replays. It changes nothing.
 */
import { UnknownExecutionError } from '../engine/inputs.ts';
import type { Workflow } from '../engine/workflow.ts';
import { planText } from '../faults/plan-text.ts';
import { type SourceFrame, userFrame } from '../guest/symbols/index.ts';
import type { ExecutionId } from '../journal/entry.ts';
import type { History } from '../journal/history.ts';
import { originOf } from './change-feed.ts';
import { clientsView } from './client-reports.ts';
import type { HeldSimulation } from './held-simulation.ts';
import type { HostEnvironment } from './host-environment.ts';
import { HostRequestError } from './host-request-error.ts';
import { idleFaults } from './idle-faults.ts';
import { type LoadedSimulation, MissingSetupError, readyWorkflow } from './loaded-simulation.ts';
import { trapStack } from './locate-effect.ts';
import { type PastInstant, pastWorld } from './past-world.ts';
import type {
  EffectDetails,
  EffectSummary,
  ExecutionSummary,
  HostRequest,
  SimulationSnapshot,
  StackFrameView,
  VerifyResult,
} from './protocol.ts';
import { nodesOf } from './snapshot-facts.ts';
import { lastInstant, timelineText } from './text/timeline-text.ts';
import { verifyExecution } from './verify.ts';
import {
  effectDetails,
  effectSummary,
  executionSummary,
  frameView,
  traceSummary,
} from './views.ts';
import { liveWorld, type WorldState, type WorldSummary, worldSummary } from './world-summary.ts';

/** A timeline of more effects than this names no source lines, for which all are replayed. */
const LOCATED_EFFECTS_MAX = 20_000;
/** Effects that one answer lists at most. */
const EFFECTS_PER_ANSWER_MAX = 10_000;
/** Happenings of the world that a snapshot lists at most: the last ones. */
const TRACES_PER_ANSWER_MAX = 10_000;

export class SimulationViewer {
  constructor(
    private readonly environment: HostEnvironment,
    private readonly held: HeldSimulation,
  ) {}

  snapshot(): SimulationSnapshot {
    const { environment } = this;
    const held = this.held.current;
    const view = this.held.view();
    const loaded = this.held.loaded();
    const recording =
      held.kind === 'live' ? held.recordedAt : held.kind === 'recorded' ? held.path : undefined;
    const live = held.kind === 'live' ? held.live : undefined;
    const { simulation } = this.held.liveRun() ?? {};
    const rest = held.kind === 'debugged' ? 'paused' : 'ended';
    return {
      state: live?.state ?? { kind: rest },
      executions: view.history
        .executions()
        .map((row) => executionSummary(view.history, row, originOf(loaded, row.workflow))),
      nodes: simulation === undefined ? [] : nodesOf(simulation),
      now: simulation?.agenda.now ?? lastInstant(view.history),
      ...(recording === undefined ? {} : { recording }),
      recorded: held.kind === 'recorded',
      ...(loaded.contents.size === 0 ? {} : { clients: clientsView(view.history) }),
      plan: planText(this.held.plan()),
      ...idleFaults(view.history, this.held.plan()),
      traces: view.history.traces().slice(-TRACES_PER_ANSWER_MAX).map(traceSummary),
      problems: (simulation?.engine.problems ?? []).map((error) => environment.describe(error)),
    };
  }

  /** @param past undefined for the present, which is the end of what only is recorded */
  world(past: PastInstant | undefined): WorldSummary {
    const { history } = this.held.view();
    const state = this.worldState(history, past);
    return worldSummary(history, state, state?.now ?? lastInstant(history));
  }

  private worldState(history: History, past: PastInstant | undefined): WorldState | undefined {
    const { simulation } = this.held.liveRun() ?? {};
    if (simulation !== undefined && past === undefined) return liveWorld(simulation);
    try {
      return pastWorld(history, this.held.loaded().world, past);
    } catch (error) {
      if (error instanceof MissingSetupError) return undefined;
      throw error;
    }
  }

  /** Throws UnknownExecutionError. */
  execution(id: ExecutionId): ExecutionSummary {
    const { history } = this.held.view();
    const row = history.execution(id);
    if (row === undefined) throw new UnknownExecutionError(id, []);
    return executionSummary(history, row, originOf(this.held.loaded(), row.workflow));
  }

  effects(execution: ExecutionId, from: number, count: number): readonly EffectSummary[] {
    const until = from + Math.min(count, EFFECTS_PER_ANSWER_MAX);
    const entries = this.held.view().history.entries(execution).slice(from, until);
    return entries.map((entry) => effectSummary(execution, entry));
  }

  effect(execution: ExecutionId, seq: number): EffectDetails {
    const { history } = this.held.view();
    const entry = history.entries(execution)[seq];
    if (entry === undefined) throw new HostRequestError(`${execution} has no effect #${seq}`);
    return effectDetails(history, execution, entry, this.held.sites().stackAt(execution, seq));
  }

  timeline({ sources, kind: _kind, ...options }: HostRequest & { kind: 'timeline' }): string {
    const { history } = this.held.view();
    const effects = history.executions().map(({ id }) => history.entries(id).length);
    const many = effects.reduce((sum, count) => sum + count, 0) > LOCATED_EFFECTS_MAX;
    if (sources !== true || many) return timelineText(history, options);
    const sites = this.held.sites();
    return timelineText(history, {
      ...options,
      sites: (execution, seq) => sites.siteOf(execution, seq)?.source,
      trapSites: (execution) => userFrame(this.trapFrames(execution))?.source,
    });
  }

  trap(execution: ExecutionId): readonly StackFrameView[] {
    return this.trapFrames(execution).map(frameView);
  }

  private trapFrames(execution: ExecutionId): readonly SourceFrame[] {
    return trapStack(this.held.view(), this.held.sites(), execution);
  }

  async verify(module: string | undefined): Promise<readonly VerifyResult[]> {
    const view = this.held.view();
    const loaded = this.held.loaded();
    const sites = this.held.sites();
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
}
