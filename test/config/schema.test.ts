import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Ajv, type ValidateFunction } from 'ajv';
import { type ParseError, parse as parseJsonc } from 'jsonc-parser';
import { projectRoot } from '../helpers/project-root.ts';
import { configErrorOf, configFixtures } from './fixtures.ts';

/** Bad files in which a schema, seeing one value at a time, can find nothing wrong. */
const BEYOND_THE_SCHEMA: ReadonlySet<string> = new Set([
  'client-at-too-late',
  'client-jitter-too-long',
  'client-timeout-zero',
  'client-unknown-workflow',
  'clients-send-too-often',
  'key-given-twice',
  'latency-too-long',
  'lease-too-long',
  'lease-too-short',
  'link-to-itself',
  'link-twice',
  'link-unknown-end',
  'mount-no-volumes',
  'mount-unknown-volume',
  'service-host-twice',
  'service-name-of-node',
  'start-time-no-such-day',
  'start-time-no-such-hour',
  'starts-unknown-workflow',
  'workflow-given-twice',
]);

const schemaFile = join(projectRoot, 'extension/schemas/backstitch.schema.json');
const schema: unknown = JSON.parse(readFileSync(schemaFile, 'utf8'));

function compileSchema(): ValidateFunction {
  assert.ok(typeof schema === 'object' && schema !== null);
  // Not strict: VS Code's own keywords, such as defaultSnippets, are unknown to ajv.
  return new Ajv({ strict: false, allErrors: true }).compile(schema);
}

const validate = compileSchema();

function read(text: string): { value: unknown; isJson: boolean } {
  const errors: ParseError[] = [];
  const value: unknown = parseJsonc(text.replace(/^\uFEFF/, ''), errors, {
    allowTrailingComma: true,
  });
  return { value, isJson: errors.length === 0 };
}

test('the schema accepts every file that the parser accepts', () => {
  for (const { name, text } of configFixtures('good')) {
    assert.ok(validate(read(text).value), `${name}: ${JSON.stringify(validate.errors)}`);
  }
});

test('the schema refuses every file that the parser refuses, as far as a schema can', () => {
  for (const { name, text } of configFixtures('bad')) {
    const { value, isJson } = read(text);
    if (isJson) assert.equal(validate(value), BEYOND_THE_SCHEMA.has(name), name);
  }
});

test('every example has a configuration that the parser and the schema accept', () => {
  const examples = join(projectRoot, 'examples');
  const files = readdirSync(examples, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('backstitch.json') && !file.includes('node_modules'))
    .map((file) => join(examples, file));
  assert.ok(files.length >= 2);
  for (const file of files) {
    const text = readFileSync(file, 'utf8');
    assert.equal(configErrorOf(text), undefined, file);
    assert.ok(validate(read(text).value), `${file}: ${JSON.stringify(validate.errors)}`);
  }
});

test('everything in the schema that a person fills in is described', () => {
  const undescribed: string[] = [];
  const visit = (node: unknown, path: string): void => {
    if (typeof node !== 'object' || node === null) return;
    for (const [key, child] of Object.entries(node)) {
      if (path.endsWith('/properties') && !isDescribed(child)) undescribed.push(`${path}/${key}`);
      visit(child, `${path}/${key}`);
    }
  };
  visit(schema, '');
  // A rule for a key that is described elsewhere, and links, which their map describes.
  assert.deepEqual(undescribed, [
    '/definitions/mount/oneOf/1/properties/readOnly',
    '/definitions/world/properties/links/properties/default',
  ]);
});

function isDescribed(node: unknown): boolean {
  if (typeof node !== 'object' || node === null) return false;
  if ('description' in node) return true;
  if (!('$ref' in node) || typeof node.$ref !== 'string') return false;
  const name = node.$ref.replace('#/definitions/', '');
  const { definitions } = schema as { definitions: Record<string, object> };
  return 'description' in (definitions[name] ?? {});
}
