/**
 * The turns of a simulation with a schedule. It owns the priorities of executions, and which turn
 * is next.
 *
 * U1  The turn that is next is due: no other has an earlier instant, or its own has passed. Of those
 *     that are due it is one of the execution that comes first; of these, the first by (instant,
 *     insertion).
 * U2  Without lag, a turn is due when it is without a schedule.
 */
import type { Schedule } from '../faults/schedule.ts';
import { type InsertionCounter, QueuedEvent } from '../kernel/event-queue.ts';
import { after, type VirtualNanos } from '../kernel/time.ts';

interface ScheduledTurn<T> {
  readonly event: QueuedEvent<T>;
  readonly execution: string;
}

export class ScheduledTurns<T> {
  /** Executions, the first one first. */
  private readonly order: string[];
  private readonly changes: ReadonlySet<number>;
  private readonly lagNanos: bigint;
  private queued: ScheduledTurn<T>[] = [];
  private taken = 0;

  constructor(
    schedule: Schedule,
    private readonly counter: InsertionCounter,
  ) {
    this.order = [...schedule.order];
    this.changes = new Set(schedule.changes);
    this.lagNanos = schedule.lagNanos;
  }

  push(now: VirtualNanos, execution: string, value: T): QueuedEvent<T> {
    const at = after(now, BigInt(this.rank(execution)) * this.lagNanos);
    const event = new QueuedEvent(at, this.counter.next(), value);
    this.queued.push({ event, execution });
    return event;
  }

  /** The first turn by (instant, insertion): when one of them is next. It stays. */
  peek(): QueuedEvent<T> | undefined {
    return this.earliest()?.event;
  }

  /** Takes the turn that is next. */
  pop(now: VirtualNanos): QueuedEvent<T> | undefined {
    const earliest = this.earliest();
    if (earliest === undefined) return undefined;
    const reached = earliest.event.at > now ? earliest.event.at : now;
    const turn = this.queued
      .filter(({ event }) => event.at <= reached)
      .reduce((best, each) => (this.comesBefore(each, best) ? each : best), earliest);
    this.queued = this.queued.filter((each) => each !== turn);
    if (this.changes.has(++this.taken)) this.putLast(turn.execution);
    return turn.event;
  }

  private earliest(): ScheduledTurn<T> | undefined {
    this.queued = this.queued.filter(({ event }) => !event.cancelled);
    const [first, ...others] = this.queued;
    if (first === undefined) return undefined;
    return others.reduce((best, turn) => (turn.event.comesBefore(best.event) ? turn : best), first);
  }

  private comesBefore(one: ScheduledTurn<T>, other: ScheduledTurn<T>): boolean {
    const difference = this.rank(one.execution) - this.rank(other.execution);
    return difference === 0 ? one.event.comesBefore(other.event) : difference < 0;
  }

  /** 0 for the first one. One that nobody knew is the last. */
  private rank(execution: string): number {
    const known = this.order.indexOf(execution);
    return known < 0 ? this.order.push(execution) - 1 : known;
  }

  private putLast(execution: string): void {
    this.order.splice(this.rank(execution), 1);
    this.order.push(execution);
  }
}
