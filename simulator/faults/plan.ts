/**
 * Fault plans as text. A plan is a JSON object `{"version": 1, "faults": [...]}`; parsing reports
 * every problem with the path of the field, and printing gives back a text that parses to the same.
 */
import type { Json, JsonObject } from '../effects/operation.ts';
import { unreachable } from '../kernel/assert.ts';
import { FAULTS_MAX } from '../kernel/limits.ts';
import { formatDuration, parseDuration } from '../kernel/time.ts';
import { DRIFT_PPM_MAX } from '../world/node-clock.ts';
import {
  EFFECT_POINTS,
  type EffectTrigger,
  type Fault,
  type FaultKind,
  type FaultPlan,
  PAUSE_NANOS_DEFAULT,
  type Trigger,
} from './fault.ts';
import { FieldReader } from './field-reader.ts';

export const PLAN_VERSION = 1;

/** A fault plan that cannot be used, with every problem that was found. */
export class PlanError extends Error {
  override readonly name = 'PlanError';
  readonly code = 'plan';
  constructor(
    readonly file: string,
    readonly problems: readonly string[],
  ) {
    super(`${file} is not a usable fault plan:\n${problems.map((text) => `  ${text}`).join('\n')}`);
  }
}

export function parsePlan(text: string, file: string): FaultPlan {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new PlanError(file, [`not JSON: ${(cause as Error).message}`]);
  }
  const problems: string[] = [];
  const plan = new FieldReader(value, '$', problems);
  const version = plan.integer('version', { minimum: 1, fallback: PLAN_VERSION });
  if (version !== PLAN_VERSION) {
    problems.push(`$.version: ${version} is not known here; this version reads ${PLAN_VERSION}`);
  }
  const faults = plan.list('faults', FAULTS_MAX).map((item) => readFault(item));
  plan.finish();
  if (problems.length > 0) throw new PlanError(file, problems);
  return { faults: faults.filter((fault) => fault !== undefined) };
}

/** Reads one fault, as in a plan; throws PlanError. */
export function parseFault(value: unknown, where: string): Fault {
  const problems: string[] = [];
  const fault = readFault(new FieldReader(value, '$', problems));
  if (fault === undefined || problems.length > 0) throw new PlanError(where, problems);
  return fault;
}

type FaultReader = (fields: FieldReader) => Fault | undefined;

const READERS: Record<FaultKind, FaultReader> = {
  crash: (fields) => {
    const at = readTrigger(fields);
    const point = fields.oneOf('point', EFFECT_POINTS, 'before');
    const node = fields.text('node');
    const restartAfterNanos = fields.duration('restartAfter', 'positive');
    requireNode(fields, at, node);
    return at && { kind: 'crash', at, point, node, restartAfterNanos };
  },
  pause: (fields) => {
    const at = readTrigger(fields);
    const point = fields.oneOf('point', EFFECT_POINTS, 'before');
    const node = fields.text('node');
    const forNanos = fields.duration('for', 'positive') ?? PAUSE_NANOS_DEFAULT;
    requireNode(fields, at, node);
    return at && { kind: 'pause', at, point, node, forNanos };
  },
  'clock-jump': (fields) => {
    const at = readTrigger(fields);
    const node = fields.text('node');
    const clock = fields.oneOf('clock', ['wall', 'monotonic'] as const, 'wall');
    const byNanos = fields.duration('by', 'any');
    if (byNanos === undefined) fields.missing('by', 'a duration such as "-1h"');
    requireNode(fields, at, node);
    return at && { kind: 'clock-jump', at, node, clock, byNanos: byNanos ?? 0n };
  },
  'clock-drift': (fields) => {
    const at = readTrigger(fields);
    const node = fields.text('node');
    const clock = fields.oneOf('clock', ['wall', 'monotonic'] as const, 'wall');
    const ppm = fields.integer('ppm', { minimum: -DRIFT_PPM_MAX, maximum: DRIFT_PPM_MAX });
    const forNanos = fields.duration('for', 'positive');
    requireNode(fields, at, node);
    return at && { kind: 'clock-drift', at, node, clock, ppm, forNanos };
  },
  'lose-request': (fields) => readLoss(fields, 'lose-request'),
  'lose-response': (fields) => readLoss(fields, 'lose-response'),
};

const FAULT_KINDS = Object.keys(READERS) as readonly FaultKind[];

function readFault(fields: FieldReader): Fault | undefined {
  const kind = fields.oneOf('kind', FAULT_KINDS, undefined);
  if (kind === undefined) return undefined;
  const fault = READERS[kind](fields);
  fields.finish();
  return fault;
}

function readLoss(fields: FieldReader, kind: 'lose-request' | 'lose-response'): Fault | undefined {
  const at = readTrigger(fields);
  const times = fields.integer('times', { minimum: 1, maximum: 1000, fallback: 1 });
  if (at?.kind === 'time') {
    fields.problem('at', 'a lost message belongs to an effect; say which with "seq" or "effect"');
    return undefined;
  }
  return at && { kind, at, times };
}

function requireNode(fields: FieldReader, at: Trigger | undefined, node: string | undefined): void {
  if (at?.kind === 'time' && node === undefined) {
    fields.problem('node', 'a fault at a time needs the name of the node that it hits');
  }
}

function readTrigger(fields: FieldReader): Trigger | undefined {
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

/** Throws PlanError when a fault names a node that is not among `nodes`. */
export function checkNodes(plan: FaultPlan, nodes: readonly string[], where: string): void {
  const problems = plan.faults.flatMap((fault, index) => {
    if (!('node' in fault) || fault.node === undefined || nodes.includes(fault.node)) return [];
    const known = nodes.join(', ');
    return [`$.faults[${index}].node: there is no node ${fault.node}; there is ${known}`];
  });
  if (problems.length > 0) throw new PlanError(where, problems);
}

/** The JSON form of a plan, ready for JSON.stringify. */
export function planJson(plan: FaultPlan): JsonObject {
  return { version: PLAN_VERSION, faults: plan.faults.map(faultJson) };
}

export function faultJson(fault: Fault): JsonObject {
  const at = triggerJson(fault.at);
  switch (fault.kind) {
    case 'crash':
      return compact({
        kind: fault.kind,
        at,
        point: fault.point,
        node: fault.node,
        restartAfter: durationJson(fault.restartAfterNanos),
      });
    case 'pause':
      return compact({
        kind: fault.kind,
        at,
        point: fault.point,
        node: fault.node,
        for: durationJson(fault.forNanos),
      });
    case 'clock-jump':
      return compact({
        kind: fault.kind,
        at,
        node: fault.node,
        clock: fault.clock,
        by: durationJson(fault.byNanos),
      });
    case 'clock-drift':
      return compact({
        kind: fault.kind,
        at,
        node: fault.node,
        clock: fault.clock,
        ppm: fault.ppm,
        for: durationJson(fault.forNanos),
      });
    case 'lose-request':
    case 'lose-response':
      return { kind: fault.kind, at, times: fault.times };
    default:
      return unreachable(fault);
  }
}

function triggerJson(trigger: EffectTrigger | Trigger): JsonObject {
  switch (trigger.kind) {
    case 'seq':
      return { execution: trigger.execution, seq: trigger.seq };
    case 'match':
      return compact({
        effect: trigger.effect,
        match: trigger.match,
        execution: trigger.execution,
      });
    case 'time':
      return { time: durationJson(trigger.atNanos) ?? '0s' };
    default:
      return unreachable(trigger);
  }
}

function durationJson(nanos: bigint | undefined): string | undefined {
  if (nanos === undefined) return undefined;
  const text = formatDuration(nanos).replaceAll(' ', '');
  // The readable form is rounded; what would not come back the same is written exactly.
  return parseDuration(text) === nanos ? text : `${nanos}ns`;
}

function compact(fields: Record<string, Json | undefined>): JsonObject {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as JsonObject;
}
