/**
 * Fault plans as text. A plan is a JSON object `{"version": 1, "faults": [...]}`; parsing reports
 * every problem with the path of the field, and printing gives back a text that parses to the same.
 */
import type { JsonObject } from '../effects/operation.ts';
import { FAULTS_MAX } from '../kernel/limits.ts';
import { FAULT_KINDS, type Fault, type FaultPlan, specOf } from './fault.ts';
import { durationJson, fieldJson, propertyOf, readField } from './fault-field.ts';
import type { FaultSpec } from './fault-spec.ts';
import { FieldReader } from './field-reader.ts';
import { jsonLines, lineOf } from './json-lines.ts';
import { readSchedule, scheduleJson } from './schedule.ts';
import { compact, readTrigger, triggerJson } from './trigger.ts';

export const PLAN_VERSION = 1;

/** Problems of a plan that are told at once. */
const PROBLEMS_TOLD_MAX = 20;

/** A fault plan that cannot be used, with every problem that was found. */
export class PlanError extends Error {
  override readonly name = 'PlanError';
  readonly code = 'plan';
  constructor(
    readonly file: string,
    readonly problems: readonly string[],
  ) {
    const told = problems.slice(0, PROBLEMS_TOLD_MAX).map((text) => `  ${text}`);
    const left = problems.length - told.length;
    const more = left > 0 ? [`  and ${left} more`] : [];
    super([`${file} is not a usable fault plan:`, ...told, ...more].join('\n'));
  }
}

export function parsePlan(text: string, file: string): FaultPlan {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new PlanError(file, [notJson(text, cause as Error)]);
  }
  const problems: string[] = [];
  const plan = new FieldReader(value, '$', problems);
  const version = plan.integer('version', { minimum: 1, fallback: PLAN_VERSION });
  if (version !== PLAN_VERSION) {
    problems.push(`$.version: ${version} is not known here; this version reads ${PLAN_VERSION}`);
  }
  const faults = plan.list('faults', FAULTS_MAX).map((item) => readFault(item));
  const schedule = readSchedule(plan);
  const untilNanos = plan.duration('until', 'positive');
  plan.finish();
  if (problems.length > 0) throw new PlanError(file, withLines(problems, text));
  const read = faults.filter((fault) => fault !== undefined);
  return {
    faults: read,
    ...(schedule === undefined ? {} : { schedule }),
    ...(untilNanos === undefined ? {} : { untilNanos }),
  };
}

/** Reads a plan that knows where its faults stand in its file. Throws PlanError. */
export function parsePlanFile(text: string, file: string): FaultPlan {
  const plan = parsePlan(text, file);
  const places = jsonLines(text);
  const lines = plan.faults.map((_, index) => lineOf(places, `$.faults[${index}]`) ?? 1);
  return { ...plan, source: { file, lines } };
}

/** Reads one fault, as in a plan; throws PlanError. */
export function parseFault(value: unknown, where: string): Fault {
  const problems: string[] = [];
  const fault = readFault(new FieldReader(value, '$', problems));
  if (fault === undefined || problems.length > 0) throw new PlanError(where, problems);
  return fault;
}

function readFault(fields: FieldReader): Fault | undefined {
  const kind = fields.oneOf('kind', FAULT_KINDS, undefined);
  if (kind === undefined) return undefined;
  const spec = specOf(kind);
  const at = readTrigger(fields);
  const values = Object.entries(spec.fields).map(
    ([name, field]) => [propertyOf(name, field), readField(fields, name, field)] as const,
  );
  const read: Readonly<Record<string, unknown>> = Object.fromEntries(values);
  if (at?.kind === 'time') checkTimed(fields, spec, read);
  for (const [field, message] of spec.check?.(read, at?.kind === 'time') ?? []) {
    fields.problem(field, message);
  }
  fields.finish();
  return at === undefined ? undefined : ({ kind, at, ...read } as unknown as Fault);
}

function checkTimed(
  fields: FieldReader,
  spec: FaultSpec,
  { node }: Readonly<Record<string, unknown>>,
): void {
  const nodeField = spec.fields.node;
  if (spec.acts === 'interferes') {
    fields.problem('at', 'it belongs to an effect; say which with "seq" or "effect"');
  } else if (nodeField?.type === 'node' && nodeField.all !== true && node === undefined) {
    fields.problem('node', 'a fault at a time needs the name of the node that it hits, or a role');
  }
}

/** What JSON.parse says, with the line where it names a position only. */
function notJson(text: string, { message }: Error): string {
  const position = /at position (\d+)/.exec(message)?.[1];
  const before = position === undefined ? undefined : text.slice(0, Number(position));
  const line = before === undefined ? '' : `line ${before.split('\n').length}, `;
  const hint = /^\s*\/[/*]/m.test(text) ? '; a fault plan has no comments' : '';
  return `${line}not JSON: ${message}${hint}`;
}

/** Problems with the lines that they are on, where there is more than one line. */
function withLines(problems: readonly string[], text: string): readonly string[] {
  if (!text.trimEnd().includes('\n')) return problems;
  const lines = jsonLines(text);
  return problems.map((problem) => {
    const line = lineOf(lines, problem.slice(0, problem.indexOf(': ')));
    return line === undefined ? problem : `line ${line}, ${problem}`;
  });
}

/** The JSON form of a plan, ready for JSON.stringify. */
export function planJson(plan: FaultPlan): JsonObject {
  const { faults, schedule, untilNanos } = plan;
  return compact({
    version: PLAN_VERSION,
    faults: faults.map(faultJson),
    schedule: schedule && scheduleJson(schedule),
    until: durationJson(untilNanos),
  });
}

export function faultJson(fault: Fault): JsonObject {
  const values = fault as unknown as Readonly<Record<string, unknown>>;
  const fields = Object.entries(specOf(fault.kind).fields).map(
    ([name, spec]) => [name, fieldJson(values[propertyOf(name, spec)], spec)] as const,
  );
  return compact({
    kind: fault.kind,
    at: triggerJson(fault.at),
    ...Object.fromEntries(fields),
  });
}
