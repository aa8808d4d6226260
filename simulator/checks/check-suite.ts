import type { Check, Judged } from './check.ts';
import { CLOCK_BACKWARDS } from './clock-backwards.ts';
import { COMPLETES } from './completes.ts';
import { EXACTLY_ONCE } from './exactly-once.ts';
import { NO_DIVERGENCE } from './no-divergence.ts';
import { NO_ZOMBIE_COMMIT } from './no-zombie-commit.ts';
import { SAME_RESULT } from './same-result.ts';
import type { CheckProgram } from './user-check.ts';
import { askUserChecks, needsLog, type UserVerdict } from './user-checks.ts';

/** The checks that need nothing to be written. */
export const BUILT_IN_CHECKS: readonly Check[] = [
  EXACTLY_ONCE,
  SAME_RESULT,
  NO_DIVERGENCE,
  COMPLETES,
  NO_ZOMBIE_COMMIT,
  CLOCK_BACKWARDS,
];

/** What all checks say of a run. */
export type Verdict = UserVerdict;

/** The checks that a run is to pass: built-in ones, and those of the workspace. */
export class CheckSuite {
  /** Whether runs are to keep how they came about. */
  readonly needsLog: boolean;

  constructor(
    private readonly builtIn: readonly Check[] = BUILT_IN_CHECKS,
    private readonly user: CheckProgram | undefined = undefined,
  ) {
    this.needsLog = user !== undefined && needsLog(user);
  }

  /** All checks, the built-in ones first. */
  get checks(): readonly { readonly name: string }[] {
    return [...this.builtIn, ...(this.user?.checks ?? [])];
  }

  /** Violations are in the order of the checks. */
  judge(judged: Judged): Verdict {
    const violations = this.builtIn.flatMap((check) => check.judge(judged));
    if (this.user === undefined) return { violations, sometimes: {}, problems: [] };
    const verdict = askUserChecks(this.user, judged.run);
    return { ...verdict, violations: [...violations, ...verdict.violations] };
  }
}
