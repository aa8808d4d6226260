import type { ScenarioResult } from '../explore/scenario.ts';
import type { ProblemReport } from '../host/protocol.ts';
import { violationLine } from '../host/text/finding-text.ts';
import { EXIT, type ExitCode, exitCodeOf } from './exit-codes.ts';

/** What checks say of a run, or why they could not be asked. */
export type Checked =
  | { readonly kind: 'ran'; readonly result: ScenarioResult }
  | { readonly kind: 'problem'; readonly problem: ProblemReport };

/** The exit code that what checks say asks for; undefined when all is well. */
export function codeOfChecked(checked: Checked | undefined): ExitCode | undefined {
  if (checked === undefined) return undefined;
  if (checked.kind === 'problem') return exitCodeOf(checked.problem.code);
  return passes(checked.result) ? undefined : EXIT.checkFailed;
}

/** Whether nothing is wrong, but for what is only warned of. */
export function passes({ violations }: ScenarioResult): boolean {
  return violations.every(({ severity }) => severity !== 'error');
}

/** A line for each violation, in the form that problem matchers know. */
export function violationLines({ violations }: ScenarioResult): readonly string[] {
  return violations.map(violationLine);
}
