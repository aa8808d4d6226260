/**
 * The call or wait that an attempt has begun, or taken up from an earlier attempt, and not delivered
 * yet; there is one at most. It takes an effect from its intent to the guest.
 *
 * F1  What an effect does outside begins after its intent is recorded, and its guest sees the result
 *     after that is recorded: durably where the effect is a call.
 * F2  An effect that an earlier attempt left is gone on with, and not begun anew.
 */
import type { EffectValue } from '../effects/operation.ts';
import type { Entry, Seq } from '../journal/entry.ts';
import { assert } from '../kernel/assert.ts';
import type { Attempt } from './attempt.ts';
import { type Flight, takeOff, takeUp } from './flights.ts';
import { prepareWait } from './wait-flight.ts';

export class EffectInFlight {
  private flight: Flight | undefined;
  private seq: Seq | undefined;
  /** It has its result and may be delivered. */
  private landed = false;

  constructor(private readonly attempt: Attempt) {}

  /** A call or wait from its intent to its delivery; gives its result. */
  carry(entry: Entry): EffectValue {
    this.depart(entry);
    this.resume(entry);
    assert(entry.result !== undefined, `effect ${entry.seq} has no result`);
    return entry.result;
  }

  /** Starts it: its intent, then what it does outside. */
  private depart(entry: Entry): void {
    const { attempt } = this;
    this.seq = entry.seq;
    this.landed = false;
    if (entry.operation.class === 'wait') prepareWait(attempt, entry);
    attempt.commits.add(entry);
    this.record(entry, 'intent', () => {
      this.flight = takeOff(attempt, entry);
    });
  }

  /** The result is here, at the node. */
  land(entry: Entry, result: EffectValue): void {
    const { attempt } = this;
    if (attempt.ended) return;
    entry.result = attempt.engine.edits.resultOf(attempt.execution.id, entry, result);
    entry.attempt = attempt.number;
    entry.endedAt = attempt.engine.agenda.now;
    this.flight = undefined;
    attempt.commits.add(entry);
    if (!attempt.points.pass(entry, 'performed')) return;
    this.record(entry, 'recorded', () => {
      this.landed = true;
      attempt.wake();
    });
  }

  /** Goes on with an effect that the view holds and the guest has not seen, until it is delivered. */
  resume(entry: Entry): void {
    const { attempt } = this;
    if (this.seq !== entry.seq) {
      // An earlier attempt left it: recorded and never delivered, or with an unknown outcome.
      this.seq = entry.seq;
      this.landed = entry.result !== undefined;
      attempt.exchanges.resume();
      attempt.sockets.resume();
      if (!this.landed) this.flight = takeUp(attempt, entry);
    }
    attempt.await(() => this.landed);
    this.markDelivered(entry);
  }

  /** Something that it waits for may have arrived. */
  poke(): void {
    this.flight?.poke?.();
  }

  /** The attempt has ended. */
  abandon(): void {
    this.flight?.abandon();
    this.flight = undefined;
  }

  /**
   * Makes an entry durable and passes the point that follows, then goes on. Only calls wait for
   * the journal; a wait's entries follow lazily, unless a fault is to happen at that point.
   */
  private record(entry: Entry, point: 'intent' | 'recorded', next: () => void): void {
    const { attempt } = this;
    const proceed = (): void => {
      if (attempt.points.pass(entry, point)) attempt.onNode(next);
    };
    if (entry.operation.class === 'call' || attempt.points.waitFor(entry, point)) {
      attempt.onNode(() => attempt.commits.now(proceed));
    } else {
      attempt.commits.soon();
      proceed();
    }
  }

  private markDelivered(entry: Entry): void {
    const { attempt } = this;
    this.landed = false;
    this.seq = undefined;
    entry.deliveredAt = attempt.engine.agenda.now;
    // It becomes known with the next commit; a crash before that delivers the effect again.
    attempt.commits.add(entry);
  }
}
