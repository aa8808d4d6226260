import type { ScenarioResult } from '../../simulator/explore/scenario.ts';
import { formatDuration } from '../../simulator/kernel/time.ts';

/** What a scenario's run came to, a line each: what does not hold first, and in the end all in all. */
export function scenarioLines(
  name: string,
  { violations, workflow, now }: ScenarioResult,
): readonly string[] {
  const told = violations.flatMap(({ severity, check, message }) =>
    `${severity}: ${check}: ${message}`.split('\n'),
  );
  const failed = violations.filter(({ severity }) => severity === 'error').length;
  const holds =
    failed === 0 ? 'all checks hold' : failed === 1 ? '1 check fails' : `${failed} checks fail`;
  return [...told, `${name}: ${holds} after ${formatDuration(now)} of ${workflow}`];
}
