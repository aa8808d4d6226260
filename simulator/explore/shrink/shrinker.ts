/**
 * Makes a trial that breaks a check as small as it gets: fewer faults, simpler faults, fewer choices,
 * the seed of the configuration.
 *
 * K1  Every trial that it settles on breaks the same check in the same place.
 * K2  Unless its runs are used up, none of its faults can be left out alone, and none has a simpler
 *     form.
 */
import type { Fault, FaultPlan } from '../../faults/fault.ts';
import type { FiredFault } from '../../faults/injector.ts';
import { faultJson } from '../../faults/plan.ts';
import type { Choice } from '../../kernel/choices.ts';
import type { Outcome, Trial } from '../trial.ts';
import { withoutNeedless } from './removal.ts';
import { simplerFaults } from './simpler-faults.ts';
import { simplerSchedules } from './simpler-schedules.ts';

/** Runs that one trial is shrunk with at most. */
export const SHRINK_RUNS_MAX = 400;
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
}

export class Shrinker {
  private trial: Trial;
  private outcome: Outcome;
  private runs = 0;
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
    const { trial, outcome, runs } = this;
    return this.isSettled ? { trial, outcome, runs } : undefined;
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
    while (before !== this.trial && this.runs < SHRINK_RUNS_MAX) {
      before = this.trial;
      yield* this.dropFaults();
      yield* this.simplifyFaults();
      yield* this.simplifySchedule();
    }
    yield* this.dropChoices();
    return this.smallest;
  }

  /** Replaces chance by what it has let happen. */
  private *settle(): Generator<void, boolean> {
    const { plan } = this.trial;
    const happened = happenedIn(this.outcome.fired).slice(0, FAULTS_KEPT_MAX);
    if (yield* this.take({ ...this.trial, plan: { ...plan, faults: happened } })) return true;
    const settled = { ...this.outcome.plan, faults: this.outcome.plan.faults };
    const isFew = settled.faults.length <= FAULTS_KEPT_MAX;
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

  /** Leaves out decisions that the seed may as well take. */
  private *dropChoices(): Generator<void, void> {
    for (const stream of new Set(this.trial.choices?.map((choice) => choice.stream))) {
      yield* this.shorten(stream);
    }
  }

  /** What comes late in a stream goes first: what is left still answers the first draws. */
  private *shorten(stream: string): Generator<void, void> {
    const choices = this.trial.choices ?? [];
    const others = choices.filter((choice) => choice.stream !== stream);
    const own = choices.filter((choice) => choice.stream === stream);
    for (let kept = 0; kept < own.length; kept = kept === 0 ? 1 : kept * 2) {
      if (yield* this.take(this.withChoices([...others, ...own.slice(0, kept)]))) return;
    }
  }

  private withChoices(choices: readonly Choice[]): Trial {
    const { choices: _old, ...trial } = this.trial;
    return choices.length === 0 ? trial : { ...trial, choices };
  }

  private readonly withFaults = (faults: readonly Fault[]): Trial => ({
    ...this.trial,
    plan: { ...this.trial.plan, faults },
  });

  private readonly breaks = (trial: Trial): Generator<void, boolean> => this.take(trial);

  /** Goes on with a trial if it breaks the check, too. */
  private *take(trial: Trial): Generator<void, boolean> {
    if (this.runs >= SHRINK_RUNS_MAX) return false;
    this.runs++;
    yield;
    const outcome = this.setup.run(trial);
    if (!this.setup.breaks(outcome)) return false;
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
