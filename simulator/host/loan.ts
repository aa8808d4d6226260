/**
 * A live simulation that is lent to a debug session. Its owner keeps its recording, its views and
 * what comes in from outside; whoever has it decides how far it runs.
 *
 * L1  One at most has it at a time, and its owner does not drive it meanwhile.
 * L2  What is performed is made durable and shown by its owner.
 * L3  Whoever has given it back, or has begun anew with it, drives it no more.
 */
import type { Awaited } from '../engine/simulation.ts';
import type { VirtualNanos } from '../kernel/time.ts';
import type { DrivenRun, RunDriver } from './driven-run.ts';
import { HostRequestError } from './host-request-error.ts';
import type { SimulationState } from './protocol.ts';
import type { RealPace } from './real-pace.ts';
import type { SimulationRun } from './simulation-run.ts';
import type { RealUpstreams } from './upstream-real.ts';

/** What whoever wants to borrow one is told where nothing runs. */
export const NOTHING_TO_LEND =
  'no simulation runs where this session does; connect to the port that run or serve opens with ' +
  '--debug-port, name the "recording" of one to look at it as far as it is recorded, or ' +
  'launch a "program"';

/** Who has borrowed a simulation. */
export interface Borrower {
  /** Its owner is about to end it: gives it back, and resolves then. */
  onRecall(): Promise<void>;
  /** Everything in it was cancelled, and is to be run to its end. */
  onCancel(): void;
}

/** What becomes of a simulation that is given back; `as-before` is what it did when it was lent. */
export type AfterLoan = 'as-before' | 'running' | 'paused' | 'ended';

/** What a loan needs of the owner. */
export interface Lender {
  readonly run: SimulationRun;
  readonly upstreams: RealUpstreams;
  readonly realServices: ReadonlySet<string>;
  readonly isServing: boolean;
  readonly pace: RealPace | undefined;
  publish(): void;
  turn(state: SimulationState): void;
  settles(awaited: Awaited): boolean;
  takeBack(after: AfterLoan): Promise<void>;
}

export class Loan {
  /** Who drives it; undefined while nobody does. */
  driver: RunDriver | undefined;
  private givenBack: Promise<void> | undefined;
  private endRest: () => void = () => {};

  constructor(
    private readonly lender: Lender,
    readonly borrower: Borrower,
  ) {}

  /**
   * Has it driven by somebody, instead of whoever drove it before. Throws HostRequestError when it was
   * given back.
   */
  begin(driver: RunDriver): DrivenRun {
    if (this.givenBack !== undefined) {
      throw new HostRequestError('the simulation is not lent any more; attach to it again');
    }
    const { lender } = this;
    const { run, upstreams, realServices, isServing } = lender;
    this.driver = driver;
    const isOurs = (): boolean => this.driver === driver;
    return {
      ...{ run, upstreams, realServices, isServing, isLent: true },
      publish: () => lender.publish(),
      turn: (state) => {
        if (isOurs()) lender.turn(state);
      },
      settles: (awaited) => lender.settles(awaited),
      rest: (dueAt) => this.rest(dueAt),
      nudge: () => this.nudge(),
      leave: () => {
        if (isOurs()) this.end();
      },
    };
  }

  /** Something has come in, or somebody wants a rest to end. */
  nudge(): void {
    const { endRest } = this;
    this.endRest = () => {};
    endRest();
    this.lender.upstreams.nudge();
  }

  /** Its owner drives it from now on. */
  giveBack(after: AfterLoan): Promise<void> {
    this.end();
    this.givenBack ??= this.lender.takeBack(after);
    return this.givenBack;
  }

  private end(): void {
    const { simulation } = this.lender.run;
    this.driver = undefined;
    if (this.givenBack === undefined) {
      simulation.runAs(undefined);
      simulation.stopAt = undefined;
    }
    this.nudge();
  }

  private rest(dueAt: VirtualNanos | undefined): Promise<void> {
    return new Promise((resolve) => {
      this.endRest = resolve;
      if (dueAt !== undefined) this.lender.pace?.ringAt(dueAt, resolve);
    });
  }
}

/** A simulation that a host has lent. */
export interface LentSimulation {
  readonly loan: Loan;
  /** Where it is recorded now; undefined when it is kept in memory. */
  recordedAt(): string | undefined;
}
