/** Where faults happen, and how that is written in a plan. */
import type { Json, JsonObject } from '../effects/operation.ts';
import { unreachable } from '../kernel/assert.ts';
import { durationJson } from './fault-field.ts';
import type { FieldReader } from './field-reader.ts';

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

/** Reads the field `at`; what is wrong with it is reported, and then there is none. */
export function readTrigger(fields: FieldReader): Trigger | undefined {
  const at = fields.object('at');
  if (at === undefined) return undefined;
  const execution = at.text('execution');
  let trigger: Trigger | undefined;
  if (at.has('seq')) {
    const seq = at.integer('seq', { minimum: 0 });
    if (execution === undefined) at.missing('execution', 'the execution that "seq" counts in');
    else trigger = { kind: 'seq', execution, seq };
  } else if (at.has('effect')) {
    const effect = at.text('effect') ?? '';
    const match = at.integer('match', { minimum: 1, fallback: 1 });
    trigger = { kind: 'match', effect, execution, match };
  } else if (at.has('time')) {
    const atNanos = at.duration('time', 'not negative');
    trigger = atNanos === undefined ? undefined : { kind: 'time', atNanos };
  } else {
    at.missing('seq', '"seq" with "execution", or "effect" with "match", or "time"');
  }
  at.finish();
  return trigger;
}

export function triggerJson(trigger: Trigger): JsonObject {
  switch (trigger.kind) {
    case 'seq':
      return { execution: trigger.execution, seq: trigger.seq };
    case 'match': {
      const { effect, match, execution } = trigger;
      return execution === undefined ? { effect, match } : { effect, match, execution };
    }
    case 'time':
      return { time: durationJson(trigger.atNanos) ?? '0s' };
    default:
      return unreachable(trigger);
  }
}

/** A JSON object without the fields that are undefined. */
export function compact(fields: Record<string, Json | undefined>): JsonObject {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as JsonObject;
}
