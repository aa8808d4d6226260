/** Faults that are made by clicking: what a person chooses, as a fault of a plan and in words. */
import type { JsonObject } from '../../simulator/effects/operation.ts';
import type { EffectPoint } from '../../simulator/faults/fault.ts';
import { parseDuration } from '../../simulator/kernel/time.ts';

/** The effect that a fault hits. */
export interface EffectPlace {
  readonly execution: string;
  readonly seq: number;
}

export interface CrashPoint {
  readonly point: EffectPoint;
  readonly label: string;
  readonly detail: string;
}

/** The four instants of an effect at which a crash differs, as they are offered. */
export const CRASH_POINTS: readonly CrashPoint[] = [
  {
    point: 'before',
    label: 'Before it',
    detail: 'The node dies before anything of this effect is written down.',
  },
  {
    point: 'intent',
    label: 'After its intent is durable',
    detail: 'The node dies when it has noted what it will do, and has not done it yet.',
  },
  {
    point: 'performed',
    label: 'Performed, but not recorded',
    detail: 'The outside has seen it, and the node dies before it can write that down.',
  },
  {
    point: 'recorded',
    label: 'Recorded, but not delivered',
    detail: 'The result is durable, and the node dies before the program gets it.',
  },
];

export function crashFault({ execution, seq }: EffectPlace, point: EffectPoint): JsonObject {
  return { kind: 'crash', at: { execution, seq }, point };
}

export function lossFault(
  kind: 'lose-request' | 'lose-response',
  { execution, seq }: EffectPlace,
): JsonObject {
  return { kind, at: { execution, seq }, times: 1 };
}

/** `by` is a duration such as `-1h`. */
export function clockFault({ execution, seq }: EffectPlace, by: string): JsonObject {
  return { kind: 'clock-jump', at: { execution, seq }, clock: 'wall', by };
}

/** `length` is a duration such as `20s`. */
export function pauseFault({ execution, seq }: EffectPlace, length: string): JsonObject {
  return { kind: 'pause', at: { execution, seq }, point: 'before', for: length };
}

/** What is wrong with a duration that a person typed; undefined when it is fine. */
export function durationProblem(text: string, sign: 'any' | 'positive'): string | undefined {
  const nanos = parseDuration(text);
  if (nanos === undefined) return 'Write a number with a unit, like -1h, 250ms, 10s or 3d 4h.';
  if (nanos === 0n) return 'A length of nothing changes nothing.';
  if (sign === 'positive' && nanos < 0n) return 'Write a length above zero.';
  return undefined;
}

/** A fault of a plan in a few words, such as `crash at #5`. */
export function faultInWords(fault: JsonObject): string {
  const place = placeInWords(fault.at);
  switch (fault.kind) {
    case 'crash':
      return `crash ${POINTS_IN_WORDS[String(fault.point)] ?? 'at'} ${place}`;
    case 'lose-request':
      return `request of ${place} lost`;
    case 'lose-response':
      return `response of ${place} lost`;
    case 'clock-jump':
      return `clock ${clockInWords(fault.by)} at ${place}`;
    case 'pause':
      return `node paused at ${place}`;
    default:
      return `${String(fault.kind)} at ${place}`;
  }
}

const POINTS_IN_WORDS: Readonly<Record<string, string>> = {
  before: 'before',
  intent: 'after the intent of',
  performed: 'after performing',
  recorded: 'after recording',
};

function clockInWords(by: JsonObject[string] | undefined): string {
  const text = String(by);
  return text.startsWith('-') ? text : `+${text.replace(/^\+/, '')}`;
}

function placeInWords(at: JsonObject[string] | undefined): string {
  if (typeof at !== 'object' || at === null || Array.isArray(at)) return 'some effect';
  const { seq, effect, time } = at as JsonObject;
  if (seq !== undefined) return `#${seq}`;
  return String(effect ?? time ?? 'some effect');
}
