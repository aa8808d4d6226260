/** What all texts about faults are made of. */
import type { Json, JsonObject } from '../../effects/operation.ts';
import type { FaultPoint } from '../../faults/fault.ts';
import { formatDuration, parseDuration } from '../../kernel/time.ts';

/** Where a fault hit, as far as it is known. */
export interface FaultPlace {
  readonly node?: string | undefined;
  /** `order-1 #3`; empty for a fault at an instant. */
  readonly effect?: string;
}

const AT_POINT: Readonly<Record<FaultPoint, (effect: string) => string>> = {
  before: (effect) => `before ${effect}`,
  intent: (effect) => `after the intent of ${effect} is recorded, before it is performed`,
  performed: (effect) => `after ${effect} is performed, before its result is recorded`,
  recorded: (effect) => `after the result of ${effect} is recorded, before it is delivered`,
  replay: (effect) => `when ${effect} is replayed`,
};

/** How a fault of one kind is told, from its form in a plan. */
export type FaultWords = (plan: JsonObject, place: FaultPlace) => string;

export function node(plan: JsonObject, place: FaultPlace): string {
  const named = place.node ?? plan.node;
  return typeof named === 'string' ? named : 'the node that runs it';
}

export function when(plan: JsonObject, place: FaultPlace): string {
  const { time } = triggerOf(plan);
  if (time !== undefined) return ` at ${duration(time)}`;
  const words = AT_POINT[(plan.point ?? 'before') as FaultPoint] ?? AT_POINT.before;
  return ` ${words(target(plan, place))}`;
}

/** The effect that was hit, or the description of the one that will be. */
export function target(plan: JsonObject, { effect }: FaultPlace): string {
  if (effect !== undefined && effect !== '') return effect;
  const { execution, seq, effect: pattern, match, line, probability } = triggerOf(plan);
  if (seq !== undefined) return `${execution} #${seq}`;
  const whose = execution === undefined ? '' : ` of ${execution}`;
  if (typeof probability === 'number') {
    return `any ${pattern}${whose} with a probability of ${probability}`;
  }
  const count = typeof match === 'number' && match > 1 ? ` number ${match}` : '';
  const name = line === undefined ? (pattern ?? 'an effect') : `effect from ${line}`;
  return `${name}${count}${whose}`;
}

export function messages(plan: JsonObject, noun: string): string {
  const times = Number(plan.times ?? 1);
  return times === 1 ? `the ${noun}` : `${times} ${noun}s`;
}

export function lost(plan: JsonObject): string {
  return Number(plan.times ?? 1) === 1 ? 'is lost' : 'are lost';
}

export function triggerOf({ at }: JsonObject): JsonObject {
  return typeof at === 'object' && at !== null && !Array.isArray(at) ? (at as JsonObject) : {};
}

export function nanosOf(text: Json | undefined): bigint {
  return typeof text === 'string' ? (parseDuration(text) ?? 0n) : 0n;
}

export function duration(text: Json | undefined): string {
  return formatDuration(nanosOf(text));
}
