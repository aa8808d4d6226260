/**
 * The findings of an exploration. It owns which broken trials are one finding: those that break the
 * same check at the same source line; or, where a check names no effect, say the same of it. The first of them is shrunk, the others are counted.
 *
 * B1  No two findings have the same key.
 * B2  A finding stands at the trial with the lowest number that broke in its way.
 */
import type { Violation } from '../checks/check.ts';
import { type ExecutionId, executionId } from '../journal/entry.ts';
import { CALM_NUMBER } from './calm-number.ts';
import { findingOf, nearestPassing, type ShrunkBreak } from './describe-finding.ts';
import type { StrategyName } from './explore-options.ts';
import type { EffectSpot, Finding } from './finding.ts';
import { Shrinker, type Shrunk } from './shrink/shrinker.ts';
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
  /** Real milliseconds from any origin, to tell how long shrinking took. */
  readonly now?: (() => number) | undefined;
}

interface OpenShrinking {
  readonly tried: TriedTrial;
  readonly way: string;
  readonly shrinker: Shrinker;
  readonly startedMs: number | undefined;
}

export class FindingBook {
  /** By key. */
  private readonly findings = new Map<string, Finding>();
  /** Ways of breaking that have come to no finding: they need faults that never stop. */
  private readonly dismissed = new Set<string>();

  /** What is being shrunk. */
  private open: OpenShrinking | undefined;

  constructor(private readonly setup: FindingBookSetup) {}

  get list(): readonly Finding[] {
    return [...this.findings.values()];
  }

  get isFull(): boolean {
    return this.findings.size >= FINDINGS_MAX;
  }

  /** Takes over what an earlier exploration has found; what it has not shrunk is found again. */
  restore(findings: readonly Finding[]): void {
    for (const finding of findings) {
      if (finding.unfinished !== true) this.findings.set(finding.key, finding);
    }
  }

  /** Takes in a finding that was not made by running. */
  put(finding: Finding): void {
    if (this.findings.has(finding.key)) this.count(finding.key, finding.original.trial);
    else this.keep(finding);
  }

  /**
   * Takes in what a trial broke; yields between the runs that shrinking takes. When it is broken off,
   * the trial can be taken in once more.
   */
  *take(tried: TriedTrial): Generator<void, void> {
    const { violations } = tried.outcome;
    const ways = new Set(violations.map((violation) => this.keyOf(violation, tried.outcome)));
    for (const way of ways) {
      if (!this.findings.has(way) && !this.dismissed.has(way)) yield* this.shrink(tried, way);
    }
    for (const way of ways) this.count(way, tried.number);
  }

  /** There is no time for more runs: keeps what is being shrunk as far as it has come. */
  breakOff(): void {
    const { open } = this;
    const shrunk = open?.shrinker.smallest;
    const made = open && shrunk && this.breakOf(open.tried, open.way, shrunk);
    if (open === undefined || made === undefined) return;
    this.keep({ ...this.countedOf(findingOf(made)), ...this.timeOf(open), unfinished: true });
  }

  private *shrink(tried: TriedTrial, way: string): Generator<void, void> {
    if (this.isFull) return;
    const { runner, seed, now } = this.setup;
    const breaks = (outcome: Outcome): boolean => this.find(outcome, way) !== undefined;
    const run = (trial: Trial): Outcome => runner.run(trial);
    const shrinker = new Shrinker({ run, breaks, seed }, tried.trial, tried.outcome);
    const open: OpenShrinking = { tried, way, shrinker, startedMs: now?.() };
    this.open = open;
    const shrunk = yield* shrinker.shrink();
    const made = shrunk && this.breakOf(tried, way, shrunk);
    if (made === undefined) {
      this.open = undefined;
      this.dismissed.add(way);
      return;
    }
    const nearest = yield* nearestPassing(made, this.setup);
    this.keep({
      ...this.countedOf(findingOf(made)),
      ...(nearest === undefined ? {} : { nearestPassing: nearest }),
      ...this.timeOf(open),
    });
  }

  private find(outcome: Outcome, way: string): Violation | undefined {
    return outcome.violations.find((each) => this.keyOf(each, outcome) === way);
  }

  private breakOf(tried: TriedTrial, key: string, shrunk: Shrunk): ShrunkBreak | undefined {
    const broken = this.find(shrunk.outcome, key);
    if (broken === undefined) return undefined;
    return { key, tried, shrunk, broken, spot: this.spotOf(broken, shrunk.outcome) };
  }

  /** The undisturbed run counts in one shard only. */
  private countedOf(finding: Finding): Finding {
    const isCounted = finding.original.trial !== CALM_NUMBER || this.setup.countsCalm;
    return isCounted ? finding : { ...finding, runs: 0 };
  }

  private timeOf({ startedMs }: OpenShrinking): Pick<Finding, 'shrinkMs'> {
    const now = this.setup.now?.();
    if (startedMs === undefined || now === undefined) return {};
    return { shrinkMs: Math.round(now - startedMs) };
  }

  private keep(finding: Finding): void {
    this.open = undefined;
    this.findings.set(finding.key, finding);
    this.setup.onFinding(finding);
  }

  /** Counts another trial that broke in the same way. */
  private count(key: string, number: number): void {
    const finding = this.findings.get(key);
    if (finding === undefined || finding.original.trial === number) return;
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
