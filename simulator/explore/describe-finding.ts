import type { Violation } from '../checks/check.ts';
import { planJson } from '../faults/plan.ts';
import type { EffectSpot, Finding, NearestPassing } from './finding.ts';
import type { FindingBookSetup, TriedTrial } from './finding-book.ts';
import { differenceOf } from './shrink/difference.ts';
import { neighboursOf } from './shrink/neighbours.ts';
import type { Shrunk } from './shrink/shrinker.ts';
import type { Outcome } from './trial.ts';
import { trialJson } from './trial-json.ts';

/** Neighbours of a plan that are tried at most. */
const NEIGHBOURS_MAX = 60;

/** A trial that was shrunk, and what it breaks. */
export interface ShrunkBreak {
  readonly key: string;
  readonly tried: TriedTrial;
  readonly shrunk: Shrunk;
  /** What the minimal trial breaks. */
  readonly broken: Violation;
  readonly spot: EffectSpot | undefined;
}

/** A finding, but for what takes more runs. */
export function findingOf({ key, tried, shrunk, broken, spot }: ShrunkBreak): Finding {
  return {
    key,
    check: broken.check,
    message: broken.message,
    severity: broken.severity,
    trial: trialJson(shrunk.trial),
    original: {
      faults: tried.outcome.fired.length,
      strategy: tried.strategy,
      trial: tried.number,
    },
    ...(spot === undefined ? {} : { at: spot }),
    runs: 1,
    shrinkRuns: shrunk.runs,
    ...(shrunk.isUsedUp ? { givenUp: true as const } : {}),
  };
}

/**
 * Looks for the plan that passes and differs least; yields between the runs that it takes. Undefined
 * when there is none.
 */
export function* nearestPassing(
  { shrunk, broken }: ShrunkBreak,
  { runner, spots }: Pick<FindingBookSetup, 'runner' | 'spots'>,
): Generator<void, NearestPassing | undefined> {
  for (const { plan, change, changed } of neighboursOf(shrunk.trial.plan).slice(
    0,
    NEIGHBOURS_MAX,
  )) {
    yield;
    const outcome = runner.run({ ...shrunk.trial, plan });
    const happened = changed === undefined || outcome.fired.some(({ fault }) => fault === changed);
    if (!happened || !passes(outcome, broken)) continue;
    const difference = differenceOf(shrunk.outcome, outcome, (run, execution, { seq, operation }) =>
      spots.of({ execution, seq, effect: operation.name }, runner.viewOf(run)),
    );
    return { plan: planJson(plan), change, difference };
  }
  return undefined;
}

/** Whether nothing is wrong; of a warning, whether there is none of its check. */
function passes(outcome: Outcome, { check, severity }: Violation): boolean {
  return outcome.violations.every(
    (each) => each.severity === 'warning' && (severity === 'error' || each.check !== check),
  );
}
