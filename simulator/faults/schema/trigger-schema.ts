/** The ways to say where a fault happens, as JSON schema. */
import type { JsonObject } from '../../effects/operation.ts';
import { refTo } from './field-schema.ts';

const COUNT: JsonObject = { type: 'integer', minimum: 1, maximum: Number.MAX_SAFE_INTEGER };

const EXECUTION = { execution: refTo('execution') };
const AFTER = {
  after: {
    ...refTo('duration'),
    description: 'Nothing counts up to this instant; a fault that was injected by hand has it.',
  },
};

function trigger(required: readonly string[], properties: JsonObject): JsonObject {
  return { required, additionalProperties: false, properties };
}

const EFFECT: JsonObject = {
  type: 'string',
  description: 'The name of an effect, in which * stands for anything, such as http.*',
};

/** `effectTrigger` is any of them at an effect, `trigger` any of them at all. */
export const TRIGGERS: JsonObject = {
  trigger: {
    description: 'An effect, or an instant of virtual time.',
    type: 'object',
    oneOf: ['seq', 'match', 'chance', 'line', 'time'].map((kind) => refTo(`${kind}Trigger`)),
  },
  effectTrigger: {
    description: 'An effect: this fault belongs to one.',
    type: 'object',
    oneOf: ['seq', 'match', 'chance', 'line'].map((kind) => refTo(`${kind}Trigger`)),
  },
  seqTrigger: trigger(['execution', 'seq'], {
    ...EXECUTION,
    seq: {
      type: 'integer',
      minimum: 0,
      maximum: Number.MAX_SAFE_INTEGER,
      description: 'The number of the effect, counting from 0.',
    },
    ...AFTER,
  }),
  matchTrigger: trigger(['effect'], {
    effect: EFFECT,
    match: { ...COUNT, description: 'Which of those that match, counting from 1.', default: 1 },
    ...EXECUTION,
    ...AFTER,
  }),
  chanceTrigger: trigger(['effect', 'probability'], {
    effect: EFFECT,
    probability: {
      type: 'number',
      minimum: 0,
      maximum: 1,
      description: 'How likely it is at each effect that matches; drawn from the seed.',
    },
    ...EXECUTION,
    ...AFTER,
  }),
  lineTrigger: trigger(['line'], {
    line: {
      type: 'string',
      pattern: '^.*[^:]:[1-9]\\d{0,8}$',
      patternErrorMessage: 'A file and a line of it, like "order.c:42" or "src/order.c:42".',
      description:
        'A line of the source that the effect comes from; the end of the path is enough.',
    },
    match: { ...COUNT, description: 'Which of its effects, counting from 1.', default: 1 },
    ...EXECUTION,
    ...AFTER,
  }),
  timeTrigger: trigger(['time'], {
    time: { ...refTo('duration'), description: 'How long after the start of the simulation.' },
    ...EXECUTION,
  }),
  execution: { type: 'string', description: 'An execution, such as order-1.' },
};
