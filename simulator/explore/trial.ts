/** One run of a simulation that is tried, and what came of it. */
import type { Violation } from '../checks/check.ts';
import type { Observed } from '../checks/observed.ts';
import type { ResultEdit } from '../effects/result-edit.ts';
import type { FaultPlan } from '../faults/fault.ts';
import type { ExecutionId, Seq } from '../journal/entry.ts';
import type { Choice } from '../kernel/choices.ts';
import { NANOS_PER_SECOND } from '../kernel/time.ts';

/** A result that is changed before its program sees it. */
export interface Perturbation {
  readonly execution: ExecutionId;
  readonly seq: Seq;
  readonly edit: ResultEdit;
}

/** What is tried: all that a simulation is a function of besides its programs and configuration. */
export interface Trial {
  readonly seed: number;
  readonly plan: FaultPlan;
  /** Decisions to take; those that are missing come from the seed. */
  readonly choices?: readonly Choice[];
  readonly perturb?: readonly Perturbation[];
}

/** What came of a trial. */
export interface Outcome extends Observed {
  readonly violations: readonly Violation[];
  /** Whether each check of the kind `sometimes` holds in this run. */
  readonly sometimes: Readonly<Record<string, boolean>>;
  /** The plan that makes it happen again without chance. */
  readonly plan: FaultPlan;
  /** Events, effects and turns; see Agenda. */
  readonly steps: number;
  /** Every decision that was taken, in its order. */
  readonly choices: readonly Choice[];
}

/** Who looks on while trials run. */
export interface TrialWatch {
  /** Told before every effect, so that a program that computes for ever can be named. */
  readonly onEffect?: (execution: ExecutionId, seq: Seq) => void;
  /** Whether a trial that is under way is to be broken off; asked again and again. */
  readonly isOver?: () => boolean;
}

/** A trial was broken off because whoever looks on wanted no more; nothing is known of it. */
export class TrialBrokenOff extends Error {
  override readonly name = 'TrialBrokenOff';
  constructor() {
    super('the trial was broken off');
  }
}

/** A run that needs more than this is taken to have no end. */
export interface TrialBudget {
  /** Of all executions together. */
  readonly effects: number;
  readonly virtualNanos: bigint;
  /** Events, effects and turns; see Agenda. */
  readonly steps: number;
}

const SECONDS_PER_YEAR = 365n * 24n * 3600n;

export const DEFAULT_BUDGET: TrialBudget = {
  effects: 100_000,
  virtualNanos: 100n * SECONDS_PER_YEAR * NANOS_PER_SECOND,
  steps: 1_000_000,
};
