import type { Json } from '../effects/operation.ts';
import type { FaultPlan } from './fault.ts';
import { planJson } from './plan.ts';

/** A plan as text for people and tests: a fault on each line. Parses to the same plan. */
export function planText(plan: FaultPlan): string {
  const { version, faults, ...rest } = planJson(plan);
  const lines = (faults as readonly Json[]).map((fault) => `    ${flat(fault)}`);
  const list = lines.length === 0 ? '[]' : `[\n${lines.join(',\n')}\n  ]`;
  const others = Object.entries(rest).map(([name, value]) => `,\n  "${name}": ${flat(value)}`);
  return `{\n  "version": ${version},\n  "faults": ${list}${others.join('')}\n}\n`;
}

/** On one line, with spaces between its parts. */
function flat(value: Json | undefined): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((item: Json) => flat(item)).join(', ')}]`;
  const fields = Object.entries(value).map(([name, field]) => {
    return `${JSON.stringify(name)}: ${flat(field as Json)}`;
  });
  return `{${fields.join(', ')}}`;
}
