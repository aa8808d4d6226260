/**
 * Which execution goes on first where several could: priorities, and the turns at which they change
 * (Burckhardt, Kothari, Musuvathi, Nagarakatte, "A Randomized Scheduler with Probabilistic
 * Guarantees of Finding Bugs", 2010). Exploration draws them; a plan has them written out.
 */
import type { JsonObject } from '../effects/operation.ts';
import { durationJson } from './fault-field.ts';
import type { FieldReader } from './field-reader.ts';
import { compact } from './trigger.ts';

export interface Schedule {
  /** Executions, the first one first; those that are not named come after them, as they begin. */
  readonly order: readonly string[];
  /** Turns, counting from 1: whoever has one of these is the last from then on. */
  readonly changes: readonly number[];
  /** How much later than at the one before it each turn of an execution begins. */
  readonly lagNanos: bigint;
}

/** Changes of priorities in one schedule. */
export const CHANGES_MAX = 1000;

/** Reads the field `schedule` of a plan; undefined when there is none. */
export function readSchedule(plan: FieldReader): Schedule | undefined {
  if (plan.lacks('schedule')) return undefined;
  const fields = plan.object('schedule');
  if (fields === undefined) return undefined;
  const order = fields.names('order') ?? [];
  const changes = fields.integers('changes', { minimum: 1, lengthMax: CHANGES_MAX });
  const lagNanos = fields.duration('lag', 'not negative') ?? 0n;
  fields.finish();
  return { order, changes, lagNanos };
}

export function scheduleJson({ order, changes, lagNanos }: Schedule): JsonObject {
  return compact({
    order: order.length === 0 ? undefined : order,
    changes: changes.length === 0 ? undefined : changes,
    lag: lagNanos === 0n ? undefined : durationJson(lagNanos),
  });
}
