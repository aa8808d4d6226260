/**
 * Explores a simulation: goes through its trials, and keeps what they cover and break. It owns the
 * order of all of that; real time, threads and files are its driver's.
 *
 * X1  The same program, options and numbers of trials give the same findings and coverage.
 * X2  Shards share the trials of one exploration; together they run what it runs alone.
 * X3  Only trials that are over are counted: going on behind a report begins with the one that was
 *     broken off.
 */
import { CheckError } from '../checks/user-check.ts';
import type { FaultPlan } from '../faults/fault.ts';
import { PlanError } from '../faults/plan.ts';
import { executionId } from '../journal/entry.ts';
import { aspectOf, idleKindsIn } from './aspect.ts';
import { CALM_NUMBER } from './calm-number.ts';
import { CoverageBook } from './coverage-book.ts';
import {
  DEFAULT_STRATEGIES,
  type ExploreOptions,
  type ExploreProgress,
  type Shard,
  STRATEGY_NAMES,
  type StrategyName,
  type StuckTrial,
} from './explore-options.ts';
import type { WorldNames } from './fault-values.ts';
import type { EffectSpot, Finding } from './finding.ts';
import { FindingBook } from './finding-book.ts';
import {
  type ExploreReport,
  REPORT_VERSION,
  type StopReason,
  type StrategyReport,
} from './report.ts';
import { type SiteName, siteKey, sitesOf, type Target } from './site.ts';
import { placeOf, Spots } from './spots.ts';
import { STRATEGIES } from './strategies/index.ts';
import { stuckFinding } from './stuck-finding.ts';
import { survey } from './survey.ts';
import type { Outcome, Trial } from './trial.ts';
import { trialJson } from './trial-json.ts';
import { TrialOrder } from './trial-order.ts';
import type { TrialRunner } from './trial-runner.ts';

/** Trials by chance in a row that bring nothing new, after which an exploration is saturated. */
export const SATURATION_DEFAULT = 2_000;

/** Different errors of services and checks that are told. */
const PROBLEMS_MAX = 20;

/** Each takes a replay. */
const LEARNED_MAX = 1_000;

const ALONE: Shard = { index: 1, count: 1 };

export interface ExplorerSetup {
  readonly runner: TrialRunner;
  /** The name of the workflow. */
  readonly workflow: string;
  readonly names: WorldNames;
  /** The seed of the configuration, or the one that was asked for. */
  readonly seed: number;
  readonly options: Omit<ExploreOptions, 'target' | 'checks' | 'timeMs'>;
  readonly onFinding: (finding: Finding) => void;
  /** Told the number of each trial before it is run; CALM_NUMBER while it only looks around. */
  readonly onTrial?: (number: number) => void;
  /** Real milliseconds from any origin, to tell how long shrinking took. */
  readonly now?: () => number;
}

interface Tally {
  readonly runs: number;
  readonly broken: number;
}

export class Explorer {
  private readonly coverage: CoverageBook;
  private readonly spots = new Spots();
  private readonly findings: FindingBook;
  private readonly tallies = new Map<StrategyName, Tally>();
  private readonly problems = new Set<string>();
  private readonly unanswered = new Set<string>();
  /** Whether a run has made each check of the kind `sometimes` hold. */
  private readonly sometimes = new Map<string, boolean>();
  private readonly shard: Shard;
  private readonly stuck: ReadonlyMap<number, StuckTrial>;
  /** Effects beyond those of the undisturbed run whose source line has been looked up. */
  private readonly learned = new Set<string>();
  private order: TrialOrder | undefined;
  private strategy: StrategyName = STRATEGY_NAMES[0];
  /** The number of the next trial that is looked at. */
  private next = 0;
  private runs = 0;
  /** Trials by chance since there was something new. */
  private barren = 0;

  constructor(private readonly setup: ExplorerSetup) {
    const { runner, seed, names, options, onFinding, now } = setup;
    this.coverage = new CoverageBook(idleKindsIn(names));
    const { shard = ALONE, stuck = [], resume } = options;
    this.shard = shard;
    this.stuck = new Map(stuck.map((each) => [each.trial, each]));
    // Every shard runs undisturbed; that is one run of the whole.
    const countsCalm = this.shard.index === 1;
    this.findings = new FindingBook({
      runner,
      spots: this.spots,
      seed,
      countsCalm,
      onFinding,
      now,
    });
    if (resume !== undefined) this.restore(resume);
  }

  get progress(): ExploreProgress {
    const { runs: done, strategy, coverage, total } = this;
    return {
      done,
      strategy,
      findings: this.findings.list.length,
      coverage: coverage.summary,
      ...(total === undefined ? {} : { total }),
    };
  }

  /** Goes on until nothing is left to try, one run between two yields; gives why it stopped. */
  *explore(): Generator<void, StopReason> {
    const { runner, seed, options } = this.setup;
    const isStuck = this.stuck.has(CALM_NUMBER);
    const targets = isStuck
      ? sitesOf(runner.calm.history).map((site) => ({ ...site, lead: [] }))
      : yield* survey({
          calm: runner.calm,
          seed,
          run: (trial) => this.run(CALM_NUMBER, trial),
          onFresh: (site, outcome) => this.spots.of(site, runner.viewOf(outcome)),
        });
    for (const target of targets) this.coverage.add(target);
    const order = new TrialOrder(
      (options.only ?? DEFAULT_STRATEGIES).map((name) => STRATEGIES[name]),
      this.aimAt(targets),
    );
    this.order = order;
    yield* this.takeCalm();
    const { runs: last = Number.POSITIVE_INFINITY, saturation = SATURATION_DEFAULT } = options;
    for (; this.next < order.count; this.next++) {
      if (this.next >= last) return 'runs';
      if (this.findings.isFull || this.barren * this.shard.count >= saturation) return 'saturated';
      if (this.next % this.shard.count !== this.shard.index - 1) continue;
      yield* this.takeNumber(order, this.next);
    }
    return 'complete';
  }

  /** It will not go on: what is being shrunk is a finding as it is. */
  breakOff(): void {
    this.findings.breakOff();
  }

  /** What it has come to so far. */
  report(stopped: StopReason): ExploreReport {
    const { workflow, seed } = this.setup;
    return {
      version: REPORT_VERSION,
      workflow,
      seed,
      shard: this.shard,
      stopped,
      runs: this.runs,
      next: this.next,
      strategies: this.strategyReports(),
      coverage: this.coverage.report((site) => this.spotOf(site)),
      findings: this.findings.list,
      sometimes: Object.fromEntries(this.sometimes),
      problems: [...this.problems],
      unanswered: [...this.unanswered],
    };
  }

  /** The plan of a trial; undefined for one that is not known. */
  planOf(number: number): FaultPlan | undefined {
    return this.order?.at(number)?.trial?.plan;
  }

  private get total(): number | undefined {
    const { runs = Number.POSITIVE_INFINITY } = this.setup.options;
    const all = Math.min(runs, this.order?.count ?? Number.POSITIVE_INFINITY);
    return Number.isFinite(all) ? Math.ceil(all / this.shard.count) : undefined;
  }

  /** What is wrong when nothing goes wrong. */
  private *takeCalm(): Generator<void, void> {
    const { runner, seed, options } = this.setup;
    // One that was broken off before its first trial may not have come through here.
    if (options.resume !== undefined && options.resume.next > 0) return;
    const trial: Trial = { seed, plan: { faults: [] } };
    this.note(runner.calm);
    yield* this.findings.take({
      number: CALM_NUMBER,
      strategy: this.strategy,
      trial,
      outcome: runner.calm,
    });
    // Other shards would find the same; and where looking around never ends, this may not either.
    if (this.shard.index !== 1 || this.stuck.has(CALM_NUMBER)) return;
    for (const { violation, at, perturb } of yield* runner.dependencies()) {
      const { check, message, severity } = violation;
      const spot = this.spotOf(at);
      this.findings.put({
        ...{ check, message, severity, runs: 1, shrinkRuns: 0 },
        key: `${check} ${placeOf(spot)}`,
        trial: trialJson({ ...trial, perturb: [perturb] }),
        original: { faults: 0, strategy: this.strategy, trial: CALM_NUMBER },
        at: spot,
      });
    }
  }

  private *takeNumber(order: TrialOrder, number: number): Generator<void, void> {
    const { strategy, trial } = order.at(number) ?? {};
    if (strategy === undefined || trial === undefined) return;
    this.strategy = strategy;
    const stuck = this.stuck.get(number);
    if (stuck !== undefined) {
      this.findings.put(stuckFinding(stuck, strategy, trial, this.stuckSpot(stuck)));
      this.countRun(strategy, true);
      return;
    }
    yield;
    const outcome = this.tryRun(number, trial);
    const { violations = [] } = outcome ?? {};
    if (outcome !== undefined && violations.length > 0) {
      yield* this.findings.take({ number, strategy, trial, outcome });
    }
    this.countRun(
      strategy,
      violations.some(({ severity }) => severity === 'error'),
    );
    if (outcome === undefined) return;
    this.note(outcome);
    const isNew = this.coverage.take(outcome.fired);
    this.ruleOut(trial.plan, outcome);
    this.learnSites(outcome);
    const isByChance = order.countOf(strategy) === Number.POSITIVE_INFINITY;
    this.barren = isNew ? 0 : this.barren + (isByChance ? 1 : 0);
  }

  private countRun(strategy: StrategyName, isBroken: boolean): void {
    const { runs, broken } = this.tallies.get(strategy) ?? { runs: 0, broken: 0 };
    this.tallies.set(strategy, { runs: runs + 1, broken: broken + (isBroken ? 1 : 0) });
    this.runs++;
  }

  /** What was aimed at an effect that came, and did not happen there, cannot. */
  private ruleOut({ faults }: FaultPlan, { history, fired }: Outcome): void {
    const happened = new Set(fired.map(({ fault }) => fault));
    for (const fault of faults) {
      if (fault.at.kind !== 'seq' || happened.has(fault)) continue;
      const { execution, seq } = fault.at;
      const effect = history.entries(executionId(execution))[seq]?.operation.name;
      if (effect !== undefined) this.coverage.ruleOut({ execution, seq, effect }, aspectOf(fault));
    }
  }

  /** The effect that was heard of last, when it is one of the undisturbed run. */
  private stuckSpot({ effect }: StuckTrial): EffectSpot | undefined {
    if (effect === undefined) return undefined;
    const { execution, seq } = effect;
    const entry = this.setup.runner.calm.history.entries(executionId(execution))[seq];
    if (entry === undefined) return undefined;
    return this.spotOf({ execution, seq, effect: entry.operation.name });
  }

  /** Undefined when the world does not take the trial's plan, which is told. */
  private tryRun(number: number, trial: Trial): Outcome | undefined {
    try {
      return this.run(number, trial);
    } catch (error) {
      if (!(error instanceof PlanError)) throw error;
      this.noteProblem(error.message);
      return undefined;
    }
  }

  private run(number: number, trial: Trial): Outcome {
    this.setup.onTrial?.(number);
    return this.setup.runner.run(trial);
  }

  private aimAt(targets: readonly Target[]) {
    const { runner, seed, names } = this.setup;
    const executions = runner.calm.history.executions().map(({ id }) => id as string);
    return { seed, names, targets, executions };
  }

  /** Learns where effects come from that the undisturbed run does not have, while their run is known. */
  private learnSites(outcome: Outcome): void {
    const { runner } = this.setup;
    for (const { site } of outcome.fired) {
      if (site === undefined || this.isCalm(site) || this.learned.has(siteKey(site))) continue;
      if (this.learned.size >= LEARNED_MAX) return;
      this.learned.add(siteKey(site));
      this.spots.of(site, runner.viewOf(outcome));
    }
  }

  private isCalm({ execution, seq, effect }: SiteName): boolean {
    const entry = this.setup.runner.calm.history.entries(executionId(execution))[seq];
    return entry?.operation.name === effect;
  }

  private spotOf(site: SiteName): EffectSpot {
    const { runner } = this.setup;
    return this.spots.of(site, runner.viewOf(runner.calm));
  }

  private note({ problems, sometimes }: Outcome): void {
    for (const problem of problems) {
      this.noteProblem(problem.message);
      if (problem instanceof CheckError) this.unanswered.add(problem.check);
    }
    this.noteSometimes(sometimes);
  }

  private noteProblem(message: string): void {
    if (this.problems.size < PROBLEMS_MAX) this.problems.add(message);
  }

  private noteSometimes(sometimes: Readonly<Record<string, boolean>>): void {
    for (const [check, held] of Object.entries(sometimes)) {
      this.sometimes.set(check, held || this.sometimes.get(check) === true);
    }
  }

  private strategyReports(): readonly StrategyReport[] {
    return STRATEGY_NAMES.flatMap((name) => {
      const tally = this.tallies.get(name);
      if (tally === undefined) return [];
      const planned = this.order?.countOf(name) ?? Number.POSITIVE_INFINITY;
      return [{ name, ...tally, ...(Number.isFinite(planned) ? { planned } : {}) }];
    });
  }

  private restore(report: ExploreReport): void {
    const { coverage, findings, strategies, next, runs, problems, sometimes } = report;
    for (const check of report.unanswered ?? []) this.unanswered.add(check);
    this.noteSometimes(sometimes);
    this.coverage.restore(coverage);
    for (const [key, { line }] of Object.entries(coverage.effects)) {
      this.spots.restore(key, coverage.lines[line]?.source);
    }
    this.findings.restore(findings);
    for (const { name, runs: count, broken } of strategies) {
      this.tallies.set(name, { runs: count, broken });
    }
    for (const problem of problems) this.problems.add(problem);
    this.next = next;
    this.runs = runs;
  }
}
