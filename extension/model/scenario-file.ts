/** A finding as a scenario: a file that stays. */
import type { Finding } from '../../simulator/explore/finding.ts';
import { SCENARIO_VERSION, type Scenario } from '../../simulator/explore/scenario.ts';

const NAME_LENGTH_MAX = 60;

export function scenarioOf(workflow: string, { check, message, trial }: Finding): Scenario {
  const { seed, plan, choices } = trial;
  return {
    version: SCENARIO_VERSION,
    workflow,
    seed,
    plan,
    ...(choices === undefined ? {} : { choices }),
    checks: [check],
    note: `found by exploration: ${message}`,
  };
}

/** A name for its file that tells what it is about, without its ending. */
export function scenarioName(workflow: string, { check, at }: Finding): string {
  const parts = [workflow, check, ...(at === undefined ? [] : [at.effect, String(at.seq)])];
  return parts
    .join('-')
    .replace(/[^A-Za-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, NAME_LENGTH_MAX);
}
