import type { Check, Judged, Violation } from './check.ts';
import { CLOCK_BACKWARDS } from './clock-backwards.ts';
import { COMPLETES } from './completes.ts';
import { EXACTLY_ONCE } from './exactly-once.ts';
import { NO_DIVERGENCE } from './no-divergence.ts';
import { NO_ZOMBIE_COMMIT } from './no-zombie-commit.ts';
import { SAME_RESULT } from './same-result.ts';

/** The checks that need nothing to be written. */
export const BUILT_IN_CHECKS: readonly Check[] = [
  EXACTLY_ONCE,
  SAME_RESULT,
  NO_DIVERGENCE,
  COMPLETES,
  NO_ZOMBIE_COMMIT,
  CLOCK_BACKWARDS,
];

/** The checks that a run is to pass. */
export class CheckSuite {
  constructor(readonly checks: readonly Check[] = BUILT_IN_CHECKS) {}

  /** In the order of the checks. */
  judge(judged: Judged): readonly Violation[] {
    return this.checks.flatMap((check) => check.judge(judged));
  }
}
