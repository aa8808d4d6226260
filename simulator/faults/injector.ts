/**
 * Decides when the faults of a plan happen. It owns the plan, with injected faults at its end, and
 * the counters of matches; it does not know what a fault does.
 *
 * I1  The same plan and the same sequence of effects fire the same faults at the same places.
 * I2  A fault with an effect trigger fires in one effect only; one that interferes may fire several
 *     times in it.
 */
import type { ExecutionId, Seq } from '../journal/entry.ts';
import type { RecordingSink } from '../journal/records.ts';
import { assert } from '../kernel/assert.ts';
import { matchesGlob } from '../kernel/glob.ts';
import { FAULTS_MAX } from '../kernel/limits.ts';
import {
  type EffectPoint,
  type Fault,
  type FaultOf,
  type FaultPlan,
  type Happening,
  type InterferingKind,
  isInterference,
  pointOf,
} from './fault.ts';
import { faultJson } from './plan.ts';

/** The effect that is about to happen, or happening. */
export interface EffectSite {
  readonly execution: ExecutionId;
  readonly seq: Seq;
  /** The operation's name. */
  readonly effect: string;
}

/** A fault that has happened. */
export interface FiredFault {
  readonly fault: Fault;
  /** The effect at which it happened; undefined for one at an instant. */
  readonly site: EffectSite | undefined;
}

interface ArmedFault {
  readonly number: number;
  readonly fault: Fault;
  readonly injected: boolean;
  fired: number;
  matchesSeen: number;
  /** The latest effect of each execution that has been counted. */
  readonly counted: Map<ExecutionId, Seq>;
  /** The effect that a match trigger has settled on. */
  settledOn: EffectSite | undefined;
}

export class FaultInjector {
  /** Each time that one has happened, in their order. */
  readonly fired: FiredFault[] = [];
  private readonly armed: ArmedFault[] = [];
  /** Those with an effect trigger that may still fire, in plan order. */
  private waiting: ArmedFault[] = [];

  constructor(
    plan: FaultPlan,
    private readonly sink: Pick<RecordingSink, 'fault'>,
  ) {
    for (const fault of plan.faults) this.arm(fault, false);
  }

  /** False while no fault waits for an effect, so that the common case costs one test. */
  get watchesEffects(): boolean {
    return this.waiting.length > 0;
  }

  /** The plan as it is now, injected faults included. */
  plan(): FaultPlan {
    return { faults: this.armed.map((armed) => armed.fault) };
  }

  /**
   * Appends a fault by hand; its trigger says the exact place. For a fault at an instant, returns
   * what marks it as fired.
   */
  inject(fault: Fault): (() => void) | undefined {
    const armed = this.arm(fault, true);
    return fault.at.kind === 'time' ? () => this.fire(armed, undefined) : undefined;
  }

  /** Faults at an instant of virtual time, in plan order, with what marks them as fired. */
  timed(): readonly { readonly fault: Happening; readonly fire: () => void }[] {
    return this.armed
      .filter((armed) => armed.fault.at.kind === 'time')
      .map((armed) => ({ fault: armed.fault as Happening, fire: () => this.fire(armed, undefined) }));
  }

  /** Counts an effect for the match triggers: once, also when a later attempt performs it again. */
  begin(site: EffectSite): void {
    for (const armed of this.waiting) {
      const { at } = armed.fault;
      if (at.kind !== 'match' || armed.settledOn !== undefined) continue;
      if (at.execution !== undefined && at.execution !== site.execution) continue;
      if (!matchesGlob(at.effect, site.effect)) continue;
      if (site.seq <= (armed.counted.get(site.execution) ?? -1)) continue;
      armed.counted.set(site.execution, site.seq);
      armed.matchesSeen++;
      if (armed.matchesSeen === at.match) armed.settledOn = site;
    }
  }

  /** Faults that happen at this point of this effect, marked as fired. */
  at(site: EffectSite, point: EffectPoint): readonly Happening[] {
    const due = this.waiting.filter((armed) => isDue(armed, site, point));
    for (const armed of due) this.fire(armed, site);
    return due.map((armed) => armed.fault as Happening);
  }

  /** Whether a fault is still to happen at this point of this effect. */
  waitsFor(site: EffectSite, point: EffectPoint): boolean {
    return this.waiting.some((armed) => isDue(armed, site, point));
  }

  /** The fault of this kind that is to change what this effect does now; marks it as fired. */
  take<K extends InterferingKind>(kind: K, site: EffectSite): FaultOf<K> | undefined {
    const armed = this.waiting.find((each) => each.fault.kind === kind && isAt(each, site));
    if (armed === undefined) return undefined;
    this.fire(armed, site);
    return armed.fault as unknown as FaultOf<K>;
  }

  private arm(fault: Fault, injected: boolean): ArmedFault {
    assert(this.armed.length < FAULTS_MAX, `more than ${FAULTS_MAX} faults`);
    const number = this.armed.length + 1;
    const armed: ArmedFault = {
      number,
      fault,
      injected,
      fired: 0,
      matchesSeen: 0,
      counted: new Map(),
      settledOn: undefined,
    };
    this.armed.push(armed);
    if (fault.at.kind !== 'time') this.waiting.push(armed);
    this.write(armed);
    return armed;
  }

  private fire(armed: ArmedFault, site: EffectSite | undefined): void {
    armed.fired++;
    this.fired.push({ fault: armed.fault, site });
    if (armed.fired >= timesOf(armed.fault)) {
      this.waiting = this.waiting.filter((each) => each !== armed);
    }
    this.write(armed);
  }

  private write(armed: ArmedFault): void {
    const { number, injected, fired } = armed;
    this.sink.fault({ number, plan: faultJson(armed.fault), injected, fired });
  }
}

function isDue(armed: ArmedFault, site: EffectSite, point: EffectPoint): boolean {
  const { fault } = armed;
  return !isInterference(fault) && pointOf(fault) === point && isAt(armed, site);
}

function isAt({ fault, settledOn }: ArmedFault, site: EffectSite): boolean {
  const at = fault.at.kind === 'seq' ? fault.at : settledOn;
  return at !== undefined && at.seq === site.seq && at.execution === site.execution;
}

function timesOf(fault: Fault): number {
  return 'times' in fault ? fault.times : 1;
}
