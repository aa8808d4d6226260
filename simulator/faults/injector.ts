/**
 * Decides when the faults of a plan happen. It owns the plan, with injected faults at its end, and
 * the counters of matches; it does not know what a fault does.
 *
 * I1  The same plan, choices and sequence of effects fire the same faults at the same places.
 * I2  A fault with an effect trigger fires in one effect only, and one by chance in those that it
 *     hits; one that interferes may fire several times in it.
 * I3  An effect is counted, and drawn for, once, also when a later attempt performs it again.
 * I4  Once the plan is over, nothing fires and nothing is drawn.
 */
import type { ExecutionId, Seq } from '../journal/entry.ts';
import type { RecordingSink } from '../journal/records.ts';
import { assert } from '../kernel/assert.ts';
import type { Choices } from '../kernel/choices.ts';
import { matchesGlob } from '../kernel/glob.ts';
import { FAULTS_MAX } from '../kernel/limits.ts';
import {
  type Fault,
  type FaultOf,
  type FaultPlan,
  type FaultPoint,
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

/** An effect that a fault has settled on, and how often it is still to happen there. */
interface Hit {
  readonly execution: string;
  readonly seq: number;
  left: number;
}

interface ArmedFault {
  readonly number: number;
  readonly fault: Fault;
  readonly injected: boolean;
  fired: number;
  matchesSeen: number;
  /** The latest effect of each execution that has been counted. */
  readonly counted: Map<ExecutionId, Seq>;
  /** Where it is to happen, as far as that is known. */
  hits: Hit[];
  /** Whether effects to come can become hits. */
  isSettled: boolean;
}

/** A place in a source that a call comes from. */
export interface SourcePlace {
  /** Its path. */
  readonly file: string;
  /** Counts from 1. */
  readonly line: number;
}

/** A probability is drawn as one of so many numbers. */
const CHANCES = 1_000_000_000;

const NO_SOURCE = (): readonly SourcePlace[] => [];

/** Why a fault is refused that would come too late. */
export const TOO_LATE =
  'it would come at "until" of the plan or after it, and from then on nothing goes wrong; take "until" out of the plan';

export class FaultInjector {
  /** Each time that one has happened, in their order. */
  readonly fired: FiredFault[] = [];
  private readonly armed: ArmedFault[] = [];
  /** Those with an effect trigger that may still fire, in plan order. */
  private waiting: ArmedFault[] = [];
  private replayWaiting = 0;
  private over = false;

  constructor(
    private readonly given: FaultPlan,
    private readonly sink: Pick<RecordingSink, 'fault'>,
    private readonly choices: Pick<Choices, 'below'>,
    /** The instant that it is, in virtual nanoseconds. */
    private readonly now: () => bigint = () => 0n,
  ) {
    for (const fault of given.faults) this.arm(fault, false);
  }

  /** False while no fault waits for an effect, so that the common case costs one test. */
  get watchesEffects(): boolean {
    return this.waiting.length > 0;
  }

  /** The same for effects that are answered from a journal. */
  get watchesReplays(): boolean {
    return this.replayWaiting > 0;
  }

  /** The instant from which on nothing goes wrong, in virtual nanoseconds; undefined for never. */
  get untilNanos(): bigint | undefined {
    return this.given.untilNanos;
  }

  /** Whether a fault would come when nothing goes wrong any more. */
  isTooLate({ at }: Fault): boolean {
    const { untilNanos } = this;
    return (
      this.isOver || (untilNanos !== undefined && at.kind === 'time' && at.atNanos >= untilNanos)
    );
  }

  /** Whether that instant has come. */
  get isOver(): boolean {
    return this.over;
  }

  /** From now on nothing goes wrong. */
  end(): void {
    this.over = true;
    this.waiting = [];
    this.replayWaiting = 0;
  }

  /** The plan as it is now, injected faults included. */
  plan(): FaultPlan {
    return { ...this.given, faults: this.armed.map((armed) => armed.fault) };
  }

  /** The plan that does the same without chance: what was drawn is at the effects that it hit. */
  settledPlan(): FaultPlan {
    const { source: _source, ...given } = this.given;
    return { ...given, faults: this.armed.flatMap(({ fault }) => this.settled(fault)) };
  }

  private settled(fault: Fault): readonly Fault[] {
    if (fault.at.kind !== 'chance') return [fault];
    const places = new Map<string, Fault>();
    for (const { fault: each, site } of this.fired) {
      if (each !== fault || site === undefined) continue;
      const { execution, seq } = site;
      const after = fault.at.afterNanos === undefined ? {} : { afterNanos: fault.at.afterNanos };
      places.set(`${execution}/${seq}`, {
        ...fault,
        at: { kind: 'seq', execution, seq, ...after },
      });
    }
    return [...places.values()];
  }

  /**
   * Appends a fault by hand; its trigger says the exact place. For a fault at an instant, returns
   * what marks it as fired.
   */
  inject(fault: Fault): (() => void) | undefined {
    assert(!this.over, 'a fault is injected into a plan that is over');
    const armed = this.arm(fault, true);
    return fault.at.kind === 'time' ? () => this.fire(armed, undefined) : undefined;
  }

  /** Faults at an instant of virtual time, in plan order, with what marks them as fired. */
  timed(): readonly { readonly fault: Happening; readonly fire: () => void }[] {
    return this.armed
      .filter((armed) => armed.fault.at.kind === 'time')
      .map((armed) => ({
        fault: armed.fault as Happening,
        fire: () => this.fire(armed, undefined),
      }));
  }

  /**
   * Counts an effect that begins.
   *
   * @param source where its call comes from, innermost first; asked only when a fault needs it
   */
  begin(site: EffectSite, source: () => readonly SourcePlace[] = NO_SOURCE): void {
    let places: readonly SourcePlace[] | undefined;
    const comesFrom = (file: string, line: number): boolean => {
      places ??= source();
      return places.some((place) => place.line === line && endsPath(place.file, file));
    };
    for (const armed of this.waiting) {
      if (armed.isSettled || !this.isAwake(armed)) continue;
      if (!this.matches(armed, site, comesFrom)) continue;
      armed.hits.push({ ...site, left: timesOf(armed.fault) });
    }
  }

  /** Whether an effect that begins is one that a fault has waited for. */
  private matches(
    armed: ArmedFault,
    site: EffectSite,
    comesFrom: (file: string, line: number) => boolean,
  ): boolean {
    const { at } = armed.fault;
    if (at.kind === 'seq' || at.kind === 'time') return false;
    if (at.execution !== undefined && at.execution !== site.execution) return false;
    if (site.seq <= (armed.counted.get(site.execution) ?? -1)) return false;
    const isMeant =
      at.kind === 'line' ? comesFrom(at.file, at.line) : matchesGlob(at.effect, site.effect);
    if (!isMeant) return false;
    armed.counted.set(site.execution, site.seq);
    if (at.kind === 'chance') return this.draws(armed.number, at.probability);
    armed.matchesSeen++;
    armed.isSettled = armed.matchesSeen === at.match;
    return armed.isSettled;
  }

  /** Whether the instant has come from which on it counts. */
  private isAwake({ fault: { at } }: ArmedFault): boolean {
    return at.kind === 'time' || at.afterNanos === undefined || this.now() > at.afterNanos;
  }

  private draws(number: number, probability: number): boolean {
    return this.choices.below(`fault ${number}`, CHANCES) < probability * CHANCES;
  }

  /** Faults that happen at this point of this effect, marked as fired. */
  at(site: EffectSite, point: FaultPoint): readonly Happening[] {
    const due = this.waiting.filter((armed) => this.isDue(armed, site, point));
    for (const armed of due) this.fire(armed, site);
    return due.map((armed) => armed.fault as Happening);
  }

  /** Whether a fault is still to happen at this point of this effect. */
  waitsFor(site: EffectSite, point: FaultPoint): boolean {
    return this.waiting.some((armed) => this.isDue(armed, site, point));
  }

  /** The fault of this kind that is to change what this effect does now; marks it as fired. */
  take<K extends InterferingKind>(
    kind: K,
    site: EffectSite,
    suits: (fault: FaultOf<K>) => boolean = () => true,
  ): FaultOf<K> | undefined {
    const faultOf = ({ fault }: ArmedFault): FaultOf<K> => fault as unknown as FaultOf<K>;
    const armed = this.waiting.find((each) => {
      if (each.fault.kind !== kind || !isAt(each, site) || !this.isAwake(each)) return false;
      return suits(faultOf(each));
    });
    if (armed === undefined) return undefined;
    this.fire(armed, site);
    return faultOf(armed);
  }

  private isDue(armed: ArmedFault, site: EffectSite, point: FaultPoint): boolean {
    const { fault } = armed;
    const isHere = !isInterference(fault) && pointOf(fault) === point && isAt(armed, site);
    return isHere && this.isAwake(armed);
  }

  private arm(fault: Fault, injected: boolean): ArmedFault {
    assert(this.armed.length < FAULTS_MAX, `more than ${FAULTS_MAX} faults`);
    const number = this.armed.length + 1;
    const { at } = fault;
    const armed: ArmedFault = {
      number,
      fault,
      injected,
      fired: 0,
      matchesSeen: 0,
      counted: new Map(),
      hits: at.kind === 'seq' ? [{ ...at, left: timesOf(fault) }] : [],
      isSettled: at.kind === 'seq' || at.kind === 'time',
    };
    this.armed.push(armed);
    if (at.kind !== 'time') this.wait(armed);
    this.write(armed);
    return armed;
  }

  private wait(armed: ArmedFault): void {
    this.waiting.push(armed);
    if (isAtReplay(armed.fault)) this.replayWaiting++;
  }

  private fire(armed: ArmedFault, site: EffectSite | undefined): void {
    armed.fired++;
    this.fired.push({ fault: armed.fault, site });
    const hit = site === undefined ? undefined : hitAt(armed, site);
    if (hit !== undefined && --hit.left === 0) {
      armed.hits = armed.hits.filter((each) => each !== hit);
      if (armed.isSettled && armed.hits.length === 0) this.dismiss(armed);
    }
    this.write(armed);
  }

  private dismiss(armed: ArmedFault): void {
    this.waiting = this.waiting.filter((each) => each !== armed);
    if (isAtReplay(armed.fault)) this.replayWaiting--;
  }

  private write(armed: ArmedFault): void {
    const { number, injected, fired } = armed;
    this.sink.fault({ number, plan: faultJson(armed.fault), injected, fired });
  }
}

function isAt(armed: ArmedFault, site: EffectSite): boolean {
  return hitAt(armed, site) !== undefined;
}

function hitAt({ hits }: ArmedFault, { execution, seq }: EffectSite): Hit | undefined {
  return hits.find((hit) => hit.seq === seq && hit.execution === execution);
}

function isAtReplay(fault: Fault): boolean {
  return !isInterference(fault) && pointOf(fault) === 'replay';
}

function timesOf(fault: Fault): number {
  return 'times' in fault ? fault.times : 1;
}

/** Whether a path is that of a file, of which only the end need be named. */
function endsPath(path: string, file: string): boolean {
  if (!path.endsWith(file)) return false;
  const before = path.charAt(path.length - file.length - 1);
  return before === '' || before === '/' || before === '\\';
}
