/** A fault in words, from its form in a plan. */
import type { Json, JsonObject } from '../../effects/operation.ts';
import type { FaultKind, FaultPoint } from '../../faults/fault.ts';
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

const KINDS: Readonly<Record<FaultKind, (plan: JsonObject, place: FaultPlace) => string>> = {
  crash: (plan, place) => `${node(plan, place)} crashes${when(plan, place)}`,
  pause: (plan, place) =>
    `${node(plan, place)} stands still for ${duration(plan.for)}${when(plan, place)}`,
  'clock-jump': (plan, place) => {
    const nanos = nanosOf(plan.by);
    const length = formatDuration(nanos < 0n ? -nanos : nanos);
    const way = nanos < 0n ? 'back' : 'ahead';
    return `the ${plan.clock} clock of ${node(plan, place)} jumps ${length} ${way}${when(plan, place)}`;
  },
  'clock-drift': (plan, place) => {
    const ppm = Number(plan.ppm ?? 0);
    const length = plan.for === undefined ? '' : ` for ${duration(plan.for)}`;
    return (
      `the ${plan.clock} clock of ${node(plan, place)} runs ${ppm < 0 ? 'slow' : 'fast'} by ` +
      `${Math.abs(ppm)} us a second${length}${when(plan, place)}`
    );
  },
  'lose-request': (plan, place) =>
    `${messages(plan, 'request')} of ${target(plan, place)} ${lost(plan)}`,
  'lose-response': (plan, place) =>
    `${messages(plan, 'response')} to ${target(plan, place)} ${lost(plan)}`,
};

export function faultText(plan: JsonObject, place: FaultPlace = {}): string {
  const words = KINDS[plan.kind as FaultKind] as (typeof KINDS)[FaultKind] | undefined;
  return words === undefined ? `fault ${JSON.stringify(plan)}` : words(plan, place);
}

function node(plan: JsonObject, place: FaultPlace): string {
  const named = place.node ?? plan.node;
  return typeof named === 'string' ? named : 'the node that runs it';
}

function when(plan: JsonObject, place: FaultPlace): string {
  const { time } = triggerOf(plan);
  if (time !== undefined) return ` at ${duration(time)}`;
  const words = AT_POINT[(plan.point ?? 'before') as FaultPoint] ?? AT_POINT.before;
  return ` ${words(target(plan, place))}`;
}

/** The effect that was hit, or the description of the one that will be. */
function target(plan: JsonObject, { effect }: FaultPlace): string {
  if (effect !== undefined && effect !== '') return effect;
  const { execution, seq, effect: pattern, match } = triggerOf(plan);
  if (seq !== undefined) return `${execution} #${seq}`;
  const count = typeof match === 'number' && match > 1 ? ` number ${match}` : '';
  return `${pattern ?? 'an effect'}${count}${execution === undefined ? '' : ` of ${execution}`}`;
}

function messages(plan: JsonObject, noun: string): string {
  const times = Number(plan.times ?? 1);
  return times === 1 ? `the ${noun}` : `${times} ${noun}s`;
}

function lost(plan: JsonObject): string {
  return Number(plan.times ?? 1) === 1 ? 'is lost' : 'are lost';
}

function triggerOf({ at }: JsonObject): JsonObject {
  return typeof at === 'object' && at !== null && !Array.isArray(at) ? (at as JsonObject) : {};
}

function nanosOf(text: Json | undefined): bigint {
  return typeof text === 'string' ? (parseDuration(text) ?? 0n) : 0n;
}

function duration(text: Json | undefined): string {
  return formatDuration(nanosOf(text));
}
