/** The fields of faults as JSON schema. */
import type { JsonObject } from '../../effects/operation.ts';
import { type DurationField, durationJson, type FieldSpec } from '../fault-field.ts';
import { NAMES_MAX } from '../field-reader.ts';
import { NODE_ROLES } from '../node-role.ts';

const UNITS = '(\\d+(\\.\\d+)?\\s*(ns|us|ms|s|min|m|h|d)\\s*)+';

/** How durations are written; `$ref`s in fields name these. */
export const DURATIONS: JsonObject = {
  duration: {
    type: 'string',
    pattern: `^\\s*\\+?${UNITS}$`,
    patternErrorMessage:
      'A duration is a number with a unit (ns, us, ms, s, min, h, d), like "250ms", "10s" or "3d 4h".',
  },
  positiveDuration: {
    type: 'string',
    pattern: `^\\s*\\+?(?=[^1-9]*[1-9])${UNITS}$`,
    patternErrorMessage:
      'A length above zero with a unit (ns, us, ms, s, min, h, d), like "250ms", "10s" or "3d 4h".',
  },
  signedDuration: {
    type: 'string',
    pattern: `^\\s*[+-]?${UNITS}$`,
    patternErrorMessage: 'A duration with a unit and, for back, a minus: "-1h", "250ms".',
  },
};

const DURATION_OF: Readonly<Record<DurationField['sign'], string>> = {
  any: 'signedDuration',
  positive: 'positiveDuration',
  'not negative': 'duration',
};

export function refTo(definition: string): JsonObject {
  return { $ref: `#/definitions/${definition}` };
}

export function fieldSchema(spec: FieldSpec): JsonObject {
  const { text: description } = spec;
  switch (spec.type) {
    case 'duration': {
      const fallback = durationJson(spec.default);
      const base = { ...refTo(DURATION_OF[spec.sign]), description };
      return fallback === undefined ? base : { ...base, default: fallback };
    }
    case 'integer': {
      const { minimum, maximum } = spec;
      return withDefault({ type: 'integer', minimum, maximum, description }, spec.default);
    }
    case 'share':
      return withDefault({ type: 'number', minimum: 0, maximum: 1, description }, spec.default);
    case 'choice':
      return withDefault({ enum: spec.values, description }, spec.default);
    case 'text':
    case 'module':
    case 'volume':
      return { type: 'string', minLength: 1, description };
    case 'node':
      return { type: 'string', minLength: 1, description, examples: NODE_ROLES };
    case 'names': {
      const items = { type: 'string' };
      return {
        type: 'array',
        items,
        minItems: 1,
        maxItems: NAMES_MAX,
        uniqueItems: true,
        description,
      };
    }
  }
}

function withDefault(schema: JsonObject, fallback: string | number | undefined): JsonObject {
  return fallback === undefined ? schema : { ...schema, default: fallback };
}
