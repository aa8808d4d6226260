/** What a fault plan costs at each persistence level: one run of the same simulation for each. */
import { CheckSuite } from '../checks/check-suite.ts';
import { deeds, masked } from '../checks/deeds.ts';
import type { Observed } from '../checks/observed.ts';
import { isSafeMethod } from '../effects/http.ts';
import type { FaultPlan } from '../faults/fault.ts';
import type { LoadedSimulation } from '../host/loaded-simulation.ts';
import type { ServiceLoader } from '../host/simulation-run.ts';
import type { LedgerRow, PersistenceLevel } from '../journal/records.ts';
import { DEFAULT_BUDGET, type Outcome, type TrialWatch } from './trial.ts';
import { TrialRunner } from './trial-runner.ts';

/** What came of a run at one level. */
export interface LevelReport {
  readonly level: PersistenceLevel;
  /** How many executions there were, and how many of them completed. */
  readonly executions: number;
  readonly completed: number;
  /** Why the first that did not complete did not; empty when all did. */
  readonly reason: string;
  /** What services did more often than in the undisturbed run. */
  readonly duplicates: number;
  /** Requests that could change something and were sent again, done again or not. */
  readonly repeats: number;
  /** Effects that were performed more than once, or in vain. */
  readonly redone: number;
  /** When it was over, in virtual nanoseconds. */
  readonly nowNanos: bigint;
}

export interface LevelsSetup {
  readonly loaded: LoadedSimulation;
  readonly services: ServiceLoader;
  readonly plan: FaultPlan;
  readonly seed: number;
  readonly onlooker?: TrialWatch;
}

/** The levels that can be compared: steps only where all workflows name some. */
export function levelsOf({ workflows }: LoadedSimulation): readonly PersistenceLevel[] {
  const hasSteps = workflows.every(({ config }) => config.steps.length > 0);
  return hasSteps ? ['none', 'workflow', 'step', 'effect'] : ['none', 'workflow', 'effect'];
}

/** Throws what SimulationRun throws when something cannot be made ready. */
export function* compareLevels(setup: LevelsSetup): Generator<LevelReport> {
  for (const level of levelsOf(setup.loaded)) yield reportOf(level, setup);
}

function reportOf(
  level: PersistenceLevel,
  { loaded, services, plan, seed, onlooker }: LevelsSetup,
): LevelReport {
  const workflows = loaded.workflows.map((workflow) => ({
    ...workflow,
    config: { ...workflow.config, persistence: level },
  }));
  const world = { ...loaded.world, seed };
  const runner = new TrialRunner(
    { ...loaded, world, workflows },
    services,
    new CheckSuite([]),
    DEFAULT_BUDGET,
    onlooker,
  );
  const outcome = runner.run({ seed, plan });
  const executions = outcome.history.executions();
  const unfinished = executions.find(({ status }) => status !== 'completed');
  return {
    level,
    executions: executions.length,
    completed: executions.filter(({ status }) => status === 'completed').length,
    reason: unfinished === undefined ? '' : (unfinished.reason ?? unfinished.status),
    duplicates: surplus(deeds(outcome), deeds(runner.calm)),
    repeats: unsafe(outcome).filter(({ duplicateOf }) => duplicateOf !== undefined).length,
    redone: redoneIn(outcome),
    nowNanos: outcome.nowNanos,
  };
}

/** How many rows there are beyond those of the undisturbed run. */
function surplus(rows: readonly LedgerRow[], calm: readonly LedgerRow[]): number {
  const expected = new Map<string, number>();
  for (const row of calm) expected.set(deedOf(row), (expected.get(deedOf(row)) ?? 0) + 1);
  let more = 0;
  for (const row of rows) {
    const left = expected.get(deedOf(row)) ?? 0;
    if (left === 0) more++;
    else expected.set(deedOf(row), left - 1);
  }
  return more;
}

function deedOf({ service, method, url, body }: LedgerRow): string {
  return `${service} ${method} ${masked(url)} ${masked(new TextDecoder().decode(body))}`;
}

function unsafe({ history }: Observed): readonly LedgerRow[] {
  return history.ledger().filter(({ method }) => !isSafeMethod(method));
}

function redoneIn({ history }: Outcome): number {
  const lost = history.executions().flatMap(({ id }) => history.lostEntries(id));
  return lost.filter(({ entry }) => entry.result !== undefined || entry.operation.class === 'call')
    .length;
}
