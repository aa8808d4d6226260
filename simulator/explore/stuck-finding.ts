import type { StrategyName, StuckTrial } from './explore-options.ts';
import type { EffectSpot, Finding } from './finding.ts';
import { placeOf } from './spots.ts';
import type { Trial } from './trial.ts';
import { trialJson } from './trial-json.ts';

/** The check that a program breaks which computes for ever. */
export const COMPUTES_FOR_EVER = 'computes-for-ever';

/** What is known of a trial whose host had to be ended; it cannot be shrunk. */
export function stuckFinding(
  { trial: number, effect, silentMs }: StuckTrial,
  strategy: StrategyName,
  trial: Trial,
  at: EffectSpot | undefined,
): Finding {
  const where =
    effect === undefined
      ? 'before its first effect'
      : `${effect.execution}, asking for #${effect.seq} last,`;
  return {
    key: `${COMPUTES_FOR_EVER} ${at === undefined ? '' : placeOf(at)}`,
    check: COMPUTES_FOR_EVER,
    message: `${where} computes for ever: it made no effect in ${silentMs / 1000} s and was ended`,
    severity: 'error',
    trial: trialJson(trial),
    original: { faults: trial.plan.faults.length, strategy, trial: number },
    ...(at === undefined ? {} : { at }),
    runs: 1,
    shrinkRuns: 0,
  };
}
