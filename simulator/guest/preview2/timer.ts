import { clockRead } from '../../effects/clock.ts';
import type { EffectPort, EffectValue, Operation } from '../../effects/operation.ts';
import type { Deadline } from '../../effects/wait.ts';
import { waitPoll } from '../../effects/wait.ts';

const MONOTONIC = Object.freeze({ clock: 'monotonic' } as const);

/** Something on the monotonic clock that a program waits for. */
export interface Timer {
  deadline(): Deadline;
  /** Time is about to pass, from this reading of the monotonic clock on. */
  fix(now: bigint): void;
}

/** A reading of the monotonic clock. */
export class InstantTimer implements Timer {
  constructor(private readonly nanos: bigint) {}

  deadline(): Deadline {
    return { clock: 'monotonic', nanos: this.nanos.toString(), absolute: true };
  }

  fix(): void {}
}

/**
 * The end of a duration that began when the program asked for it. While nothing else has happened
 * since, waiting for it is waiting for the whole duration, and costs no reading of a clock.
 */
export class DurationTimer implements Timer {
  private endsAt: bigint | undefined;

  constructor(private readonly durationNanos: bigint) {}

  deadline(): Deadline {
    const { endsAt } = this;
    if (endsAt === undefined) {
      return { clock: 'monotonic', nanos: this.durationNanos.toString(), absolute: false };
    }
    return { clock: 'monotonic', nanos: endsAt.toString(), absolute: true };
  }

  fix(now: bigint): void {
    this.endsAt ??= now + this.durationNanos;
  }
}

/** Something that a program has begun, and that is performed before the next effect. */
export interface Beginning {
  /** Performs it; called once, unless it was forgotten before. */
  begin(port: EffectPort): void;
}

/**
 * The port of a component. What the program begins costs nothing until something else happens: it
 * may turn out to wait for that alone, or not at all. Before any other effect the clock is read
 * once for all durations that have just begun, and then, unless that effect is only a reading, what
 * was held is begun, in its order.
 */
export class TimerPort implements EffectPort {
  /** Durations that have begun since the latest effect. */
  private fresh: Timer[] = [];
  private held: Beginning[] = [];

  constructor(private readonly port: EffectPort) {}

  get latestWallNanos(): bigint {
    return this.port.latestWallNanos;
  }

  startTimer(durationNanos: bigint): Timer {
    const timer = new DurationTimer(durationNanos);
    this.fresh.push(timer);
    return timer;
  }

  /** Nobody will wait for this timer. */
  forget(timer: Timer): void {
    remove(this.fresh, timer);
  }

  /** Begins it before the next effect. */
  hold(beginning: Beginning): void {
    this.held.push(beginning);
  }

  /** It is not to be begun, or not by this port. */
  release(beginning: Beginning): void {
    remove(this.held, beginning);
  }

  /** Waits for one timer alone. */
  sleep(timer: Timer): void {
    this.forget(timer);
    // The other timers that are fresh now begin at the same instant, before the wait.
    this.beginAll();
    this.effect(waitPoll, { deadlines: [timer.deadline()], inboxes: [] });
  }

  effect<A extends EffectValue, R extends EffectValue>(operation: Operation<A, R>, args: A): R {
    // Nobody outside sees a reading, so what is held can wait: programs read clocks all the time.
    if (operation.class === 'read') this.fixTimers();
    else this.beginAll();
    return this.port.effect(operation, args);
  }

  /** To be called before what several things wait for is put together. */
  beginAll(): void {
    this.fixTimers();
    const { held } = this;
    if (held.length === 0) return;
    this.held = [];
    for (const beginning of held) beginning.begin(this.port);
  }

  /** Nothing has happened since any of them began, so one reading is right for all. */
  private fixTimers(): void {
    const timers = this.fresh;
    if (timers.length === 0) return;
    this.fresh = [];
    const now = BigInt(this.port.effect(clockRead, MONOTONIC).nanos);
    for (const timer of timers) timer.fix(now);
  }
}

function remove<T>(list: T[], item: T): void {
  const index = list.indexOf(item);
  if (index >= 0) list.splice(index, 1);
}
