/**
 * The JSON schema of fault plans, from the descriptions of the kinds of faults. What it accepts, the
 * parser accepts, but for what depends on more than one field or on the world.
 */
import type { JsonObject } from '../../effects/operation.ts';
import { FAULTS_MAX } from '../../kernel/limits.ts';
import { FAULT_KINDS, type FaultKind, specOf } from '../fault.ts';
import { NAMES_MAX } from '../field-reader.ts';
import { PLAN_VERSION } from '../plan.ts';
import { CHANGES_MAX } from '../schedule.ts';
import { DURATIONS, fieldSchema, refTo } from './field-schema.ts';
import { faultSnippets } from './snippets.ts';
import { TRIGGERS } from './trigger-schema.ts';

export function planSchema(): JsonObject {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Backstitch fault plan',
    description: 'What goes wrong in a simulation, where, and when.',
    type: 'object',
    required: ['faults'],
    additionalProperties: false,
    properties: {
      version: { const: PLAN_VERSION, description: 'The version of this format.' },
      faults: {
        description: 'The faults. Those that are injected by hand are appended.',
        type: 'array',
        maxItems: FAULTS_MAX,
        items: refTo('fault'),
        defaultSnippets: faultSnippets(),
      },
      schedule: scheduleSchema(),
      until: {
        description:
          'From this instant on nothing goes wrong, and what was wrong is mended: how long after the start.',
        ...refTo('positiveDuration'),
      },
    },
    definitions: { fault: faultSchema(), ...TRIGGERS, ...DURATIONS },
  };
}

function faultSchema(): JsonObject {
  return {
    type: 'object',
    required: ['kind', 'at'],
    properties: {
      kind: {
        description: 'What goes wrong.',
        enum: FAULT_KINDS,
        enumDescriptions: FAULT_KINDS.map((kind) => specOf(kind).text),
      },
      at: { description: 'Where and when.' },
    },
    allOf: FAULT_KINDS.map((kind) => ({
      if: { required: ['kind'], properties: { kind: { const: kind } } },
      // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON schema.
      then: kindSchema(kind),
    })),
  };
}

function kindSchema(kind: FaultKind): JsonObject {
  const { acts, text, fields } = specOf(kind);
  const described = Object.entries(fields);
  const required = described.flatMap(([name, spec]) =>
    'required' in spec && spec.required === true ? [name] : [],
  );
  const schema = {
    description: text,
    properties: {
      kind: { const: kind },
      at: refTo(acts === 'interferes' ? 'effectTrigger' : 'trigger'),
      ...Object.fromEntries(described.map(([name, spec]) => [name, fieldSchema(spec)])),
    },
    required: ['kind', 'at', ...required],
    additionalProperties: false,
  };
  const { node } = fields;
  if (acts === 'interferes' || node?.type !== 'node' || node.all === true) return schema;
  const atTime = { required: ['at'], properties: { at: { type: 'object', required: ['time'] } } };
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON schema.
  return { ...schema, if: atTime, then: { required: ['node'] } };
}

function scheduleSchema(): JsonObject {
  return {
    description: 'Which execution goes on first where several could; exploration writes it.',
    type: 'object',
    additionalProperties: false,
    properties: {
      order: {
        description: 'Executions, the first one first; others come after them.',
        type: 'array',
        minItems: 1,
        maxItems: NAMES_MAX,
        uniqueItems: true,
        items: refTo('execution'),
      },
      changes: {
        description: 'Turns, counting from 1: whoever has one of these is the last from then on.',
        type: 'array',
        maxItems: CHANGES_MAX,
        items: { type: 'integer', minimum: 1, maximum: Number.MAX_SAFE_INTEGER },
      },
      lag: {
        description: 'How much later than at the one before it each turn of an execution begins.',
        ...refTo('duration'),
      },
    },
  };
}
