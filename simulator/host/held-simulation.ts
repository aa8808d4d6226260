/**
 * What a host holds: at most one simulation, live, debugged or recorded, with the sources of its
 * effects. Owns what is open of it; requests ask here for the part that they need.
 *
 * D1  A live simulation that has not ended is never let go of for another.
 */
import { EMPTY_PLAN, type FaultPlan } from '../faults/fault.ts';
import { HostRequestError } from './host-request-error.ts';
import type { LiveSession } from './live-session.ts';
import type { LoadedSimulation } from './loaded-simulation.ts';
import type { RecordedSimulation } from './recorded-simulation.ts';
import type { SimulationRun, SimulationView } from './simulation-run.ts';
import { SourceSites } from './source-sites.ts';

interface HeldLive {
  readonly kind: 'live';
  readonly live: LiveSession;
  readonly recordedAt: string | undefined;
}

/** Driven by a debug session; it can be looked at here. */
interface HeldDebugged {
  readonly kind: 'debugged';
  readonly run: SimulationRun;
}

interface HeldRecorded {
  readonly kind: 'recorded';
  readonly recorded: RecordedSimulation;
  readonly path: string;
}

export type Held = { readonly kind: 'nothing' } | HeldLive | HeldDebugged | HeldRecorded;

export class HeldSimulation {
  private held: Held = { kind: 'nothing' };
  private sources: SourceSites | undefined;

  get current(): Held {
    return this.held;
  }

  /** Holds this from now on; what was held has been released before. */
  hold(held: HeldLive | HeldDebugged | HeldRecorded): void {
    this.held = held;
    this.sources = new SourceSites(this.view());
  }

  /** Lets go of what is held; throws HostRequestError while it is live and has not ended. */
  release(): void {
    if (this.held.kind === 'recorded') this.held.recorded.close();
    if (this.held.kind === 'live' && this.held.live.state.kind !== 'ended') {
      throw new HostRequestError('this host is running a simulation; end it first');
    }
    this.held = { kind: 'nothing' };
    this.sources = undefined;
  }

  /** The run of a simulation that is live, whoever drives it. */
  liveRun(): SimulationRun | undefined {
    if (this.held.kind === 'live') return this.held.live.run;
    return this.held.kind === 'debugged' ? this.held.run : undefined;
  }

  /** The simulation that clients drive here; throws HostRequestError when there is none. */
  live(): LiveSession {
    if (this.held.kind === 'live') return this.held.live;
    if (this.held.kind === 'debugged') {
      throw drivenElsewhere();
    }
    throw new HostRequestError(
      'there is no live simulation here; run one, or branch from the recording',
    );
  }

  /** The same, while nobody else drives it; throws HostRequestError. */
  drivable(): LiveSession {
    const live = this.live();
    if (live.loan !== undefined) throw drivenElsewhere();
    return live;
  }

  /** What can be looked at; throws HostRequestError when nothing is held. */
  view(): SimulationView {
    const run = this.liveRun();
    if (run !== undefined) return run;
    if (this.held.kind === 'recorded') return this.held.recorded;
    throw nothingHeld();
  }

  /** The source lines of its effects; throws HostRequestError when nothing is held. */
  sites(): SourceSites {
    if (this.sources === undefined) throw nothingHeld();
    return this.sources;
  }

  /** What it started from; throws HostRequestError when nothing is held. */
  loaded(): LoadedSimulation {
    const run = this.liveRun();
    if (run !== undefined) return run.loaded;
    if (this.held.kind === 'recorded') return this.held.recorded.loaded();
    throw nothingHeld();
  }

  /** Its faults, with those injected by hand; empty when nothing is held. */
  plan(): FaultPlan {
    const run = this.liveRun();
    if (run !== undefined) return run.simulation.plan();
    return this.held.kind === 'recorded' ? this.held.recorded.plan() : EMPTY_PLAN;
  }
}

function drivenElsewhere(): HostRequestError {
  return new HostRequestError('a debug session drives this simulation; use its controls');
}

function nothingHeld(): HostRequestError {
  return new HostRequestError('there is no simulation here yet; run or open one');
}
