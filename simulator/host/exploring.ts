/**
 * The part of a host that tries what can go wrong, and runs scenarios. It owns at most one
 * exploration, which runs in slices, so that requests are heard meanwhile. Nothing is recorded.
 */
import { BUILT_IN_CHECKS, CheckSuite } from '../checks/check-suite.ts';
import { CheckError, type CheckProgram } from '../checks/user-check.ts';
import type { ExploreOptions } from '../explore/explore-options.ts';
import { Explorer } from '../explore/explorer.ts';
import type { WorldNames } from '../explore/fault-values.ts';
import type { ExploreReport, StopReason } from '../explore/report.ts';
import type { ScenarioResult, ScenarioViolation } from '../explore/scenario.ts';
import { parseScenario } from '../explore/scenario-text.ts';
import { Spots } from '../explore/spots.ts';
import {
  DEFAULT_BUDGET,
  type Outcome,
  type Trial,
  TrialBrokenOff,
  type TrialWatch,
} from '../explore/trial.ts';
import { TrialRunner } from '../explore/trial-runner.ts';
import type { FromOutside } from '../explore/trial-world.ts';
import { EMPTY_PLAN, type FaultPlan } from '../faults/fault.ts';
import { executionId } from '../journal/entry.ts';
import { JOURNAL_STORE } from '../world/network.ts';
import { withModules } from './deployed-modules.ts';
import type { HostEnvironment, LoadedTarget } from './host-environment.ts';
import { HostRequestError } from './host-request-error.ts';
import { folderOf } from './kept-sources.ts';
import type { LoadedSimulation } from './loaded-simulation.ts';
import type { JudgeOptions } from './protocol-options.ts';
import { checkPlan, withOptions } from './run-setup.ts';
import { checksMark, trialMark } from './trial-mark.ts';

/** How long it explores between two looks at requests, in real milliseconds. */
const SLICE_MS = 50;
/** How often it tells all that it has come to. */
const REPORT_MS = 2_000;

export class Exploring {
  private cancelled = false;
  private active = false;

  constructor(private readonly environment: HostEnvironment) {}

  /** Breaks off the exploration that is under way; false when there is none. */
  cancel(): boolean {
    this.cancelled = true;
    return this.active;
  }

  async explore(options: ExploreOptions): Promise<ExploreReport> {
    if (this.active) throw new HostRequestError('this host explores already');
    this.active = true;
    this.cancelled = false;
    try {
      return await this.run(options);
    } finally {
      this.active = false;
    }
  }

  /** Runs a scenario; throws ScenarioError, and what loading its workflow throws. */
  async check(path: string): Promise<ScenarioResult> {
    const { environment } = this;
    const bytes = environment.readSource?.(path);
    if (bytes === undefined) throw new HostRequestError(`there is no scenario ${path}`);
    const scenario = parseScenario(new TextDecoder().decode(bytes), path);
    const { workflow, faults: plan, choices, checks } = scenario;
    const found = await this.load({ path: folderOf(path), workflow });
    const loaded = await withModules(environment, found.loaded, plan, path);
    const seed = scenario.seed ?? loaded.world.seed;
    const trial = { seed, plan, ...(choices === undefined ? {} : { choices }) };
    const result = await this.asked({ ...found, loaded }, trial, found.checks, checks);
    return { workflow, ...result };
  }

  /** Does a run again and asks the checks about it; throws what loading its workflow throws. */
  async judge({ run, module, checks }: JudgeOptions): Promise<ScenarioResult> {
    const { environment } = this;
    const found = await this.load(run.target);
    const { faults } = run;
    const named = faults === undefined ? found.plan : await this.planOf(faults);
    const given = withOptions(found.loaded, run);
    const loaded = await withModules(environment, given, named, faults ?? found.planFile);
    checkPlan(named, loaded);
    const trial = { seed: loaded.world.seed, plan: named };
    const suite = module ?? found.checks;
    const result = await this.asked({ ...found, loaded }, trial, suite, checks, run);
    return { workflow: loaded.workflows[0]?.config.name ?? '', ...result };
  }

  private async planOf(faults: string): Promise<FaultPlan> {
    return faults === 'none' ? EMPTY_PLAN : this.environment.readPlan(faults);
  }

  /**
   * @param module a module of checks, absolute
   * @param names the checks that count; all when left out
   * @param outside what comes from outside while it runs
   */
  private async asked(
    target: LoadedTarget,
    trial: Trial,
    module: string | undefined,
    names: readonly string[] | undefined,
    outside: FromOutside = {},
  ): Promise<Omit<ScenarioResult, 'workflow'>> {
    const suite = await this.suiteFor(module, true);
    checkNames(names, suite);
    const look = { mark: () => 'scenario' };
    const runner = await this.runnerFor(target, trial.seed, suite, look, outside);
    const outcome = runner.run(trial);
    return {
      violations: [...violationsOf(outcome, runner, names), ...unansweredOf(outcome, names)],
      now: outcome.nowNanos,
    };
  }

  private async run(options: ExploreOptions): Promise<ExploreReport> {
    const { environment } = this;
    const target = await this.load(options.target);
    const [first] = target.loaded.workflows;
    const seed = options.seed ?? target.loaded.world.seed;
    const place = { trial: -1 };
    const suite = await this.suiteFor(
      options.checks ?? target.checks,
      options.limitsChecks === true,
      () => environment.beat(checksMark(place.trial), 0),
    );
    this.tellLimit(target.loaded);
    const deadline = environment.now() + (options.timeMs ?? Number.POSITIVE_INFINITY);
    const isOver = (): boolean => environment.now() >= deadline;
    const mark = (): string => trialMark(place.trial);
    const look = { mark, isOver };
    const runner = await this.runnerFor(target, seed, suite, look).catch(refuseBrokenOff);
    const explorer = new Explorer({
      runner,
      workflow: first?.config.name ?? '',
      names: namesOf(target.loaded),
      seed,
      options,
      onFinding: (finding) => environment.emit({ kind: 'finding', finding }),
      onTrial: (number) => {
        place.trial = number;
      },
      now: () => environment.now(),
    });
    const stopped = await this.drive(explorer, isOver);
    explorer.breakOff();
    environment.emit({ kind: 'exploring', progress: explorer.progress });
    return explorer.report(stopped);
  }

  /** Explores until it is over, until it is told to stop, or its time is. */
  private async drive(explorer: Explorer, isOver: () => boolean): Promise<StopReason> {
    const { environment } = this;
    const steps = explorer.explore();
    let reportedAt = environment.now();
    // Whoever has to end this host, because a program computes for ever, has something at least.
    environment.emit({ kind: 'explored', report: explorer.report('cancelled') });
    for (;;) {
      const stopped = this.slice(steps, isOver);
      if (stopped !== undefined) return stopped;
      environment.emit({ kind: 'exploring', progress: explorer.progress });
      await environment.yieldToRequests();
      if (this.cancelled) return 'cancelled';
      const now = environment.now();
      if (now - reportedAt < REPORT_MS) continue;
      reportedAt = now;
      environment.emit({ kind: 'explored', report: explorer.report('cancelled') });
    }
  }

  /** Explores for a while; gives why it is over, when it is. */
  private slice(steps: Generator<void, StopReason>, isOver: () => boolean): StopReason | undefined {
    const { environment } = this;
    const sliceAt = environment.now();
    while (environment.now() - sliceAt < SLICE_MS) {
      if (isOver()) return 'time';
      try {
        const step = steps.next();
        if (step.done === true) return step.value;
      } catch (error) {
        if (error instanceof TrialBrokenOff) return 'time';
        throw error;
      }
    }
    return undefined;
  }

  private load(target: ExploreOptions['target']): Promise<LoadedTarget> {
    const { environment } = this;
    return environment.load(target, (message) => environment.emit({ kind: 'progress', message }));
  }

  /**
   * @param checks a module of checks, absolute
   * @param onAsk called before its checks are asked
   */
  private async suiteFor(
    checks: string | undefined,
    areLimited: boolean,
    onAsk: () => void = () => {},
  ): Promise<CheckSuite> {
    if (checks === undefined) return new CheckSuite();
    const program = await this.environment.loadChecks(checks, areLimited);
    const ask: CheckProgram['ask'] = (run) => {
      onAsk();
      return program.ask(run);
    };
    return new CheckSuite(BUILT_IN_CHECKS, { checks: program.checks, ask });
  }

  /** @param look `mark` is what is told of each effect beside its execution */
  private async runnerFor(
    { loaded }: LoadedTarget,
    seed: number,
    suite: CheckSuite,
    { mark, isOver }: { readonly mark: () => string; readonly isOver?: () => boolean },
    outside: FromOutside = {},
  ): Promise<TrialRunner> {
    const { environment } = this;
    const loadService = await environment.serviceLoader(loaded.services);
    const seeded = { ...loaded, world: { ...loaded.world, seed } };
    const onlooker: TrialWatch = {
      onEffect: (execution, seq) => environment.beat(`${mark()} ${execution}`, seq),
      ...(isOver === undefined ? {} : { isOver }),
    };
    return new TrialRunner(seeded, loadService, suite, DEFAULT_BUDGET, onlooker, outside);
  }

  /** Says how long a program may compute without an effect. */
  private tellLimit({ workflows }: LoadedSimulation): void {
    const limits = workflows.map(({ config }) => config.limits.secondsBetweenEffects);
    this.environment.emit({
      kind: 'state',
      state: { kind: 'running' },
      now: 0n,
      secondsBetweenEffects: Math.max(...limits),
    });
  }
}

function namesOf({ world, services }: LoadedSimulation): WorldNames {
  const volumes = world.volumes.map(({ name }) => name);
  return { nodes: world.nodes, others: [JOURNAL_STORE, ...services.keys(), ...volumes], volumes };
}

function refuseBrokenOff(error: unknown): never {
  if (!(error instanceof TrialBrokenOff)) throw error;
  throw new HostRequestError(
    'the time was over before the undisturbed run had ended, so nothing was tried; give it more (--time)',
    undefined,
    'time-up',
  );
}

/** A scenario that waits for checks that are not there would pass for ever. */
function checkNames(names: readonly string[] | undefined, { checks }: CheckSuite): void {
  const known = checks.map(({ name }) => name);
  const unknown = names?.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new HostRequestError(`there is no check ${unknown}; there is ${known.join(', ')}`);
}

/** Checks that gave no answer: nobody knows whether the scenario passes. */
function unansweredOf(
  { problems }: Outcome,
  checks: readonly string[] | undefined,
): readonly ScenarioViolation[] {
  return problems
    .filter((problem) => problem instanceof CheckError)
    .filter(({ check }) => checks === undefined || checks.includes(check))
    .map(({ check, message }) => ({ check, message, severity: 'error' }));
}

function violationsOf(
  outcome: Outcome,
  runner: TrialRunner,
  checks: readonly string[] | undefined,
): readonly ScenarioViolation[] {
  const spots = new Spots();
  return outcome.violations
    .filter(({ check }) => checks === undefined || checks.includes(check))
    .map(({ check, message, severity, execution, seq }) => {
      const violation = { check, message, severity };
      if (execution === undefined || seq === undefined) return violation;
      const effect = outcome.history.entries(executionId(execution))[seq]?.operation.name;
      if (effect === undefined) return violation;
      const at = spots.of({ execution, seq, effect }, runner.viewOf(outcome));
      return { ...violation, at };
    });
}
