/**
 * The findings of an exploration. It owns which broken trials are one finding: those that break the
 * same check at the same source line; or, where a check names no effect, say the same of it. The first of them is shrunk, the others are counted.
 *
 * B1  No two findings have the same key.
 * B2  A finding stands at the trial with the lowest number that broke in its way.
 */
import type { Violation } from '../checks/check.ts';
import { type ExecutionId, executionId } from '../journal/entry.ts';
import { describeFinding } from './describe-finding.ts';
import type { StrategyName } from './explore-options.ts';
import type { EffectSpot, Finding } from './finding.ts';
import { Shrinker } from './shrink/shrinker.ts';
import { placeOf, type Spots } from './spots.ts';
import type { Outcome, Trial } from './trial.ts';
import type { TrialRunner } from './trial-runner.ts';

/** Findings that are kept; a program that is broken in more places is best mended first. */
export const FINDINGS_MAX = 50;

/** A trial that was run, and came from a strategy. */
export interface TriedTrial {
  readonly number: number;
  readonly strategy: StrategyName;
  readonly trial: Trial;
  readonly outcome: Outcome;
}

export interface FindingBookSetup {
  readonly runner: Pick<TrialRunner, 'run' | 'viewOf'>;
  readonly spots: Spots;
  readonly seed: number;
  /** Whether the undisturbed run counts as a run. */
  readonly countsCalm: boolean;
  /** Called with each finding that is new. */
  readonly onFinding: (finding: Finding) => void;
}

export class FindingBook {
  /** By key. */
  private readonly findings = new Map<string, Finding>();
  /** Ways of breaking that have come to no finding: they need faults that never stop. */
  private readonly dismissed = new Set<string>();

  constructor(private readonly setup: FindingBookSetup) {}

  get list(): readonly Finding[] {
    return [...this.findings.values()];
  }

  get isFull(): boolean {
    return this.findings.size >= FINDINGS_MAX;
  }

  /** Takes over what an earlier exploration has found. */
  restore(findings: readonly Finding[]): void {
    for (const finding of findings) this.findings.set(finding.key, finding);
  }

  /** Takes in a finding that was not made by running. */
  put(finding: Finding): void {
    if (this.findings.has(finding.key)) this.count(finding.key);
    else this.keep(finding);
  }

  /** Takes in what a trial broke; yields between the runs that shrinking takes. */
  *take(tried: TriedTrial): Generator<void, void> {
    const counted = new Set<string>();
    for (const violation of tried.outcome.violations) {
      const way = this.keyOf(violation, tried.outcome);
      if (counted.has(way) || this.dismissed.has(way)) continue;
      counted.add(way);
      if (this.findings.has(way)) this.count(way);
      else yield* this.shrink(tried, way);
    }
  }

  private *shrink(tried: TriedTrial, way: string): Generator<void, void> {
    if (this.isFull) return;
    const { runner, seed } = this.setup;
    const find = (outcome: Outcome): Violation | undefined =>
      outcome.violations.find((each) => this.keyOf(each, outcome) === way);
    const breaks = (outcome: Outcome): boolean => find(outcome) !== undefined;
    const run = (trial: Trial): Outcome => runner.run(trial);
    const shrinker = new Shrinker({ run, breaks, seed }, tried.trial, tried.outcome);
    const shrunk = yield* shrinker.shrink();
    const broken = shrunk === undefined ? undefined : find(shrunk.outcome);
    if (shrunk === undefined || broken === undefined) {
      this.dismissed.add(way);
      return;
    }
    const spot = this.spotOf(broken, shrunk.outcome);
    const described = { ...this.setup, key: way, tried, shrunk, broken, spot };
    const finding = yield* describeFinding(described);
    this.keep(finding);
  }

  private keep(finding: Finding): void {
    this.findings.set(finding.key, finding);
    this.setup.onFinding(finding);
  }

  private count(key: string): void {
    const finding = this.findings.get(key);
    if (finding === undefined) return;
    this.findings.set(key, { ...finding, runs: finding.runs + 1 });
  }

  /** What violations have in common that are one finding. */
  private keyOf({ check, message, execution, seq }: Violation, outcome: Outcome): string {
    const spot = this.effectSpot(execution, seq, outcome);
    return `${check} ${spot === undefined ? message.replaceAll(/\d+/g, 'N') : placeOf(spot)}`;
  }

  /** The effect to look at: the one that is named, or that at which the last fault happened. */
  private spotOf(violation: Violation, outcome: Outcome): EffectSpot | undefined {
    const named = this.effectSpot(violation.execution, violation.seq, outcome);
    const last = outcome.fired.findLast(({ site }) => site !== undefined)?.site;
    return named ?? this.effectSpot(last?.execution, last?.seq, outcome);
  }

  private effectSpot(
    execution: string | undefined,
    seq: number | undefined,
    outcome: Outcome,
  ): EffectSpot | undefined {
    if (execution === undefined || seq === undefined) return undefined;
    const id: ExecutionId = executionId(execution);
    const effect = outcome.history.entries(id)[seq]?.operation.name;
    if (effect === undefined) return undefined;
    const { runner, spots } = this.setup;
    return spots.of({ execution, seq, effect }, runner.viewOf(outcome));
  }
}
