import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { Json, JsonObject } from '../../simulator/effects/operation.ts';
import { FAULT_KINDS } from '../../simulator/faults/fault.ts';
import { parseFault } from '../../simulator/faults/plan.ts';
import { planSchema } from '../../simulator/faults/schema/plan-schema.ts';
import { faultSnippets } from '../../simulator/faults/schema/snippets.ts';
import { projectRoot } from '../helpers/project-root.ts';

const file = join(projectRoot, 'extension/schemas/fault-plan.schema.json');
const WIDTH_MAX = 100;

/** As the formatter has it: lists of short values on one line, all else on lines of its own. */
function printed(value: Json, indent: string, used: number): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    const line = `[${value.map((item) => JSON.stringify(item)).join(', ')}]`;
    const isFlat = value.every((item) => typeof item !== 'object');
    if (isFlat && used + line.length < WIDTH_MAX) return line;
    const items = value.map((item: Json) => `${inner}${printed(item, inner, inner.length)}`);
    return `[\n${items.join(',\n')}\n${indent}]`;
  }
  const fields = Object.entries(value as JsonObject).map(([name, field]) => {
    const key = `${inner}${JSON.stringify(name)}: `;
    return `${key}${printed(field, inner, key.length)}`;
  });
  return `{\n${fields.join(',\n')}\n${indent}}`;
}

describe('the schema of fault plans, as it is on disk', () => {
  it('is what follows from the descriptions of the kinds', () => {
    const text = `${printed(planSchema(), '', 0)}\n`;
    if (process.env.UPDATE_GOLDEN === '1') writeFileSync(file, text);
    assert.equal(readFileSync(file, 'utf8'), text, 'UPDATE_GOLDEN=1 writes it anew');
  });

  it('proposes a fault of every kind, which is one when its places are filled in', () => {
    const snippets = faultSnippets();
    assert.deepEqual(
      snippets.map(({ label }) => label),
      FAULT_KINDS,
    );
    for (const { label, body } of snippets) {
      const filled = JSON.stringify(body)
        .replaceAll(/"\^\$\{\d+:([^}]*)\}"/g, '$1')
        .replaceAll(/\$\{\d+:([^}]*)\}/g, '$1')
        .replaceAll(/\$\{\d+\|([^,|]*)[^}]*\}/g, '$1');
      assert.equal(parseFault(JSON.parse(filled), String(label)).kind, label);
    }
  });
});
