/**
 * What can go wrong: a fault is data that says what, where, when and for how long. docs/faults.md
 * lists them. The table FAULT_KINDS is the one place that knows their fields.
 */

/** The four instants of an effect at which a crash differs (DESIGN: crash points). */
export const EFFECT_POINTS = ['before', 'intent', 'performed', 'recorded'] as const;

/**
 * `before` the effect; after its `intent` is durable; `performed` at the outside but not recorded;
 * `recorded` but not delivered to the program.
 */
export type EffectPoint = (typeof EFFECT_POINTS)[number];

/** The effect with number `seq` of one execution. */
export interface SeqTrigger {
  readonly kind: 'seq';
  readonly execution: string;
  readonly seq: number;
}

/** The n-th effect, counting from 1, whose name matches; in one execution or in all. */
export interface MatchTrigger {
  readonly kind: 'match';
  /** An effect name in which `*` stands for anything: `http.*`. */
  readonly effect: string;
  readonly execution: string | undefined;
  readonly match: number;
}

/** An instant of virtual time, in nanoseconds since the start. */
export interface TimeTrigger {
  readonly kind: 'time';
  readonly atNanos: bigint;
}

export type EffectTrigger = SeqTrigger | MatchTrigger;
export type Trigger = EffectTrigger | TimeTrigger;

/** Where a fault on a node hits: the node named, else the one that runs the effect. */
interface OnNode {
  readonly node: string | undefined;
}

export interface CrashFault extends OnNode {
  readonly kind: 'crash';
  readonly at: Trigger;
  readonly point: EffectPoint;
  /** How long the node stays down; undefined takes the world's `restartAfter`. */
  readonly restartAfterNanos: bigint | undefined;
}

export interface PauseFault extends OnNode {
  readonly kind: 'pause';
  readonly at: Trigger;
  readonly point: EffectPoint;
  readonly forNanos: bigint;
}

export type ClockChoice = 'wall' | 'monotonic';

export interface ClockJumpFault extends OnNode {
  readonly kind: 'clock-jump';
  readonly at: Trigger;
  readonly clock: ClockChoice;
  readonly byNanos: bigint;
}

export interface ClockDriftFault extends OnNode {
  readonly kind: 'clock-drift';
  readonly at: Trigger;
  readonly clock: ClockChoice;
  /** Microseconds gained in a second; negative when the clock loses time. */
  readonly ppm: number;
  /** Undefined lasts to the end. */
  readonly forNanos: bigint | undefined;
}

export interface LoseFault {
  readonly kind: 'lose-request' | 'lose-response';
  readonly at: EffectTrigger;
  /** How many messages of that call are lost, one after the other. */
  readonly times: number;
}

export type Fault = CrashFault | PauseFault | ClockJumpFault | ClockDriftFault | LoseFault;
export type FaultKind = Fault['kind'];

export interface FaultPlan {
  readonly faults: readonly Fault[];
}

export const EMPTY_PLAN: FaultPlan = { faults: [] };

/** The default length of a pause: long enough for a default lease to end. */
export const PAUSE_NANOS_DEFAULT = 20_000_000_000n;
