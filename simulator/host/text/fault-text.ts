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
  'out-of-memory': (plan, place) =>
    `the process of ${ownerText(plan, place)} is killed for want of memory${when(plan, place)}`,
  resume: (plan, place) => `${node(plan, place)} goes on${when(plan, place)}`,
  restart: (plan, place) => `${node(plan, place)} is started again${when(plan, place)}`,
  'clock-offset': (plan, place) =>
    `${clock(plan, place)} is off by ${signed(plan.by)}${forText(plan)}${when(plan, place)}`,
  'clock-freeze': (plan, place) =>
    `${clock(plan, place)} stands still${forText(plan)}${when(plan, place)}`,
  'clock-strobe': (plan, place) =>
    `${clock(plan, place)} jumps by ${signed(plan.by)} and back every ${duration(plan.every)}` +
    `${forText(plan)}${when(plan, place)}`,
  'leap-second': (plan, place) => {
    const one = place.node ?? plan.node;
    const [all, each] = LEAPS[String(plan.way)] ?? ['leap a second', 'leaps a second'];
    const what = one === undefined ? `all wall clocks ${all}` : `the wall clock of ${one} ${each}`;
    return `${what}${when(plan, place)}`;
  },
  'clock-reset': (plan, place) => `${clock(plan, place)} is set right${when(plan, place)}`,
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

const LEAPS: Readonly<Record<string, readonly [all: string, one: string]>> = {
  repeat: ['show one second twice', 'shows one second twice'],
  smear: ['spread a leap second', 'spreads a leap second'],
  skip: ['leave a second out', 'leaves a second out'],
};

function clock(plan: JsonObject, place: FaultPlace): string {
  return `the ${plan.clock} clock of ${node(plan, place)}`;
}

function forText(plan: JsonObject): string {
  return plan.for === undefined ? '' : ` for ${duration(plan.for)}`;
}

/** `+2 s`, `-1 h`. */
function signed(text: Json | undefined): string {
  const nanos = nanosOf(text);
  return `${nanos < 0n ? '' : '+'}${formatDuration(nanos)}`;
}

/** Whose process it is. */
function ownerText(plan: JsonObject, { effect }: FaultPlace): string {
  const execution = effect?.split(' ')[0] ?? triggerOf(plan).execution;
  return typeof execution === 'string' && execution !== '' && !execution.startsWith('#')
    ? execution
    : 'the execution';
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
