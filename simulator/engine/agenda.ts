/**
 * What happens next. It owns virtual time and two queues: events of the world, which are plain
 * calls, and turns, in which an attempt runs its guest.
 *
 * A1  Time never runs backwards.
 * A2  Events and turns leave in order of (instant, insertion) over both queues; turns among each
 *     other as a schedule says, where there is one.
 * A3  While a guest runs, time passes only through `pass` and through events that it waits for;
 *     a turn of another guest never starts inside it.
 * A4  Nothing happens after VIRTUAL_END: what would, happens then.
 * A5  While something real is awaited, nothing happens later than `heldAt`, and nothing later than
 *     now inside a guest's call.
 * A6  While real time is followed and a program waits for an instant, nothing happens before real
 *     time has got there, and nothing later than now inside a guest's call. So it depends on real
 *     time when things happen, and never in which order.
 */
import type { Schedule } from '../faults/schedule.ts';
import { EventQueue, InsertionCounter, type QueuedEvent } from '../kernel/event-queue.ts';
import { EVENT_CALLS_MAX, ensureStackRoom } from '../kernel/stack-room.ts';
import { after, VIRTUAL_END, VIRTUAL_START, type VirtualNanos } from '../kernel/time.ts';
import { ScheduledTurns } from './scheduled-turns.ts';

export type Happening = () => void;

/** Real time, as a simulation that follows it sees it. */
export interface Pace {
  /** The instant that real time has reached: `now` or later. */
  reached(now: VirtualNanos): VirtualNanos;
  /** What has passed counts no more: real time goes on from `now`. */
  startFrom(now: VirtualNanos): void;
}

export interface AgendaOptions {
  /** The waits of programs take real time, also where it is not there to be waited for. */
  readonly followsRealTime: boolean;
  /** Undefined for an earlier run that is run again: what it waited for has passed. */
  readonly pace?: Pace | undefined;
  /** Undefined lets whoever came first go first. */
  readonly schedule?: Schedule | undefined;
}

export class Agenda {
  now: VirtualNanos = VIRTUAL_START;
  /**
   * Events, effects, and beginnings and ends of turns so far: names each instant at which an
   * input can come in.
   */
  steps = 0;
  /** The last instant that may be reached yet; undefined when nothing real is awaited. */
  heldAt: VirtualNanos | undefined;
  /** Who waits for an instant to come. */
  readonly waits = new Set<object>();
  private readonly counter = new InsertionCounter();
  private readonly events = new EventQueue<Happening>(this.counter);
  private readonly turns: EventQueue<Happening> | ScheduledTurns<Happening>;

  constructor(private readonly options: AgendaOptions = { followsRealTime: false }) {
    const { counter } = this;
    const { schedule } = options;
    this.turns =
      schedule === undefined ? new EventQueue(counter) : new ScheduledTurns(schedule, counter);
  }

  at(instant: VirtualNanos, happening: Happening): QueuedEvent<Happening> {
    return this.events.push(this.possible(instant), happening);
  }

  in(durationNanos: bigint, happening: Happening): QueuedEvent<Happening> {
    return this.at(after(this.now, durationNanos), happening);
  }

  /** @param execution whose turn it is */
  turn(execution: string, happening: Happening): QueuedEvent<Happening> {
    const { turns, now } = this;
    if (turns instanceof EventQueue) return turns.push(now, happening);
    return turns.push(now, execution, happening);
  }

  /** Lets the running guest take time. */
  pass(durationNanos: bigint): void {
    this.now = after(this.now, durationNanos);
  }

  /** Lets every event happen whose time has come, inside a guest's call. */
  settleDue(): void {
    if (!this.isDue()) return;
    ensureStackRoom(EVENT_CALLS_MAX);
    while (this.isDue()) this.happen(this.events);
  }

  /** The next instant at which nothing is to happen yet. */
  freeInstant(): VirtualNanos {
    let instant = after(this.now, 1n);
    while (this.events.hasAt(instant)) instant = after(instant, 1n);
    return instant;
  }

  /** What is next; undefined when nothing is left, or nothing may happen yet. */
  next(): 'event' | 'turn' | undefined {
    return this.nextUntil(this.heldAt);
  }

  /** What is next for a guest that lets the world go on inside its call. */
  nextInside(): 'event' | 'turn' | undefined {
    const isHeld = this.heldAt !== undefined || this.isFollowing;
    return this.nextUntil(isHeld ? this.now : undefined);
  }

  /** The instant of what is next, which real time has to reach first; undefined for no such thing. */
  get dueAt(): VirtualNanos | undefined {
    const { pace } = this.options;
    if (pace === undefined || !this.isFollowing) return undefined;
    const at = this.first()?.at;
    if (at === undefined || at <= this.now) return undefined;
    return at <= pace.reached(this.now) ? undefined : at;
  }

  /**
   * Lets time pass between happenings as far as real time has, but not beyond what is next. Undefined
   * when that is nowhere.
   *
   * @param isIdle nothing is to happen before something comes in
   */
  follow(isIdle: boolean): VirtualNanos | undefined {
    const { followsRealTime, pace } = this.options;
    if (!followsRealTime || pace === undefined) return undefined;
    const before = this.now;
    this.passTo(pace.reached(before));
    if (isIdle) pace.startFrom(this.now);
    return this.now === before ? undefined : this.now;
  }

  /** Lets time pass between happenings, but not beyond what is next. */
  passTo(instant: VirtualNanos): void {
    let last = instant;
    for (const bound of [this.first()?.at, this.heldAt]) {
      if (bound !== undefined && bound < last) last = bound;
    }
    if (last > this.now) this.now = last;
  }

  private get isFollowing(): boolean {
    return this.options.followsRealTime && this.waits.size > 0;
  }

  private nextUntil(last: VirtualNanos | undefined): 'event' | 'turn' | undefined {
    const first = this.first();
    if (first === undefined) return undefined;
    if (last !== undefined && first.at > last && first.at > this.now) return undefined;
    return first === this.turns.peek() ? 'turn' : 'event';
  }

  private first(): QueuedEvent<Happening> | undefined {
    const event = this.events.peek();
    const turn = this.turns.peek();
    if (event === undefined || turn === undefined) return event ?? turn;
    return event.comesBefore(turn) ? event : turn;
  }

  happenNext(kind: 'event' | 'turn'): void {
    this.happen(kind === 'event' ? this.events : this.turns);
  }

  /** Nothing is put into the past or after the end. */
  private possible(instant: VirtualNanos): VirtualNanos {
    if (instant <= this.now || this.now > VIRTUAL_END) return this.now;
    if (instant > VIRTUAL_END) return VIRTUAL_END;
    return instant;
  }

  private isDue(): boolean {
    const event = this.events.peek();
    return event !== undefined && event.at <= this.now;
  }

  private happen(queue: EventQueue<Happening> | ScheduledTurns<Happening>): void {
    const next = queue.pop(this.now);
    if (next === undefined) return;
    if (next.at > this.now) this.now = next.at;
    this.steps++;
    next.value();
  }
}
