import type { Check, Judged, Violation } from './check.ts';
import { COMPLETES } from './completes.ts';
import { NO_DIVERGENCE } from './no-divergence.ts';

/** The checks that need nothing to be written. */
export const BUILT_IN_CHECKS: readonly Check[] = [NO_DIVERGENCE, COMPLETES];

/** The checks that a run is to pass. */
export class CheckSuite {
  constructor(readonly checks: readonly Check[] = BUILT_IN_CHECKS) {}

  /** In the order of the checks. */
  judge(judged: Judged): readonly Violation[] {
    return this.checks.flatMap((check) => check.judge(judged));
  }
}
