/**
 * When programs are woken from their waits. A timer goes off when its wait is due, but for faults:
 * those that move it are in the journal with the wait, and those that lose or repeat what wakes it
 * are not.
 */
import type { Entry } from '../journal/entry.ts';
import { after, later, type VirtualNanos } from '../kernel/time.ts';
import type { Attempt } from './attempt.ts';

/** The instant at which a wait is over that is due at `due`. */
export function movedDue(attempt: Attempt, entry: Entry, due: VirtualNanos): VirtualNanos {
  const { faults, agenda } = attempt.engine;
  if (!faults.watchesEffects) return due;
  const site = siteOf(attempt, entry);
  const early = faults.take('timer-early', site)?.byNanos ?? 0n;
  const late = faults.take('timer-late', site)?.byNanos ?? 0n;
  const moved = after(due, late - early);
  const possible = later(moved, agenda.now);
  if (possible !== due) trace(attempt, entry, 'timer.moved', { byNanos: `${possible - due}` });
  return possible;
}

/** The instants at which whoever waits is woken, once the wait is over; the first one ends it. */
export function wakeUps(
  attempt: Attempt,
  entry: Entry,
  due: VirtualNanos,
): readonly VirtualNanos[] {
  const { faults, world } = attempt.engine;
  if (!faults.watchesEffects) return [due];
  const site = siteOf(attempt, entry);
  const never = faults.take('timer-never', site);
  const lateNanos = never === undefined ? 0n : (never.forNanos ?? world.leaseNanos);
  if (never !== undefined) trace(attempt, entry, 'timer.lost', { forNanos: `${lateNanos}` });
  const first = after(due, lateNanos);
  const twice = faults.take('timer-twice', site);
  if (twice === undefined) return [first];
  trace(attempt, entry, 'timer.repeated', { afterNanos: `${twice.afterNanos}` });
  return [first, after(first, twice.afterNanos)];
}

function siteOf({ execution }: Attempt, { seq, operation }: Entry) {
  return { execution: execution.id, seq, effect: operation.name };
}

function trace(
  { engine, execution, node }: Attempt,
  { seq }: Entry,
  kind: 'timer.moved' | 'timer.lost' | 'timer.repeated',
  data: Readonly<Record<string, string>>,
): void {
  engine.trace({ kind, node: node.name, execution: execution.id, seq, data });
}
