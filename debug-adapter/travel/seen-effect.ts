import type {
  EffectClass,
  EffectValue,
  Json,
  JsonObject,
} from '../../simulator/effects/operation.ts';
import type { UpcomingEffect } from '../../simulator/engine/simulation.ts';
import { textOf } from '../../simulator/host/text/bytes-text.ts';
import type { AnyOperation, Entry, ExecutionId, Seq } from '../../simulator/journal/entry.ts';
import type { History } from '../../simulator/journal/history.ts';
import { NANOS_PER_MILLI, type VirtualNanos } from '../../simulator/kernel/time.ts';
import { entriesOf } from './lost-calls.ts';
import { lostWith, type Place } from './place.ts';

/**
 * `upcoming`: the program is inside the call, and nothing of it has happened yet. `lost`: a crash
 * took it away before it was durable.
 */
export type EffectState = 'upcoming' | 'intent' | 'recorded' | 'delivered' | 'lost';

/** An effect as the debugger shows it: one of the journal, or the next one of a live execution. */
export interface SeenEffect {
  readonly execution: ExecutionId;
  readonly seq: Seq;
  readonly operation: AnyOperation;
  readonly state: EffectState;
  readonly args: EffectValue;
  /** Undefined while it is not known. */
  readonly result: EffectValue | undefined;
  readonly key: string | undefined;
  readonly attempt: number;
  readonly startedAt: VirtualNanos;
  readonly endedAt: VirtualNanos | undefined;
  readonly deliveredAt: VirtualNanos | undefined;
  /** The attempt whose crash took the call itself away. */
  readonly lostWith?: number;
}

/** A call that a crash took away. */
export function seenLost(execution: ExecutionId, attempt: number, entry: Entry): SeenEffect {
  return { ...seenEntry(execution, entry), state: 'lost', attempt, lostWith: attempt };
}

export function seenEntry(execution: ExecutionId, entry: Entry): SeenEffect {
  const { result, deliveredAt } = entry;
  const got = deliveredAt === undefined ? 'recorded' : 'delivered';
  // One literal: a scan makes one of these for every effect.
  return {
    execution,
    seq: entry.seq,
    operation: entry.operation,
    state: result === undefined ? 'intent' : got,
    args: entry.args,
    result,
    key: entry.key,
    attempt: entry.attempt,
    startedAt: entry.startedAt,
    endedAt: entry.endedAt,
    deliveredAt,
  };
}

/** The effect of a place, or the last one of its execution at its end. */
export function effectBefore(history: History, place: Place): SeenEffect | undefined {
  const entries = entriesOf(history, place.execution, lostWith(place));
  const entry = place.kind === 'end' ? entries.at(-1) : entries[place.seq];
  return entry === undefined ? undefined : seenEntry(place.execution, entry);
}

export function seenUpcoming(effect: UpcomingEffect, now: VirtualNanos): SeenEffect {
  return {
    execution: effect.execution,
    seq: effect.seq,
    operation: effect.operation,
    state: 'upcoming',
    args: effect.args,
    result: undefined,
    key: undefined,
    attempt: effect.attempt,
    startedAt: now,
    endedAt: undefined,
    deliveredAt: undefined,
  };
}

/** The fields of an effect that conditions, watches and log messages name. */
export interface EffectFields {
  readonly execution: string;
  readonly seq: number;
  /** The operation's name, such as `http.request`. */
  readonly effect: string;
  readonly class: EffectClass;
  readonly state: EffectState;
  readonly attempt: number;
  readonly key: string | null;
  /** Milliseconds of virtual time since the simulation's start. */
  readonly startedMs: number;
  readonly endedMs: number | null;
  readonly durationMs: number | null;
  readonly args: JsonObject;
  /** Undefined while it is not known. */
  readonly result: JsonObject | undefined;
}

export function effectFields(effect: SeenEffect): EffectFields {
  const { operation, args, result, startedAt, endedAt } = effect;
  return {
    execution: effect.execution,
    seq: effect.seq,
    effect: operation.name,
    class: operation.class,
    state: effect.state,
    attempt: effect.attempt,
    key: effect.key ?? null,
    startedMs: millis(startedAt),
    endedMs: endedAt === undefined ? null : millis(endedAt),
    durationMs: endedAt === undefined ? null : millis(endedAt - startedAt),
    args: valueFields(operation.argsJson(args), args.body),
    result:
      result === undefined ? undefined : valueFields(operation.resultJson(result), result.body),
  };
}

/** Headers become an object by name, and a body its text, with what it is as JSON beside it. */
export function valueFields(json: string, body: Uint8Array | undefined): JsonObject {
  const { headers, ...fields } = JSON.parse(json) as JsonObject;
  return {
    ...fields,
    ...(headers === undefined ? {} : { headers: headersObject(headers) }),
    ...(body === undefined ? {} : bodyFields(body)),
  };
}

function bodyFields(body: Uint8Array): JsonObject {
  const text = textOf(body);
  if (text === undefined) return { bytes: body.length };
  const json = jsonOf(text);
  return { body: text, bytes: body.length, ...(json === undefined ? {} : { json }) };
}

/** The objects and lists in a body; undefined for other text. */
export function jsonOf(text: string): Json | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    return JSON.parse(text) as Json;
  } catch {
    // It only looks like JSON.
    return undefined;
  }
}

function headersObject(headers: Json): Json {
  if (!Array.isArray(headers)) return headers;
  const found = new Map<string, string>();
  for (const [name, value] of headers as readonly (readonly [string, string])[]) {
    const before = found.get(name);
    found.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  return Object.fromEntries(found);
}

function millis(nanos: bigint): number {
  return Number(nanos) / Number(NANOS_PER_MILLI);
}
