/**
 * The points of an attempt's effects at which faults of the plan happen. Nothing here is used
 * while no fault waits for an effect.
 *
 * P1  A point is passed once, also when a fault at it puts the guest aside and it comes back.
 * P2  A point at which no fault happens changes nothing.
 */
import type { EffectPoint, FaultPoint } from '../faults/fault.ts';
import type { EffectSite } from '../faults/injector.ts';
import type { AnyOperation, Entry, Seq } from '../journal/entry.ts';
import { EVENT_CALLS_MAX, ensureStackRoom } from '../kernel/stack-room.ts';
import type { Attempt } from './attempt.ts';

/** A read or output that the view holds, and whose last points have not been passed. */
interface OpenEffect {
  readonly entry: Entry;
  recording: boolean;
  recorded: boolean;
}

export class EffectPoints {
  private open: OpenEffect | undefined;

  constructor(private readonly attempt: Attempt) {}

  /** Whether an effect that the journal answers is to pass points before the guest goes on. */
  get areWatching(): boolean {
    return this.open !== undefined || this.attempt.engine.faults.watchesReplays;
  }

  /** Counts the effect and passes its first point, inside the guest's call. */
  begin(seq: Seq, operation: AnyOperation): void {
    const { engine } = this.attempt;
    const source = () => engine.sources.here(engine.patches.programFor(this.attempt));
    engine.faults.begin(this.site(seq, operation), source);
    this.passInside(seq, operation, 'before');
  }

  /** Lets the faults of a point happen; false when the attempt did not survive them. */
  pass(entry: Entry, point: EffectPoint): boolean {
    if (this.attempt.engine.faults.watchesEffects) this.fire(entry.seq, entry.operation, point);
    return !this.attempt.ended;
  }

  /** The same, inside the guest's call, which goes on when the node runs again. */
  passInside(seq: Seq, operation: AnyOperation, point: EffectPoint): void {
    this.fire(seq, operation, point);
    this.attempt.ensureRunning();
  }

  /** An effect that an earlier attempt has performed is about to be answered from the journal. */
  passReplayed({ seq, operation, result, attempt: number }: Entry): void {
    const { attempt } = this;
    // A guest that is put aside and comes back replays what its own attempt did.
    if (number === attempt.number || result === undefined) return;
    this.fire(seq, operation, 'replay');
    attempt.ensureRunning();
  }

  /** Whether a fault is still to happen at this point. */
  waitFor(entry: Entry, point: EffectPoint): boolean {
    const { faults } = this.attempt.engine;
    return faults.watchesEffects && faults.waitsFor(this.site(entry.seq, entry.operation), point);
  }

  /** Passes the last points of a read or output, which has just come into the view. */
  finish(entry: Entry): void {
    ensureStackRoom(EVENT_CALLS_MAX);
    this.open = { entry, recording: false, recorded: false };
    this.settle(entry);
  }

  /** Goes on with the points of an effect; without waiting for the journal where no fault does. */
  settle(entry: Entry): void {
    const { open, attempt } = this;
    if (open?.entry !== entry) return;
    this.passInside(entry.seq, entry.operation, 'performed');
    if (this.waitFor(entry, 'recorded')) {
      this.recordForFault(open);
      attempt.await(() => open.recorded);
      this.passInside(entry.seq, entry.operation, 'recorded');
    }
    this.open = undefined;
    if (entry.operation.class === 'output' && !open.recording) attempt.commits.soon();
  }

  private recordForFault(open: OpenEffect): void {
    if (open.recording) return;
    open.recording = true;
    this.attempt.commits.now(() => {
      open.recorded = true;
      this.attempt.wake();
    });
  }

  private fire(seq: Seq, operation: AnyOperation, point: FaultPoint): void {
    const { engine, node } = this.attempt;
    const site = this.site(seq, operation);
    for (const fault of engine.faults.at(site, point)) engine.applyFault(fault, node, site);
  }

  private site(seq: Seq, operation: AnyOperation): EffectSite {
    return { execution: this.attempt.execution.id, seq, effect: operation.name };
  }
}
