import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ERRNO } from '../../simulator/world/files/errno.ts';
import { projectRoot } from '../helpers/project-root.ts';
import { configErrorOf } from './fixtures.ts';

const read = (path: string) => readFileSync(join(projectRoot, path), 'utf8');
const documentation = read('docs/configuration.md');

test('every key of the schema is documented', () => {
  const keys = new Set<string>();
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    if ('properties' in node && typeof node.properties === 'object') {
      for (const key of Object.keys(node.properties ?? {})) keys.add(key);
    }
    Object.values(node).forEach(visit);
  };
  visit(JSON.parse(read('extension/schemas/backstitch.schema.json')));
  keys.delete('$schema');
  assert.ok(keys.size > 30);
  assert.deepEqual(
    [...keys].filter((key) => !documentation.includes(key)),
    [],
  );
});

test('the complete example of the documentation is accepted', () => {
  const [, example = ''] =
    /A complete example:\n\n```jsonc\n([\s\S]*?)```/.exec(documentation) ?? [];
  assert.match(example, /"workflows"/);
  assert.equal(configErrorOf(example), undefined);
});

test('the problems that the documentation shows are the ones that are reported', () => {
  const example =
    '{\n  "workflows": {\n    "order": {\n      "sorce": "order.c",\n      "source": "order.c"\n' +
    '    }\n  },\n\n  "world": { "lease": "10 seconds" }\n}';
  const message = configErrorOf(example)?.message ?? '';
  assert.equal(message.split('\n').length, 2);
  assert.ok(documentation.includes(`${message}\n`), message);
});

test('the errno values of the HTTP documentation are those of WASI', () => {
  const rows = [...read('docs/backstitch-http.md').matchAll(/^\| `E(\w+)` *\| (\d+) *\|/gm)];
  assert.ok(rows.length >= 11);
  for (const [, name = '', value] of rows) {
    const known: Readonly<Record<string, number>> = ERRNO;
    assert.equal(known[name.toLowerCase()], Number(value), name);
  }
});
