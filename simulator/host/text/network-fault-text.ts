/** Faults of messages and links in words. */
import type { Json, JsonObject } from '../../effects/operation.ts';
import type { NETWORK_FAULTS } from '../../faults/kinds/network.ts';
import { countText } from './bytes-text.ts';
import {
  duration,
  type FaultWords,
  lost,
  messages,
  nanosOf,
  node,
  target,
  when,
} from './fault-words.ts';

type NetworkKind = keyof typeof NETWORK_FAULTS;

export const NETWORK_WORDS: Readonly<Record<NetworkKind, FaultWords>> = {
  'lose-request': (plan, place) =>
    `${messages(plan, 'request')} of ${target(plan, place)} ${lost(plan)}`,
  'lose-response': (plan, place) =>
    `${messages(plan, 'response')} to ${target(plan, place)} ${lost(plan)}`,
  'delay-request': (plan, place) =>
    `${messages(plan, 'request')} of ${target(plan, place)} ${many(plan, 'takes', 'take')} ` +
    `${duration(plan.by)} longer`,
  'delay-response': (plan, place) =>
    `${messages(plan, 'response')} to ${target(plan, place)} ${many(plan, 'takes', 'take')} ` +
    `${duration(plan.by)} longer`,
  'duplicate-request': (plan, place) =>
    `${messages(plan, 'request')} of ${target(plan, place)} ${many(plan, 'arrives', 'arrive')} twice`,
  'duplicate-response': (plan, place) =>
    `${messages(plan, 'response')} to ${target(plan, place)} ${many(plan, 'arrives', 'arrive')} twice`,
  'corrupt-request': (plan, place) =>
    `${messages(plan, 'request')} of ${target(plan, place)} ${many(plan, 'arrives', 'arrive')} ` +
    `with ${wrongBytes(plan)}`,
  'corrupt-response': (plan, place) =>
    `${messages(plan, 'response')} to ${target(plan, place)} ${many(plan, 'arrives', 'arrive')} ` +
    `with ${wrongBytes(plan)}`,
  'truncate-response': (plan, place) =>
    `${messages(plan, 'response')} to ${target(plan, place)} ${many(plan, 'breaks', 'break')} off ` +
    `${plan.keep === undefined ? 'halfway' : `after ${countText(Number(plan.keep), 'byte')}`}`,
  'slow-body': (plan, place) =>
    `the body of ${messages(plan, 'response')} to ${target(plan, place)} comes within ` +
    `${duration(plan.for)}, in ${countText(Number(plan.pieces), 'piece')}`,
  reset: (plan, place) =>
    `the connection of ${target(plan, place)} is reset ` +
    `${plan.when === 'after' ? 'after' : 'before'} the service has done it`,
  refuse: (plan, place) => `the connection of ${target(plan, place)} is refused`,
  'dns-failure': (plan, place) => `the name in ${target(plan, place)} does not resolve`,
  status: (plan, place) =>
    `a proxy answers ${target(plan, place)} with ${plan.status} ` +
    `${plan.when === 'after' ? 'after' : 'before'} the service has done it`,
  partition: (plan, place) =>
    `${cut(plan, node(plan, place))} for ${duration(plan.for)}${when(plan, place)}`,
  'slow-link': (plan, place) =>
    `${links(plan)} ${slowness(plan)} for ${duration(plan.for)}${when(plan, place)}`,
  'lossy-link': (plan, place) =>
    `${links(plan)} lose ${Math.round(Number(plan.share) * 100)}% of their messages for ` +
    `${duration(plan.for)}${when(plan, place)}`,
  clog: (plan, place) =>
    `${links(plan)} hold all messages for ${duration(plan.for)}${when(plan, place)}`,
  heal: (plan, place) => `${HEALED[String(plan.what)] ?? 'links'} heal${when(plan, place)}`,
};

const HEALED: Readonly<Record<string, string>> = {
  all: 'all links and volumes',
  partition: 'cut links',
  'slow-link': 'slow links',
  'lossy-link': 'lossy links',
  clog: 'clogged links',
  full: 'full volumes',
  'slow-volume': 'slow volumes',
  'store-unreachable': 'the links to the journal store',
  'store-slow': 'slow commits',
};

const SHAPES: Readonly<Record<string, string>> = {
  ring: 'every node hears only its own majority of the nodes',
  bridge: 'half of the nodes hear the others only through one between them',
};

/** @param here whom it isolates when it names nobody */
function cut(plan: JsonObject, here: string): string {
  const shape = SHAPES[String(plan.shape)];
  if (shape !== undefined) return shape;
  if (plan.from !== undefined || plan.to !== undefined) return `${links(plan)} are cut`;
  const isolated = plan.isolate === undefined ? here : list(plan.isolate);
  const verb = Array.isArray(plan.isolate) && plan.isolate.length > 1 ? 'are' : 'is';
  const directions: Readonly<Record<string, string>> = {
    out: ' in what they send',
    in: ' in what they receive',
  };
  return `${isolated} ${verb} cut off${directions[String(plan.way)] ?? ''}`;
}

function many(plan: JsonObject, one: string, several: string): string {
  return Number(plan.times ?? 1) === 1 ? one : several;
}

function wrongBytes({ bytes }: JsonObject): string {
  return countText(Number(bytes), 'wrong byte');
}

/** `the links between node-a and pay`, with both sides as far as they are named. */
export function links({ from, to, way }: JsonObject): string {
  if (from === undefined && to === undefined) return 'all links';
  const one = from === undefined ? 'the others' : list(from);
  const other = to === undefined ? 'the others' : list(to);
  if (way === 'out') return `the links from ${one} to ${other}`;
  if (way === 'in') return `the links from ${other} to ${one}`;
  return `the links between ${one} and ${other}`;
}

function slowness({ latency, jitter, bandwidth }: JsonObject): string {
  const atMost = nanosOf(jitter) > 0n ? ` to ${duration(sum(latency, jitter))}` : '';
  const later = `take ${duration(latency)}${atMost} longer`;
  return bandwidth === undefined ? later : `${later}, with ${bandwidth} bytes a second,`;
}

function sum(one: Json | undefined, other: Json | undefined): string {
  return `${nanosOf(one) + nanosOf(other)}ns`;
}

function list(names: Json): string {
  return Array.isArray(names) ? names.join(', ') : String(names);
}
