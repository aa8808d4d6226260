/**
 * Tries a simulation again and again, in memory only: with other seeds, faults and choices.
 *
 * T1  The same trial gives the same outcome, whatever was tried before it.
 */
import type { Judged } from '../checks/check.ts';
import type { CheckSuite } from '../checks/check-suite.ts';
import { dependenciesOf, type FoundDependency, judgeDependencies } from '../checks/dependencies.ts';
import { EMPTY_PLAN } from '../faults/fault.ts';
import type { Schedule } from '../faults/schedule.ts';
import type { LoadedSimulation } from '../host/loaded-simulation.ts';
import type { ServiceLoader, SimulationView } from '../host/simulation-run.ts';
import { NANOS_PER_MILLI, NANOS_PER_SECOND } from '../kernel/time.ts';
import {
  DEFAULT_BUDGET,
  type Outcome,
  type Trial,
  type TrialBudget,
  type TrialWatch,
} from './trial.ts';
import { type FromOutside, type TrialRun, TrialWorld } from './trial-world.ts';

/** Executions that go first in turn, to see what is a matter of the order. */
const FIRST_MAX = 4;

/** Turns after which whoever had it comes last. */
const TURNS_HELD = [2, 3, 4, 6, 8, 12];

/** From a tie that is decided otherwise to one execution that is through before the next begins. */
const LAGS: readonly bigint[] = [
  0n,
  3n * NANOS_PER_MILLI,
  700n * NANOS_PER_MILLI,
  6n * NANOS_PER_SECOND,
  60n * NANOS_PER_SECOND,
];

/** Undisturbed runs of other seeds that are kept for comparing. */
const CALM_RUNS_MAX = 16;

export class TrialRunner {
  /** The undisturbed run of the configuration's own seed. */
  readonly calm: Outcome;
  private readonly world: TrialWorld;
  private readonly seed: number;
  /** Undisturbed runs by their seed, the one that was used last at the end. */
  private readonly calmRuns = new Map<number, TrialRun>();
  private readonly reorderedRuns = new WeakMap<TrialRun, readonly TrialRun[]>();

  /**
   * Throws what SimulationRun throws when something cannot be made ready, and TrialBrokenOff, as does
   * everything that runs trials.
   *
   * @param services gives a fresh service for each trial
   * @param outside what comes from outside, also to the undisturbed runs
   */
  constructor(
    loaded: LoadedSimulation,
    services: ServiceLoader,
    private readonly checks: CheckSuite,
    budget: TrialBudget = DEFAULT_BUDGET,
    onlooker: TrialWatch = {},
    outside: FromOutside = {},
  ) {
    const isLogged = checks.needsLog;
    this.world = new TrialWorld(loaded, services, budget, onlooker, isLogged, outside);
    this.seed = loaded.world.seed;
    this.calm = this.judged(this.calmOf(loaded.world.seed), undefined);
  }

  run(trial: Trial): Outcome {
    return this.judged(this.world.perform(trial), this.calmOf(trial.seed));
  }

  /** What the executions of an outcome are, for replaying them. */
  viewOf({ history }: Pick<Outcome, 'history'>): SimulationView {
    return this.world.viewOf(history);
  }

  /** Finds what requests depend on; yields between the runs that it takes. */
  *dependencies(): Generator<void, readonly FoundDependency[]> {
    const { calm, seed } = this;
    const found = yield* dependenciesOf(calm, (perturb) =>
      this.world.perform({ seed, plan: EMPTY_PLAN, perturb }),
    );
    return judgeDependencies(calm, found);
  }

  private judged(run: TrialRun, calm: TrialRun | undefined): Outcome {
    let alike: TrialRun | undefined;
    const judged: Judged = {
      run,
      calm,
      alike: () => {
        alike ??= this.world.performLike(run);
        return alike;
      },
      reordered: () => (calm === undefined ? [] : this.reordered(calm)),
    };
    const { watch: _watch, seed: _seed, ...outcome } = run;
    const { violations, sometimes, problems } = this.checks.judge(judged);
    return { ...outcome, violations, sometimes, problems: [...outcome.problems, ...problems] };
  }

  /** Undisturbed runs like one, in which other executions go first; kept with it. */
  private reordered(calm: TrialRun): readonly TrialRun[] {
    const known = this.reorderedRuns.get(calm);
    if (known !== undefined) return known;
    const ids = calm.history.executions().map(({ id }) => id as string);
    const runs = otherSchedules(ids).map((schedule) => this.world.performLike(calm, schedule));
    this.reorderedRuns.set(calm, runs);
    return runs;
  }

  private calmOf(seed: number): TrialRun {
    const run = this.calmRuns.get(seed) ?? this.world.perform({ seed, plan: EMPTY_PLAN });
    this.calmRuns.delete(seed);
    this.calmRuns.set(seed, run);
    const [oldest] = this.calmRuns.keys();
    if (this.calmRuns.size > CALM_RUNS_MAX && oldest !== undefined) this.calmRuns.delete(oldest);
    return run;
  }
}

function otherSchedules(executions: readonly string[]): readonly Schedule[] {
  const reversed = executions.toReversed();
  const firsts = reversed.slice(0, Math.min(FIRST_MAX, reversed.length - 1));
  const orders = firsts.map((_, at) => [...reversed.slice(at), ...reversed.slice(0, at)]);
  const plain = LAGS.flatMap((lagNanos) =>
    orders.map((order) => ({ order, changes: [], lagNanos })),
  );
  // Each is held up in its middle, too.
  const [longest = 0n] = LAGS.slice(-1);
  const order = [...executions];
  const held = TURNS_HELD.map((turn) => ({ order, changes: [turn], lagNanos: longest }));
  return [...plain, ...held];
}
