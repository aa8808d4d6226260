/**
 * One life of an execution on one node, and the port through which its guest performs effects.
 * It owns its view of the journal, which may run ahead of the store's.
 *
 * T1  An effect is answered from the view when the view has its result, and performed otherwise;
 *     nothing that the view has a result for is performed again.
 * T2  No call leaves the node, and no output is shown, before all earlier entries are durable.
 * T3  Once the attempt has ended, or its guest is being put aside, every effect rethrows the
 *     Unwind until the guest's stack is gone.
 * T4  Putting a guest aside changes nothing of the simulation: the next turn re-creates it from
 *     the view.
 */
import {
  type EffectPort,
  type EffectValue,
  type Operation,
  Unwind,
  withoutStack,
} from '../effects/operation.ts';
import { ProbeSession } from '../guest/instrument/index.ts';
import type { GuestProgram } from '../guest/program.ts';
import { type GuestOutcome, GuestStopped, runGuest } from '../guest/run-guest.ts';
import { type AnyOperation, type Entry, type Seq, seqOf } from '../journal/entry.ts';
import type { AttemptOutcome } from '../journal/records.ts';
import { COMMIT_CALLS_MAX, EVENT_CALLS_MAX, ensureStackRoom } from '../kernel/stack-room.ts';
import { NANOS_PER_MICRO, type VirtualNanos } from '../kernel/time.ts';
import type { SimulatedNode } from '../world/node.ts';
import { AttemptCommits } from './attempt-commits.ts';
import { AttemptOver, lossOf, parked, STACK_ENDED, STACK_OVERFLOW } from './attempt-end.ts';
import { attemptRow } from './attempt-row.ts';
import { ClockReadings } from './clock-readings.ts';
import { Connections } from './connections.ts';
import { type AskedEffect, DivergenceError } from './divergence.ts';
import { EffectInFlight } from './effect-in-flight.ts';
import { EffectPoints } from './effect-points.ts';
import type { Engine } from './engine.ts';
import { Exchanges } from './exchanges.ts';
import type { Execution } from './execution.ts';
import { isSame, newEntry } from './new-entry.ts';
import { performOutput } from './outputs.ts';
import type { PatchRun } from './patch-run.ts';
import { performRead } from './reads.ts';
import { Sockets } from './sockets.ts';
import { noteStep, type StepRun } from './steps.ts';
import { MESSAGES_TAKING, REQUEST_TAKING, STDIN_TAKING, Taken, type Taking } from './taken.ts';
import type { Workflow } from './workflow.ts';

/** How long an effect keeps its guest busy, so that time passes in a loop of clock reads. */
const EFFECT_NANOS = NANOS_PER_MICRO;

export class Attempt implements EffectPort {
  readonly startedAt: VirtualNanos;
  /** What it runs; another program may have been deployed since. */
  readonly workflow: Workflow;
  readonly incarnation: number;
  readonly commits = new AttemptCommits(this);
  readonly readings: ClockReadings;
  readonly points = new EffectPoints(this);
  readonly exchanges = new Exchanges(this);
  readonly connections = new Connections(this);
  readonly sockets = new Sockets(this);
  readonly stdinTaken = this.takenOf(STDIN_TAKING);
  readonly messagesTaken = this.takenOf(MESSAGES_TAKING);
  readonly requestTaken = this.takenOf(REQUEST_TAKING);
  endedAt: VirtualNanos | undefined;
  outcome: AttemptOutcome | undefined;
  detail: string | undefined;
  /** How many entries of the view the guest has passed. */
  cursor = 0;
  /** Since when the node holds the lease without a gap. */
  leasedAt: VirtualNanos;
  /** When the lease ends, because the node no longer renews it in time. */
  leaseEndsAt: VirtualNanos | undefined;
  private readonly inFlight = new EffectInFlight(this);
  /** The effect that has taken its time and is to be performed next, also after being put aside. */
  private begun: Seq | undefined;
  private onStack = false;
  private turnQueued = false;
  /** The turn was broken off by whoever drives the simulation, and will go on. */
  private interrupted = false;
  private unwinding: Unwind | undefined;
  /** Something else than an Unwind came out of an effect: the guest's stack ended in the engine. */
  private stackEnded = false;
  /** Changes the guest's memory by hand, in this turn. */
  private patching: PatchRun | undefined;
  /** What counts the steps of the guest that is on the stack. */
  steps: StepRun | undefined;
  /** The call of a step that the effect belongs to which is being performed. */
  step: number | undefined;
  /** What the guest finished with, until that is durable. */
  private finishing: GuestOutcome | undefined;
  readonly replayed: number;

  constructor(
    readonly engine: Engine,
    readonly execution: Execution,
    readonly node: SimulatedNode,
    readonly number: number,
    readonly epoch: number,
    readonly view: Entry[],
  ) {
    this.startedAt = engine.agenda.now;
    this.workflow = execution.workflow;
    this.leasedAt = engine.agenda.now;
    this.incarnation = node.incarnation;
    this.replayed = view.length;
    this.readings = new ClockReadings(view);
    engine.sink.attempt(attemptRow(this));
  }

  private takenOf(taking: Taking): Taken {
    return new Taken(taking, (entry) => this.engine.edits.performedOf(this.execution.id, entry));
  }

  get ended(): boolean {
    return this.outcome !== undefined;
  }

  /** Whether its guest has come to the effect with this number. */
  hasBegun(seq: number): boolean {
    return this.view.length > seq || this.begun === seq;
  }

  get durable(): boolean {
    return ['effect', 'step'].includes(this.workflow.config.persistence);
  }

  get latestWallNanos(): bigint {
    const entry = this.view[this.cursor - 1];
    return this.engine.wallNanosAt(entry?.endedAt ?? entry?.startedAt ?? this.execution.startedAt);
  }

  /** Queues a turn, unless the guest is running or has one already. */
  wake(): void {
    if (this.onStack || this.turnQueued || this.ended) return;
    this.queueTurn();
  }

  /** A turn whose node stands still is queued again: it never runs inside an event (A3). */
  private queueTurn(): void {
    this.turnQueued = true;
    const { node, incarnation } = this;
    this.engine.agenda.turn(this.execution.id, () => {
      if (node.state === 'up') this.takeTurn();
      else node.deliver(incarnation, () => this.queueTurn());
    });
  }

  /** Runs the guest, from its beginning through the view and on, until it ends or must wait. */
  takeTurn(): void {
    this.turnQueued = false;
    this.interrupted = false;
    if (!this.ended && this.finishing === undefined) this.run();
    // An input that comes between turns has a place of its own; a turn that goes on is one turn.
    if (!this.interrupted) this.engine.agenda.steps++;
  }

  private run(): void {
    this.cursor = 0;
    this.unwinding = undefined;
    this.stackEnded = false;
    this.onStack = true;
    this.engine.beginsTurn(this);
    this.steps = this.engine.steps.runFor(this, (tick) => this.putAside(tick));
    const program = this.steps?.program ?? this.engine.patches.programFor(this);
    let outcome: GuestOutcome | undefined;
    try {
      const session = this.steps?.session ?? this.session(program);
      outcome = runGuest({ ...this.workflow, program }, this, session);
    } catch (error) {
      if (error !== this.unwinding && !(error instanceof GuestStopped)) throw error;
    } finally {
      this.onStack = false;
    }
    // A guest can catch our exceptions and return; the port remembers that it is over.
    if (this.stackEnded) this.finish(outcome ?? STACK_OVERFLOW);
    else if (outcome !== undefined && this.unwinding === undefined) this.finishTurn(outcome);
  }

  /** A program with probes can be put aside also while it computes. */
  private session(program: GuestProgram): ProbeSession | undefined {
    this.patching = undefined;
    if (program.main.instrumented === undefined) return undefined;
    const settings = { onCheckIn: (tick: number) => this.putAside(tick) };
    this.patching = this.engine.patches.runFor(this, settings);
    return this.patching?.session ?? new ProbeSession(settings);
  }

  /** For a guest that computes: whether it is put aside at this tick, as its driver may wish. */
  putAside(tick: number): boolean {
    if (!this.engine.stopsWithin(this, tick)) return false;
    this.interrupted = true;
    this.unwinding = parked();
    return true;
  }

  effect<A extends EffectValue, R extends EffectValue>(operation: Operation<A, R>, args: A): R {
    if (this.unwinding !== undefined) throw this.unwinding;
    const entry = this.view[this.cursor];
    const isReplayed = entry?.deliveredAt !== undefined && !this.points.areWatching;
    if (isReplayed && isSame(entry, operation as unknown as AnyOperation, args)) {
      this.cursor++;
      this.patching?.inCall(entry.seq);
      return entry.result as R;
    }
    try {
      const result = this.answer(entry, operation as unknown as AnyOperation, args) as R;
      this.patching?.inCall(this.cursor - 1);
      if (this.execution.cancelsAfter === this.cursor - 1) this.cancelHere();
      return result;
    } catch (error) {
      // The guest's stack may have ended inside the engine; then this instance must not go on.
      if (!(error instanceof Unwind)) {
        this.stackEnded = true;
        this.unwinding = STACK_ENDED;
      }
      throw error;
    }
  }

  /** Ends this life. The guest, if it is on the stack, goes at its next effect. */
  end(outcome: AttemptOutcome, detail?: string): void {
    if (this.ended) return;
    this.outcome = outcome;
    this.detail = detail;
    this.endedAt = this.engine.agenda.now;
    this.inFlight.abandon();
    this.exchanges.abandonAll();
    this.connections.endAll(lossOf(outcome));
    this.sockets.closeAll('the program that listened is gone');
    if (this.onStack) this.unwinding = withoutStack(() => new AttemptOver(outcome));
    this.engine.sink.attempt(attemptRow(this));
    this.engine.onAttemptEnd(this);
  }

  /** Puts the guest aside if it is on the stack; a turn must be queued for it later. */
  park(): never {
    this.unwinding = parked();
    throw this.unwinding;
  }

  /** Something that an inbox flight waits for may have arrived. */
  poke(): void {
    this.inFlight.poke();
  }

  /** The result of the effect in flight is here, at the node. */
  land(entry: Entry, result: EffectValue): void {
    this.inFlight.land(entry, result);
  }

  /** Runs a step on the node: later when it is paused, never when it has crashed. */
  onNode(step: () => void): void {
    this.node.deliver(this.incarnation, () => {
      if (!this.ended) step();
    });
  }

  /** The guest has ended; it must have asked for all that the view holds. */
  private finishTurn(outcome: GuestOutcome): void {
    const left = this.view[this.cursor];
    if (left === undefined) this.finish(outcome);
    else this.diverge(left, undefined);
  }

  private finish(outcome: GuestOutcome): void {
    noteStep(this, undefined);
    this.finishing = outcome;
    this.onNode(() => this.commits.now(() => this.engine.conclude(this, outcome)));
  }

  /** Answers an effect that is not simply replayed. */
  private answer(
    entry: Entry | undefined,
    operation: AnyOperation,
    args: EffectValue,
  ): EffectValue | undefined {
    if (entry === undefined) return this.perform(operation, args);
    ensureStackRoom(EVENT_CALLS_MAX);
    if (!isSame(entry, operation, args)) throw this.diverge(entry, { operation, args });
    this.points.settle(entry);
    if (this.engine.faults.watchesReplays) this.points.passReplayed(entry);
    if (entry.deliveredAt === undefined) this.inFlight.resume(entry);
    this.cursor++;
    return entry.result;
  }

  /** Cancels the execution from inside its guest's call, whether this attempt owns it or not. */
  private cancelHere(): void {
    this.engine.cancel(this.execution);
    this.end('cancelled');
    this.throwIfOver();
  }

  private perform(operation: AnyOperation, args: EffectValue): EffectValue {
    const { engine, execution } = this;
    const seq = seqOf(this.view.length);
    if (this.begun !== seq) this.begin(seq, operation, args);
    this.exchanges.resume();
    this.sockets.resume();
    this.ensureRunning();
    if (execution.effects > execution.workflow.config.limits.effects) {
      engine.failEffectLimit(this);
      this.throwIfOver();
    }
    if (this.steps !== undefined) noteStep(this, this.steps.current());
    if (engine.faults.watchesEffects) this.points.begin(seq, operation);
    switch (operation.class) {
      case 'read':
      case 'output':
        return this.performNow(seq, operation, args);
      case 'wait':
      case 'call': {
        ensureStackRoom(EVENT_CALLS_MAX);
        const entry = newEntry(this, seq, operation, args);
        this.view.push(entry);
        const result = this.inFlight.carry(entry);
        this.cursor++;
        return result;
      }
    }
  }

  /** Takes the effect's time, once: it may be put aside afterwards and come back to this place. */
  private begin(seq: Seq, operation: AnyOperation, args: EffectValue): void {
    const { engine } = this;
    if (engine.stopsBefore(this, seq, operation, args)) {
      this.interrupted = true;
      this.park();
    }
    this.throwIfOver();
    this.begun = seq;
    this.execution.effects++;
    engine.agenda.steps++;
    engine.agenda.pass(EFFECT_NANOS);
    engine.agenda.settleDue();
  }

  /** An effect whose result is there at once: a read or an output. */
  private performNow(seq: Seq, operation: AnyOperation, args: EffectValue): EffectValue {
    const { agenda, faults } = this.engine;
    if (faults.watchesEffects) this.points.passInside(seq, operation, 'intent');
    const isOutput = operation.class === 'output';
    if (isOutput) ensureStackRoom(COMMIT_CALLS_MAX);
    const entry = newEntry(this, seq, operation, args);
    const given = isOutput ? performOutput(this, entry) : performRead(this, operation, args, seq);
    const result = this.engine.edits.resultOf(this.execution.id, entry, given);
    if (result !== given) this.readings.noteEdited(entry, result);
    entry.result = result;
    entry.endedAt = agenda.now;
    entry.deliveredAt = agenda.now;
    // In this order: should the guest's stack end in between, the store misses nothing.
    this.commits.add(entry);
    this.view.push(entry);
    if (faults.watchesEffects) this.points.finish(entry);
    else if (isOutput) this.commits.soon();
    this.cursor++;
    return result;
  }

  /** Lets the world go on until `ready`; parks when another guest is to run first. */
  await(ready: () => boolean): void {
    const { agenda } = this.engine;
    this.throwIfOver();
    if (ready() && this.node.state === 'up') return;
    do {
      if (agenda.nextInside() !== 'event') this.parkUntilWoken(ready);
      agenda.happenNext('event');
      this.throwIfOver();
    } while (!ready() || this.node.state !== 'up');
  }

  private parkUntilWoken(ready: () => boolean): never {
    // A guest that only waits for its node is woken by the node; one that is ready, at once.
    if (this.node.state !== 'up' || ready()) {
      this.turnQueued = true;
      this.node.deliver(this.incarnation, () => this.queueTurn());
    }
    this.park();
  }

  /** After events: the attempt may have ended, or its node may stand still. */
  ensureRunning(): void {
    this.throwIfOver();
    if (this.node.state === 'up') return;
    ensureStackRoom(EVENT_CALLS_MAX);
    this.await(() => true);
  }

  private throwIfOver(): void {
    if (this.unwinding !== undefined) throw this.unwinding;
  }

  private diverge(recorded: Entry, asked: AskedEffect | undefined): DivergenceError {
    const error = new DivergenceError({ execution: this.execution.id, recorded, asked });
    this.unwinding = error;
    this.finish({ kind: 'diverged', error });
    return error;
  }
}
