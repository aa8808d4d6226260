/**
 * Messages on their way over the network. What programs have sent arrives also when its sender has
 * ended, so a simulation is not over before that.
 *
 * M1  On a link with nothing wrong, a message arrives at the instant that it was given.
 * M2  Whether a message gets through is decided where it would arrive. One that does not is repeated
 *     by its sender 0.2 s, 0.6 s, 1.4 s, 3 s ... after it was sent, as TCP does; datagrams are not.
 * M3  What is held by a link comes when that ends, at once and in the order in which it came.
 * M4  Messages of one lane arrive in the order in which they would have arrived.
 */
import type { QueuedEvent } from '../kernel/event-queue.ts';
import { after, NANOS_PER_MILLI, NANOS_PER_SECOND, type VirtualNanos } from '../kernel/time.ts';
import type { Network } from '../world/network.ts';
import type { SimulatedNode } from '../world/node.ts';
import type { Agenda, Happening } from './agenda.ts';

/** How long bytes that were lost are repeated in vain, until the connection is given up. */
export const CONNECTION_STALL_NANOS = 30n * NANOS_PER_SECOND;

/** The first repetition comes after this, each further one after twice the time before it. */
const REPEAT_FIRST_NANOS = 200n * NANOS_PER_MILLI;
/** The longest time between two repetitions. */
const REPEAT_LAST_NANOS = 64n * REPEAT_FIRST_NANOS;

/** The node that sends, as it was then; services are always there. */
export interface Sender {
  readonly node: SimulatedNode;
  readonly incarnation: number;
}

export interface Parcel {
  readonly from: string;
  readonly to: string;
  readonly sentAt: VirtualNanos;
  /**
   * `datagram`: it is sent once; `stream`: it is repeated until the connection is given up; `call`:
   * whoever sent it never gives up.
   */
  readonly care: 'datagram' | 'stream' | 'call';
  /** The simulation is not over while it is on its way. */
  readonly isCounted: boolean;
  readonly lane?: Lane;
  /** Whoever repeats it. */
  readonly sender?: Sender | undefined;
  arrive(): void;
  /** It did not get through at its first try, and may do so later. */
  onDelay?(): void;
  /** It never arrives, nor does what comes after it in its lane. */
  onLoss?(): void;
}

export type Letter = Pick<Parcel, 'care' | 'sender' | 'arrive' | 'onDelay'>;

/** A parcel on its way. */
interface Journey {
  readonly parcel: Parcel;
  /** It has arrived, or never will. */
  isOver: boolean;
  giveUp: QueuedEvent<Happening> | undefined;
  isDelayed: boolean;
}

/** What is to arrive in order. */
export class Lane {
  /** The first did not get through so far; the others have come since. */
  readonly waiting: Journey[] = [];
  /** Something was lost for good, and what follows it with it. */
  isOver = false;
}

export interface Departure {
  readonly from: string;
  readonly to: string;
  readonly bytes?: number;
  /** How much longer this message takes. */
  readonly lateNanos?: bigint;
  /** It does not overtake what arrives then. */
  readonly earliest?: VirtualNanos;
}

export class Traffic {
  private count = 0;
  /** What links hold, and what they have lost and nobody need repeat before they are better. */
  private held: Journey[] = [];
  private cutOff: Journey[] = [];

  constructor(
    private readonly agenda: Agenda,
    private readonly network: Network,
  ) {}

  /** Whether nothing is on its way that is waited for. */
  get isQuiet(): boolean {
    return this.count === 0;
  }

  /** When a message arrives that leaves now. */
  arrival({ from, to, bytes = 0, lateNanos = 0n, earliest }: Departure): VirtualNanos {
    const { now } = this.agenda;
    const delay = this.network.delayNanos(from, to, { at: now, bytes });
    const instant = after(now, delay + lateNanos);
    return earliest !== undefined && earliest > instant ? earliest : instant;
  }

  /** Lets a message arrive at an instant, or later where its link does not let it through. */
  carry(instant: VirtualNanos, parcel: Parcel): void {
    if (parcel.isCounted) this.count++;
    const journey: Journey = { parcel, isOver: false, giveUp: undefined, isDelayed: false };
    this.agenda.at(instant, () => this.come(journey));
  }

  /** Sends something that nothing else has to wait for. */
  post(departure: Departure, letter: Letter): void {
    const { from, to } = departure;
    const sentAt = this.agenda.now;
    this.carry(this.arrival(departure), { ...letter, from, to, sentAt, isCounted: false });
  }

  /** The same for a call or its answer. */
  call(departure: Departure, letter: Omit<Letter, 'care'>): void {
    this.post(departure, { ...letter, care: 'call' });
  }

  /** Links are better than they were: what did not get through may do so now. */
  proceed(): void {
    for (const journey of this.held.splice(0)) this.tryAgain(journey);
    for (const journey of this.cutOff.splice(0)) {
      const { from, to } = journey.parcel;
      if (this.network.isOpen(from, to)) this.repeatLater(journey);
      else this.cutOff.push(journey);
    }
  }

  /** For the first time where it is to arrive. */
  private come(journey: Journey): void {
    const { lane } = journey.parcel;
    if (lane?.isOver === true) this.finish(journey);
    else if ((lane?.waiting.length ?? 0) > 0 || !this.passes(journey)) lane?.waiting.push(journey);
  }

  /** False when it has to be repeated, or waits for its link. */
  private passes(journey: Journey): boolean {
    const { parcel } = journey;
    const fate = this.network.fate(parcel.from, parcel.to);
    if (fate === 'passes') {
      this.finish(journey);
      parcel.arrive();
      return true;
    }
    if (fate === 'lost' && parcel.care === 'datagram') {
      this.finish(journey);
      parcel.onLoss?.();
      return true;
    }
    if (!journey.isDelayed) parcel.onDelay?.();
    journey.isDelayed = true;
    if (fate === 'held') {
      this.held.push(journey);
      return false;
    }
    if (parcel.care === 'stream' && journey.giveUp === undefined) {
      const instant = after(parcel.sentAt, CONNECTION_STALL_NANOS);
      journey.giveUp = this.agenda.at(instant, () => this.lose(journey));
    }
    if (this.network.isOpen(parcel.from, parcel.to)) this.repeatLater(journey);
    else this.cutOff.push(journey);
    return false;
  }

  private repeatLater(journey: Journey): void {
    const { from, to, sentAt } = journey.parcel;
    const leaves = nextRepetition(sentAt, this.agenda.now);
    const instant = after(leaves, this.network.delayNanos(from, to));
    this.agenda.at(instant, () => this.repeat(journey));
  }

  /** A node that stands still repeats nothing, and one that has crashed never will. */
  private repeat(journey: Journey): void {
    const { sender } = journey.parcel;
    if (sender === undefined) this.tryAgain(journey);
    else if (sender.node.incarnation !== sender.incarnation) this.lose(journey);
    else sender.node.deliver(sender.incarnation, () => this.tryAgain(journey));
  }

  private tryAgain(journey: Journey): void {
    if (journey.isOver || !this.passes(journey)) return;
    const waiting = journey.parcel.lane?.waiting ?? [];
    waiting.shift();
    for (let next = waiting[0]; next !== undefined && this.passes(next); next = waiting[0]) {
      waiting.shift();
    }
  }

  private lose(journey: Journey): void {
    if (journey.isOver) return;
    this.finish(journey);
    const { lane, onLoss } = journey.parcel;
    if (lane !== undefined) {
      lane.isOver = true;
      for (const each of lane.waiting.splice(0)) this.finish(each);
    }
    onLoss?.();
  }

  private finish(journey: Journey): void {
    if (journey.isOver) return;
    journey.isOver = true;
    journey.giveUp?.cancel();
    if (journey.parcel.isCounted) this.count--;
  }
}

/** When something that was sent at `sentAt` is repeated for the first time after `now`. */
function nextRepetition(sentAt: VirtualNanos, now: VirtualNanos): VirtualNanos {
  let instant = sentAt;
  let pause = REPEAT_FIRST_NANOS;
  while (pause <= REPEAT_LAST_NANOS && instant <= now) {
    instant = after(instant, pause);
    pause *= 2n;
  }
  if (instant > now) return instant;
  const missed = (now - instant) / REPEAT_LAST_NANOS;
  return after(instant, (missed + 1n) * REPEAT_LAST_NANOS);
}
