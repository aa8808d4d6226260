/**
 * The findings of an exploration. It owns which broken trials are one finding: those that break the
 * same check in the same place. The first of them is shrunk, the others are counted.
 *
 * B1  Of two findings, no check and place are the same.
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
  /** By check and place. */
  private readonly findings = new Map<string, Finding>();
  /** Ways of breaking that have come to a finding, by check and place; undefined for to none. */
  private readonly aliases = new Map<string, string | undefined>();

  constructor(private readonly setup: FindingBookSetup) {}

  get list(): readonly Finding[] {
    return [...this.findings.values()];
  }

  get isFull(): boolean {
    return this.findings.size >= FINDINGS_MAX;
  }

  /** Takes over what an earlier exploration has found. */
  restore(findings: readonly Finding[]): void {
    for (const finding of findings) {
      const { check, at } = finding;
      this.findings.set(keyOf(check, at === undefined ? '' : placeOf(at)), finding);
    }
  }

  /** Takes in a finding that was not made by running. */
  put(finding: Finding): void {
    const { check, at } = finding;
    const key = keyOf(check, at === undefined ? '' : placeOf(at));
    if (this.findings.has(key)) this.count(key);
    else this.keep(key, finding);
  }

  /** Takes in what a trial broke; yields between the runs that shrinking takes. */
  *take(tried: TriedTrial): Generator<void, void> {
    const seen = new Set<string>();
    for (const violation of tried.outcome.violations) {
      const places = this.placesOf(violation, tried.outcome);
      const keys = places.map((place) => keyOf(violation.check, place));
      const known = keys.find((key) => this.findings.has(key) || this.aliases.has(key));
      const key = known === undefined ? undefined : (this.aliases.get(known) ?? known);
      if (key !== undefined && seen.has(key)) continue;
      if (known === undefined) yield* this.shrink(tried, violation, keys);
      else if (key !== undefined && this.findings.has(key)) this.count(key);
      for (const each of keys) seen.add(this.aliases.get(each) ?? each);
    }
  }

  private *shrink(
    tried: TriedTrial,
    violation: Violation,
    keys: readonly string[],
  ): Generator<void, void> {
    const { runner, seed } = this.setup;
    if (this.isFull) return;
    const { check } = violation;
    // What breaks without naming an effect is anywhere: it is the plan that tells where.
    const place =
      violation.seq === undefined ? undefined : this.placesOf(violation, tried.outcome)[0];
    const find = (outcome: Outcome): Violation | undefined =>
      outcome.violations.find(
        (each) =>
          each.check === check &&
          (place === undefined || this.placesOf(each, outcome).includes(place)),
      );
    const setup = { run: (trial: Trial) => runner.run(trial), seed };
    const shrinker = new Shrinker(
      { ...setup, breaks: (outcome) => find(outcome) !== undefined },
      tried.trial,
      tried.outcome,
    );
    const shrunk = yield* shrinker.shrink();
    const broken = shrunk === undefined ? undefined : find(shrunk.outcome);
    if (shrunk === undefined || broken === undefined) {
      for (const key of keys) this.aliases.set(key, undefined);
      return;
    }
    const spot = this.spotOf(broken, shrunk.outcome);
    const key = keyOf(check, spot === undefined ? '' : placeOf(spot));
    for (const each of keys) if (each !== key) this.aliases.set(each, key);
    if (this.findings.has(key)) {
      this.count(key);
      return;
    }
    const finding = yield* describeFinding({ ...this.setup, tried, shrunk, broken, spot });
    this.keep(key, finding);
  }

  private keep(key: string, finding: Finding): void {
    this.findings.set(key, finding);
    this.setup.onFinding(finding);
  }

  private count(key: string): void {
    const finding = this.findings.get(key);
    if (finding === undefined) return;
    this.findings.set(key, { ...finding, runs: finding.runs + 1 });
  }

  /** Where a violation may belong: to the effect that it names, or else to the faults that led to it. */
  private placesOf(violation: Violation, outcome: Outcome): readonly string[] {
    const spot = this.effectSpot(violation.execution, violation.seq, outcome);
    if (spot !== undefined) return [placeOf(spot)];
    const spots = outcome.fired.flatMap(({ site }) =>
      site === undefined ? [] : (this.effectSpot(site.execution, site.seq, outcome) ?? []),
    );
    return spots.length === 0 ? [''] : [...new Set(spots.map(placeOf))];
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

function keyOf(check: string, place: string): string {
  return `${check} ${place}`;
}
