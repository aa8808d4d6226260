/**
 * The exact place of a fault that is injected by hand: the plan that has it from the beginning does
 * what the injection did.
 */
import type { Fault } from '../faults/fault.ts';
import type { SeqTrigger } from '../faults/trigger.ts';
import type { ExecutionId } from '../journal/entry.ts';
import type { Engine } from './engine.ts';

/**
 * One at an instant that has come happens at the next at which nothing else does: things at one
 * instant happen in the order in which they were planned. One at effects counts only those to come.
 */
export function placedNow(engine: Engine, fault: Fault): Fault {
  const { agenda } = engine;
  const { at } = fault;
  if (at.kind === 'time') {
    if (at.atNanos > agenda.now) return fault;
    return { ...fault, at: { ...at, atNanos: agenda.freeInstant() } } as Fault;
  }
  if (at.kind === 'seq' && !mayHaveBegun(engine, at)) return fault;
  const isLater = at.afterNanos !== undefined && at.afterNanos > agenda.now;
  if (isLater) return fault;
  return { ...fault, at: { ...at, afterNanos: agenda.now } } as Fault;
}

/** Whether this attempt, or one before it, has come to the effect. */
function mayHaveBegun({ executions }: Engine, { execution: id, seq }: SeqTrigger): boolean {
  const execution = executions.get(id as ExecutionId);
  if (execution === undefined) return false;
  const { attempts, latest } = execution;
  if (latest === undefined) return false;
  // One that has ended may have lost what it had begun.
  return attempts > 1 || latest.ended || latest.hasBegun(seq);
}
