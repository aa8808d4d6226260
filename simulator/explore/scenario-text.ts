/** Scenario files as text: reading reports every problem with the path of its field. */
import type { JsonObject } from '../effects/operation.ts';
import type { FaultPlan } from '../faults/fault.ts';
import { FieldReader } from '../faults/field-reader.ts';
import { PlanError, parsePlan } from '../faults/plan.ts';
import type { ChoiceJson, Finding } from './finding.ts';
import { SCENARIO_VERSION, type Scenario } from './scenario.ts';

const CHOICES_MAX = 1_000_000;
const CHECKS_MAX = 1_000;

/** A file that is no usable scenario, with every problem that was found. */
export class ScenarioError extends Error {
  override readonly name = 'ScenarioError';
  readonly code = 'scenario';
  constructor(
    readonly file: string,
    readonly problems: readonly string[],
  ) {
    super(`${file} is not a usable scenario:\n${problems.map((text) => `  ${text}`).join('\n')}`);
  }
}

/** What a file says, with its plan read. */
export interface ReadScenario extends Scenario {
  readonly faults: FaultPlan;
}

/** Throws ScenarioError. */
export function parseScenario(text: string, file: string): ReadScenario {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new ScenarioError(file, [`not JSON: ${(cause as Error).message}`]);
  }
  const problems: string[] = [];
  const fields = new FieldReader(value, '$', problems);
  fields.text('$schema');
  const version = fields.integer('version', { minimum: 1, fallback: SCENARIO_VERSION });
  if (version !== SCENARIO_VERSION) {
    problems.push(`$.version: ${version} is not known here; this reads ${SCENARIO_VERSION}`);
  }
  const workflow = fields.text('workflow');
  if (workflow === undefined && !fields.has('workflow')) fields.missing('workflow', 'a name');
  const seed = fields.lacks('seed') ? undefined : fields.integer('seed', { minimum: 0 });
  const choices = readChoices(fields);
  const checks = readChecks(fields);
  const note = fields.text('note');
  const plan = fields.lacks('plan') ? undefined : (value as { plan: JsonObject }).plan;
  const faults = readFaults(plan, file, problems);
  fields.finish();
  if (problems.length > 0) throw new ScenarioError(file, problems);
  return {
    version: SCENARIO_VERSION,
    workflow: workflow ?? '',
    plan: plan ?? {},
    faults,
    ...(seed === undefined ? {} : { seed }),
    ...(choices.length === 0 ? {} : { choices }),
    ...(checks === undefined ? {} : { checks }),
    ...(note === undefined ? {} : { note }),
  };
}

/** What a finding becomes when it is to stay. */
export function scenarioOf(finding: Finding, workflow: string): Scenario {
  const { check, message, trial } = finding;
  const { seed, plan, choices } = trial;
  return {
    version: SCENARIO_VERSION,
    workflow,
    seed,
    plan,
    ...(choices === undefined ? {} : { choices }),
    checks: [check],
    note: `found by explore: ${message}`,
  };
}

/** What its file is called, without the ending: `order-exactly-once-order.c-42`. */
export function scenarioName({ check, at }: Finding, workflow: string): string {
  const { source, effect } = at ?? {};
  const place =
    source === undefined ? (effect ?? 'run') : `${fileName(source.path)}-${source.line}`;
  return [workflow, check, place].join('-').replaceAll(/[^\w.-]+/g, '-');
}

function fileName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
}

export function scenarioText(scenario: Scenario): string {
  return `${JSON.stringify(scenario, null, 2)}\n`;
}

function readFaults(plan: JsonObject | undefined, file: string, problems: string[]): FaultPlan {
  if (plan === undefined) {
    problems.push('$.plan: missing; expected a fault plan; {"faults": []} disturbs nothing');
    return { faults: [] };
  }
  try {
    return parsePlan(JSON.stringify(plan), file);
  } catch (error) {
    if (!(error instanceof PlanError)) throw error;
    problems.push(...error.problems.map((text) => text.replace(/^\$/, '$.plan')));
    return { faults: [] };
  }
}

function readChoices(fields: FieldReader): readonly ChoiceJson[] {
  if (fields.lacks('choices')) return [];
  return fields.list('choices', CHOICES_MAX).map((choice) => {
    const stream = choice.text('stream');
    if (stream === undefined && !choice.has('stream')) choice.missing('stream', 'a text');
    const value = choice.integer('value', { minimum: 0 });
    choice.finish();
    return { stream: stream ?? '', value };
  });
}

function readChecks(fields: FieldReader): readonly string[] | undefined {
  const names = fields.names('checks');
  if (names !== undefined && names.length > CHECKS_MAX) {
    fields.problem('checks', `has ${names.length} names; the limit is ${CHECKS_MAX}`);
  }
  return names;
}
