/**
 * What can go wrong: a fault is data that says what, where, when and for how long. docs/faults.md
 * lists them. FAULT_SPECS is the one place that knows the kinds and their fields.
 */
import type { FaultPoint } from './effect-point.ts';
import type { FieldsOf } from './fault-field.ts';
import type { FaultSpec } from './fault-spec.ts';
import { CLOCK_FAULTS } from './kinds/clock.ts';
import { DEPLOYMENT_FAULTS } from './kinds/deployment.ts';
import { NETWORK_FAULTS } from './kinds/network.ts';
import { PROCESS_FAULTS } from './kinds/process.ts';
import { STORAGE_FAULTS } from './kinds/storage.ts';
import { STORE_FAULTS } from './kinds/store.ts';
import { TIMER_FAULTS } from './kinds/timer.ts';
import type { Schedule } from './schedule.ts';
import type { EffectTrigger, Trigger } from './trigger.ts';

export {
  EFFECT_POINTS,
  type EffectPoint,
  FAULT_POINTS,
  type FaultPoint,
} from './effect-point.ts';
export { PAUSE_NANOS_DEFAULT } from './kinds/process.ts';
export type {
  ChanceTrigger,
  EffectTrigger,
  LineTrigger,
  MatchTrigger,
  SeqTrigger,
  TimeTrigger,
  Trigger,
} from './trigger.ts';

export const FAULT_SPECS = {
  ...PROCESS_FAULTS,
  ...CLOCK_FAULTS,
  ...TIMER_FAULTS,
  ...NETWORK_FAULTS,
  ...STORAGE_FAULTS,
  ...STORE_FAULTS,
  ...DEPLOYMENT_FAULTS,
} as const;

type Specs = typeof FAULT_SPECS;
export type FaultKind = keyof Specs;

export const FAULT_KINDS = Object.keys(FAULT_SPECS) as readonly FaultKind[];

/** A fault of one kind. */
export type FaultOf<K extends FaultKind> = {
  readonly kind: K;
  readonly at: Specs[K]['acts'] extends 'interferes' ? EffectTrigger : Trigger;
} & FieldsOf<Specs[K]['fields']>;

export type Fault = { [K in FaultKind]: FaultOf<K> }[FaultKind];

/** The kinds that happen at an instant. */
export type HappeningKind = {
  [K in FaultKind]: Specs[K]['acts'] extends 'happens' ? K : never;
}[FaultKind];
export type Happening = { [K in HappeningKind]: FaultOf<K> }[HappeningKind];

/** The kinds that change what an effect does. */
export type InterferingKind = Exclude<FaultKind, HappeningKind>;
export type Interference = { [K in InterferingKind]: FaultOf<K> }[InterferingKind];

/** The description of a kind, without its exact type. */
export function specOf(kind: FaultKind): FaultSpec {
  return FAULT_SPECS[kind];
}

export function isInterference(fault: Fault): fault is Interference {
  return specOf(fault.kind).acts === 'interferes';
}

/** The point of an effect at which a fault happens. */
export function pointOf(fault: Fault): FaultPoint {
  return 'point' in fault ? fault.point : 'before';
}

export interface FaultPlan {
  readonly faults: readonly Fault[];
  /** Who goes first; without one, whoever came first. */
  readonly schedule?: Schedule;
  /**
   * From this instant on nothing goes wrong, and what was wrong is mended: in virtual nanoseconds
   * since the start. Undefined for never.
   */
  readonly untilNanos?: bigint;
  /** Where it was read from, if it was; nothing is decided by it. */
  readonly source?: PlanSource;
}

export interface PlanSource {
  /** The path of the file. */
  readonly file: string;
  /** The line of each fault that was read, from 1. */
  readonly lines: readonly number[];
}

export const EMPTY_PLAN: FaultPlan = { faults: [] };
