/**
 * Makes a trial that breaks a check as small as it gets: fewer faults, simpler faults, fewer choices,
 * the seed of the configuration.
 *
 * K1  Every trial that it settles on breaks the same check in the same place.
 * K2  Unless its runs or their steps are used up, none of its faults can be left out alone, and none has a simpler
 *     form.
 */
import type { Fault, FaultPlan } from '../../faults/fault.ts';
import type { FiredFault } from '../../faults/injector.ts';
import { faultJson } from '../../faults/plan.ts';
import type { Choice } from '../../kernel/choices.ts';
import { FAULTS_MAX } from '../../kernel/limits.ts';
import type { Outcome, Trial } from '../trial.ts';
import { trialJson } from '../trial-json.ts';
import { withoutNeedless } from './removal.ts';
import { simplerChoices } from './simpler-choices.ts';
import { shorterLengths, simplerFaults } from './simpler-faults.ts';
import { simplerSchedules } from './simpler-schedules.ts';

/** Runs that one trial is shrunk with at most. */
export const SHRINK_RUNS_MAX = 400;
/**
 * Steps of these runs together, after which no other is begun: where each takes long, seconds must be
 * enough.
 */
export const SHRINK_STEPS_MAX = 1_000_000;
/** Faults that are kept of those that chance has let happen: after them, there are no more. */
const FAULTS_KEPT_MAX = 64;
/** A list of more choices than this is not shrunk. */
const CHOICES_MAX = 2_000;

export interface ShrinkSetup {
  readonly run: (trial: Trial) => Outcome;
  /** Whether an outcome breaks the check that it is about. */
  readonly breaks: (outcome: Outcome) => boolean;
  /** The seed that is nothing special. */
  readonly seed: number;
}

export interface Shrunk {
  readonly trial: Trial;
  readonly outcome: Outcome;
  readonly runs: number;
  /** Whether it has taken all runs that it may, so that there may be a smaller one. */
  readonly isUsedUp: boolean;
}

export class Shrinker {
  private trial: Trial;
  private outcome: Outcome;
  private runs = 0;
  private steps = 0;
  /** Trials that were run and do not break: the same trial has the same outcome. */
  private readonly refuted = new Set<string>();
  /** Whether it breaks without chance. */
  private isSettled: boolean;

  /** @param outcome what came of the trial, which breaks the check */
  constructor(
    private readonly setup: ShrinkSetup,
    trial: Trial,
    outcome: Outcome,
  ) {
    this.trial = trial;
    this.outcome = outcome;
    this.isSettled = trial.plan.faults.every(({ at }) => at.kind !== 'chance');
  }

  /** The smallest so far; undefined before it is known to break without chance. */
  get smallest(): Shrunk | undefined {
    const { trial, outcome, runs, isUsedUp } = this;
    return this.isSettled ? { trial, outcome, runs, isUsedUp } : undefined;
  }

  private get isUsedUp(): boolean {
    return this.runs >= SHRINK_RUNS_MAX || this.steps >= SHRINK_STEPS_MAX;
  }

  /**
   * Shrinks, one run between two yields. Undefined when the trial does not break without chance: when
   * what broke is that its faults never stop.
   */
  *shrink(): Generator<void, Shrunk | undefined> {
    if (!(yield* this.settle())) return undefined;
    this.isSettled = true;
    yield* this.dropSeed();
    let before: Trial | undefined;
    while (before !== this.trial && !this.isUsedUp) {
      before = this.trial;
      yield* this.dropFaults();
      yield* this.simplifyFaults();
      yield* this.simplifySchedule();
      yield* this.simplifyEnd();
    }
    // Fewer faults may need nothing of the seed, or fewer of its decisions.
    if (this.trial.seed !== this.setup.seed) yield* this.dropSeed();
    yield* this.simplifyChoices();
    return this.smallest;
  }

  /** Replaces chance by what it has let happen. */
  private *settle(): Generator<void, boolean> {
    const { plan } = this.trial;
    // A plan that ends need not end for having few faults.
    const most = plan.untilNanos === undefined ? FAULTS_KEPT_MAX : FAULTS_MAX;
    const happened = happenedIn(this.outcome.fired).slice(0, most);
    if (yield* this.take({ ...this.trial, plan: { ...plan, faults: happened } })) return true;
    const settled = { ...this.outcome.plan, faults: this.outcome.plan.faults };
    const isFew = settled.faults.length <= most;
    return isFew && (yield* this.take({ ...this.trial, plan: settled }));
  }

  /** Takes the seed that is nothing special, or else writes down what the other one decides. */
  private *dropSeed(): Generator<void, void> {
    const { perturb: _perturb, choices: _choices, ...plain } = this.trial;
    if (yield* this.take({ ...plain, seed: this.setup.seed })) return;
    if (yield* this.take(plain)) yield* this.take({ ...plain, seed: this.setup.seed });
    const { choices } = this.outcome;
    if (this.trial.seed === this.setup.seed || choices.length > CHOICES_MAX) return;
    yield* this.take({ ...this.trial, seed: this.setup.seed, choices });
  }

  private *dropFaults(): Generator<void, void> {
    const { breaks, withFaults } = this;
    yield* withoutNeedless(this.trial.plan.faults, (faults) => breaks(withFaults(faults)));
  }

  private *simplifyFaults(): Generator<void, void> {
    for (let index = 0; index < this.trial.plan.faults.length; index++) {
      while (yield* this.simplifyFault(index));
    }
  }

  /** Takes the first simpler form that breaks, too; false when there is none. */
  private *simplifyFault(index: number): Generator<void, boolean> {
    const { faults } = this.trial.plan;
    const fault = faults[index];
    if (fault === undefined) return false;
    for (const simpler of simplerFaults(fault)) {
      if (yield* this.take(this.withFaults(faults.with(index, simpler)))) return true;
    }
    return false;
  }

  private *simplifySchedule(): Generator<void, void> {
    for (;;) {
      const { schedule, ...plan } = this.trial.plan;
      if (schedule === undefined) return;
      let isSimpler = false;
      for (const simpler of simplerSchedules(schedule)) {
        const next: FaultPlan = simpler === undefined ? plan : { ...plan, schedule: simpler };
        isSimpler = yield* this.take({ ...this.trial, plan: next });
        if (isSimpler) break;
      }
      if (!isSimpler) return;
    }
  }

  /** Faults that have happened end by themselves: most plans need no end of their own. */
  private *simplifyEnd(): Generator<void, void> {
    const { untilNanos, ...plan } = this.trial.plan;
    if (untilNanos === undefined) return;
    if (yield* this.take({ ...this.trial, plan })) return;
    for (const shorter of shorterLengths(untilNanos)) {
      if (yield* this.take({ ...this.trial, plan: { ...plan, untilNanos: shorter } })) return;
    }
  }

  /** Leaves out decisions that the seed may as well take, and makes the others small. */
  private *simplifyChoices(): Generator<void, void> {
    const { breaks, withChoices } = this;
    const { choices = [] } = this.trial;
    yield* simplerChoices(choices, (simpler) => breaks(withChoices(simpler)));
  }

  private readonly withChoices = (choices: readonly Choice[]): Trial => {
    const { choices: _old, ...trial } = this.trial;
    return choices.length === 0 ? trial : { ...trial, choices };
  };

  private readonly withFaults = (faults: readonly Fault[]): Trial => ({
    ...this.trial,
    plan: { ...this.trial.plan, faults },
  });

  private readonly breaks = (trial: Trial): Generator<void, boolean> => this.take(trial);

  /** Goes on with a trial if it breaks the check, too. */
  private *take(trial: Trial): Generator<void, boolean> {
    if (this.isUsedUp) return false;
    const text = JSON.stringify(trialJson(trial));
    if (this.refuted.has(text)) return false;
    this.runs++;
    yield;
    const outcome = this.setup.run(trial);
    this.steps += outcome.steps;
    if (!this.setup.breaks(outcome)) {
      this.refuted.add(text);
      return false;
    }
    this.trial = trial;
    this.outcome = outcome;
    return true;
  }
}

/** What has happened, each fault at the effect at which it did. */
function happenedIn(fired: readonly FiredFault[]): readonly Fault[] {
  const faults = fired.map(({ fault, site }): Fault => {
    if (site === undefined) return fault;
    const { execution, seq } = site;
    return { ...fault, at: { kind: 'seq', execution, seq } };
  });
  return [...new Map(faults.map((fault) => [JSON.stringify(faultJson(fault)), fault])).values()];
}
