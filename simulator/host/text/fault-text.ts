/** A fault in words, from its form in a plan. */
import type { Json, JsonObject } from '../../effects/operation.ts';
import type { FaultKind } from '../../faults/fault.ts';
import { formatDuration } from '../../kernel/time.ts';
import {
  duration,
  type FaultPlace,
  type FaultWords,
  nanosOf,
  node,
  target,
  triggerOf,
  when,
} from './fault-words.ts';
import { NETWORK_WORDS } from './network-fault-text.ts';
import { STORAGE_WORDS } from './storage-fault-text.ts';

export type { FaultPlace } from './fault-words.ts';

const KINDS: Readonly<Record<FaultKind, FaultWords>> = {
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
  deploy: (plan, place) => {
    const whose = plan.workflow === undefined ? '' : ` for ${plan.workflow}`;
    return `${plan.module} is deployed${whose}${when(plan, place)}`;
  },
  'timer-early': (plan, place) => `${timer(plan, place)} goes off ${duration(plan.by)} too early`,
  'timer-late': (plan, place) => `${timer(plan, place)} goes off ${duration(plan.by)} too late`,
  'timer-twice': (plan, place) =>
    `${timer(plan, place)} goes off twice, ${duration(plan.after)} apart`,
  'timer-never': (plan, place) => {
    const found = plan.for === undefined ? 'a lease length' : duration(plan.for);
    return `${timer(plan, place)} never goes off, which is noticed ${found} later`;
  },
  'store-unreachable': (plan, place) =>
    `the journal store cannot be reached from ${whose(plan, place)}${forText(plan)}${when(plan, place)}`,
  'store-slow': (plan, place) =>
    `commits of ${whose(plan, place)} take ${duration(plan.by)} longer${forText(plan)}` +
    when(plan, place),
  'torn-tail': (plan, place) =>
    `${node(plan, place)} crashes while it commits, and ${Math.round(Number(plan.share) * 100)}% ` +
    `of that is stored,${when(plan, place)}`,
  'clock-drift': (plan, place) => {
    const ppm = Number(plan.ppm ?? 0);
    const length = plan.for === undefined ? '' : ` for ${duration(plan.for)}`;
    return (
      `the ${plan.clock} clock of ${node(plan, place)} runs ${ppm < 0 ? 'slow' : 'fast'} by ` +
      `${Math.abs(ppm)} us a second${length}${when(plan, place)}`
    );
  },
  ...NETWORK_WORDS,
  ...STORAGE_WORDS,
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

function timer(plan: JsonObject, place: FaultPlace): string {
  return `the timer of ${target(plan, place)}`;
}

/** The node that the fault names; all of them when it names none. */
function whose(plan: JsonObject, place: FaultPlace): string {
  return String(place.node ?? plan.node ?? 'any node');
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
