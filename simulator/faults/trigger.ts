/** Where faults happen, and how that is written in a plan. */
import type { Json, JsonObject } from '../effects/operation.ts';
import { unreachable } from '../kernel/assert.ts';
import { durationJson } from './fault-field.ts';
import type { FieldReader } from './field-reader.ts';

/** What triggers at effects have in common. */
interface AtEffects {
  /**
   * Nothing counts up to this instant of virtual time: a fault that was injected by hand does the
   * same in a plan. In nanoseconds since the start.
   */
  readonly afterNanos?: bigint;
}

/** The effect with number `seq` of one execution. */
export interface SeqTrigger extends AtEffects {
  readonly kind: 'seq';
  readonly execution: string;
  readonly seq: number;
}

/** The n-th effect, counting from 1, whose name matches; in one execution or in all. */
export interface MatchTrigger extends AtEffects {
  readonly kind: 'match';
  /** An effect name in which `*` stands for anything: `http.*`. */
  readonly effect: string;
  readonly execution: string | undefined;
  readonly match: number;
}

/** Each effect whose name matches, with a probability that is drawn for it once. */
export interface ChanceTrigger extends AtEffects {
  readonly kind: 'chance';
  readonly effect: string;
  readonly execution: string | undefined;
  /** From 0 to 1. */
  readonly probability: number;
}

/** The n-th effect, counting from 1, that comes from a source line: by itself or what it calls. */
export interface LineTrigger extends AtEffects {
  readonly kind: 'line';
  /** The end of the file's path: `order.c`, `src/order.c`. */
  readonly file: string;
  /** Counts from 1. */
  readonly line: number;
  readonly execution: string | undefined;
  readonly match: number;
}

/** An instant of virtual time, in nanoseconds since the start. */
export interface TimeTrigger {
  readonly kind: 'time';
  readonly atNanos: bigint;
  /** Whose owner is meant where a node is named by its role, and what is hit if not a node. */
  readonly execution?: string;
}

export type EffectTrigger = SeqTrigger | MatchTrigger | ChanceTrigger | LineTrigger;
export type Trigger = EffectTrigger | TimeTrigger;

/** Reads the field `at`; what is wrong with it is reported, and then there is none. */
export function readTrigger(fields: FieldReader): Trigger | undefined {
  const at = fields.object('at', 'where it happens, such as {"effect": "http.request"}');
  if (at === undefined) return undefined;
  const execution = at.text('execution');
  const trigger = readPlace(at, execution);
  if (trigger === undefined || trigger.kind === 'time') {
    at.finish();
    return trigger;
  }
  const afterNanos = at.duration('after', 'not negative');
  at.finish();
  return afterNanos === undefined ? trigger : { ...trigger, afterNanos };
}

/** Each says where by itself. */
const PLACES = ['seq', 'effect', 'line', 'time'] as const;

function readPlace(at: FieldReader, execution: string | undefined): Trigger | undefined {
  const [first, second] = PLACES.filter((name) => at.has(name));
  if (second !== undefined) {
    at.problem(second, `there is "${first}" already, and a fault happens at one place: keep one`);
    for (const name of [...PLACES, 'match', 'probability', 'after']) at.lacks(name);
    return undefined;
  }
  if (at.has('seq')) {
    const seq = at.integer('seq', { minimum: 0 });
    if (execution !== undefined) return { kind: 'seq', execution, seq };
    if (!at.has('execution')) at.missing('execution', 'the execution that "seq" counts in');
    return undefined;
  }
  if (at.has('effect')) return readEffects(at, execution);
  if (at.has('line')) {
    const { file, line } = readLine(at);
    return { kind: 'line', file, line, execution, match: readMatch(at) };
  }
  if (at.has('time')) {
    const atNanos = at.duration('time', 'not negative');
    if (atNanos === undefined) return undefined;
    return execution === undefined
      ? { kind: 'time', atNanos }
      : { kind: 'time', atNanos, execution };
  }
  at.missing(
    'seq',
    '"seq" with "execution", or "effect" with "match" or "probability", or "line", or "time"',
  );
  return undefined;
}

function readEffects(at: FieldReader, execution: string | undefined): EffectTrigger {
  const effect = at.text('effect') ?? '';
  if (!at.has('probability')) return { kind: 'match', effect, execution, match: readMatch(at) };
  const probability = at.share('probability', undefined, true) ?? 0;
  return { kind: 'chance', effect, execution, probability };
}

function readMatch(at: FieldReader): number {
  return at.integer('match', { minimum: 1, fallback: 1 });
}

const LINE = /^(?<file>.*[^:]):(?<line>[1-9]\d{0,8})$/;

function readLine(at: FieldReader): { file: string; line: number } {
  const text = at.text('line');
  const { file, line } = LINE.exec(text ?? '')?.groups ?? {};
  if (file !== undefined && line !== undefined) return { file, line: Number(line) };
  if (text !== undefined) {
    at.problem('line', `expected a file and a line such as "order.c:42", found "${text}"`);
  }
  return { file: '', line: 1 };
}

export function triggerJson(trigger: Trigger): JsonObject {
  switch (trigger.kind) {
    case 'seq': {
      const { execution, seq } = trigger;
      return compact({ execution, seq, after: durationJson(trigger.afterNanos) });
    }
    case 'match': {
      const { effect, match, execution } = trigger;
      return compact({ effect, match, execution, after: durationJson(trigger.afterNanos) });
    }
    case 'chance': {
      const { effect, probability, execution } = trigger;
      return compact({ effect, probability, execution, after: durationJson(trigger.afterNanos) });
    }
    case 'line': {
      const { file, line, match, execution } = trigger;
      const after = durationJson(trigger.afterNanos);
      return compact({ line: `${file}:${line}`, match, execution, after });
    }
    case 'time': {
      const { atNanos, execution } = trigger;
      return compact({ time: durationJson(atNanos) ?? '0s', execution });
    }
    default:
      return unreachable(trigger);
  }
}

/** A JSON object without the fields that are undefined. */
export function compact(fields: Record<string, Json | undefined>): JsonObject {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as JsonObject;
}
