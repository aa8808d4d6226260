/**
 * What the editor knows of one simulation, fed from its host's snapshots and events. Owns no host
 * and shows nothing.
 *
 * M1  Applying the same snapshot twice changes nothing.
 * M2  After `fail` or `end` the simulation is no longer live, whatever still arrives.
 * M3  Of a simulation that serves, at most SERVED_HELD_MAX executions that have ended are held.
 */
import type {
  ExecutionSummary,
  HostEvent,
  NodeSummary,
  ProblemReport,
  SimulationSnapshot,
  SimulationState,
  TraceSummary,
} from '../../simulator/host/protocol.ts';
import { EffectWindow } from './effect-window.ts';

/** Notable happenings that are kept for showing; older ones are dropped. */
const TRACES_HELD_MAX = 2000;
const PROBLEMS_HELD_MAX = 100;
/** Effects that are held before anybody asks for them; those of further executions are fetched. */
const EFFECTS_UNASKED_MAX = 20_000;

/** Executions of a server that have ended and are still shown; its recording has them all. */
export const SERVED_HELD_MAX = 200;

/** Where a simulation stands, for people. */
export type Phase =
  | { readonly kind: 'starting'; readonly message: string }
  | SimulationState
  /** Its host was ended or died; what was recorded can be opened again. */
  | { readonly kind: 'stopped'; readonly message: string }
  | { readonly kind: 'failed'; readonly problem: ProblemReport };

/** What a change touches: all of it when the set of executions or the phase changed. */
export interface ModelChange {
  readonly all: boolean;
  readonly executions: ReadonlySet<string>;
}

export interface ExecutionModel {
  summary: ExecutionSummary;
  readonly window: EffectWindow;
  traces: TraceSummary[];
}

const LIVE_PHASES: readonly Phase['kind'][] = ['starting', 'running', 'paused', 'waiting'];
const FINAL_PHASES: readonly Phase['kind'][] = ['stopped', 'failed'];
const NOTHING: ReadonlySet<string> = new Set();

export class SimulationModel {
  phase: Phase = { kind: 'starting', message: 'starting' };
  recording: string | undefined;
  /** True when it only shows a recording. */
  recorded = false;
  plan = '';
  nodes: readonly NodeSummary[] = [];
  now = 0n;
  readonly executions = new Map<string, ExecutionModel>();
  /** What happened outside any execution. */
  worldTraces: TraceSummary[] = [];
  problems: readonly ProblemReport[] = [];
  /** Where it serves, or has served, such as `http://127.0.0.1:8080/`. */
  address: string | undefined;
  /** Its port takes nobody any more, and those that are being answered finish. */
  isStopping = false;
  private effectsUnasked = 0;

  get isLive(): boolean {
    return LIVE_PHASES.includes(this.phase.kind);
  }

  /** Its port is open, and nobody has paused it. */
  get isServing(): boolean {
    const { kind } = this.phase;
    return this.address !== undefined && (kind === 'running' || kind === 'waiting');
  }

  get effects(): number {
    let sum = 0;
    for (const { summary } of this.executions.values()) sum += summary.effects;
    return sum;
  }

  applySnapshot(snapshot: SimulationSnapshot): void {
    // Where a debugger drives it, its events tell better where it stands.
    const isVague = snapshot.state.kind === 'paused' && snapshot.state.seq === undefined;
    if (!isVague || this.phase.kind === 'starting') this.setPhase(snapshot.state);
    this.recording = snapshot.recording ?? this.recording;
    this.recorded = snapshot.recorded;
    this.plan = snapshot.plan;
    this.nodes = snapshot.nodes;
    this.now = snapshot.now;
    this.problems = snapshot.problems.slice(-PROBLEMS_HELD_MAX);
    for (const summary of snapshot.executions) this.putExecution(summary);
    if (this.address !== undefined) this.orderAs(snapshot.executions);
    if (snapshot.traces !== undefined) {
      this.worldTraces = [];
      for (const execution of this.executions.values()) execution.traces = [];
      for (const trace of snapshot.traces) this.putTrace(trace);
    }
  }

  /** Takes in an event; undefined when it changed nothing that is shown. */
  applyEvent(event: HostEvent): ModelChange | undefined {
    switch (event.kind) {
      case 'progress':
        if (this.phase.kind !== 'starting') return undefined;
        this.phase = { kind: 'starting', message: event.message };
        return { all: true, executions: NOTHING };
      case 'state':
        this.now = event.now;
        this.setPhase(event.state);
        return { all: true, executions: NOTHING };
      case 'changed':
        return this.applyRows(event);
      case 'recorded':
        this.recording = event.recording;
        return { all: true, executions: NOTHING };
      case 'problem':
        this.problems = [...this.problems, event.problem].slice(-PROBLEMS_HELD_MAX);
        return undefined;
      case 'output':
      case 'served':
      case 'part':
      case 'dap':
      case 'exploring':
      case 'finding':
      case 'explored':
        return undefined;
    }
  }

  /** Its host is gone: nothing more will happen. */
  stop(message: string): void {
    if (!this.isLive) return;
    this.phase = { kind: 'stopped', message };
  }

  fail(problem: ProblemReport): void {
    this.phase = { kind: 'failed', problem };
  }

  private setPhase(state: SimulationState): void {
    if (!FINAL_PHASES.includes(this.phase.kind)) this.phase = state;
  }

  private applyRows(event: Extract<HostEvent, { kind: 'changed' }>): ModelChange {
    const touched = new Set<string>();
    let all = false;
    for (const summary of event.executions) {
      if (this.putExecution(summary)) all = true;
      touched.add(summary.id);
    }
    for (const effect of event.effects) {
      const window = this.executions.get(effect.execution)?.window;
      const isAsked = window !== undefined && window.effects.length > 0;
      if (isAsked || this.effectsUnasked < EFFECTS_UNASKED_MAX) {
        window?.put(effect);
        this.effectsUnasked++;
      }
      touched.add(effect.execution);
    }
    for (const trace of event.traces) {
      this.putTrace(trace);
      if (trace.execution === undefined) all = true;
      else touched.add(trace.execution);
      if (trace.at > this.now) this.now = trace.at;
    }
    if (all && this.address !== undefined && this.isLive) this.forgetServed();
    return { all, executions: touched };
  }

  /** Those that a server had forgotten come before those that are held. */
  private orderAs(executions: readonly ExecutionSummary[]): void {
    for (const { id } of executions) {
      const found = this.executions.get(id);
      if (found === undefined) continue;
      this.executions.delete(id);
      this.executions.set(id, found);
    }
  }

  private forgetServed(): void {
    const ended = [...this.executions.values()].filter(
      ({ summary }) => summary.endedAt !== undefined,
    );
    for (const { summary, window } of ended.slice(0, -SERVED_HELD_MAX)) {
      this.executions.delete(summary.id);
      this.effectsUnasked = Math.max(0, this.effectsUnasked - window.effects.length);
    }
  }

  /** Returns whether the execution is new. */
  private putExecution(summary: ExecutionSummary): boolean {
    const known = this.executions.get(summary.id);
    if (known === undefined) {
      this.executions.set(summary.id, { summary, window: new EffectWindow(), traces: [] });
      return true;
    }
    known.summary = summary;
    known.window.truncate(summary.effects);
    return false;
  }

  private putTrace(trace: TraceSummary): void {
    const owner = trace.execution === undefined ? undefined : this.executions.get(trace.execution);
    const list = owner?.traces ?? this.worldTraces;
    list.push(trace);
    if (list.length > TRACES_HELD_MAX) list.splice(0, list.length - TRACES_HELD_MAX);
  }
}
