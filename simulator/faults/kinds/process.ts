/** What befalls a node as a whole. */
import { FAULT_POINTS } from '../effect-point.ts';
import type { ChoiceField, DurationField, NodeField } from '../fault-field.ts';
import type { FaultSpecs } from '../fault-spec.ts';

/** The default length of a pause: long enough for a default lease to end. */
export const PAUSE_NANOS_DEFAULT = 20_000_000_000n;

export const POINT = {
  type: 'choice',
  values: FAULT_POINTS,
  default: 'before',
  text: 'The instant of the effect: before it, after its intent is durable, performed but not recorded, recorded but not delivered, or when a later attempt replays it.',
} as const satisfies ChoiceField;

export const NODE = {
  type: 'node',
  text: 'The node it hits, or its role: @owner, @next, @other; the one that runs the effect when left out.',
} as const satisfies NodeField;

export const RESTART_AFTER = {
  type: 'duration',
  sign: 'positive',
  text: 'How long it stays down; "restartAfter" of the world when left out.',
} as const satisfies DurationField;

/** The length of what goes on for a while. */
export const FOR = {
  type: 'duration',
  sign: 'positive',
  default: PAUSE_NANOS_DEFAULT,
  text: 'How long it lasts.',
} as const satisfies DurationField;

export const PROCESS_FAULTS = {
  crash: {
    acts: 'happens',
    text: 'The node dies; another one takes its executions over.',
    fields: {
      point: POINT,
      node: NODE,
      restartAfter: RESTART_AFTER,
    },
  },
  pause: {
    acts: 'happens',
    text: 'The node stands still, 20s by default, and goes on as if nothing had been.',
    fields: {
      point: POINT,
      node: NODE,
      for: {
        type: 'duration',
        sign: 'positive',
        default: PAUSE_NANOS_DEFAULT,
        text: 'How long it stands still.',
      },
    },
  },
  'out-of-memory': {
    acts: 'happens',
    text: 'The process of the execution is killed; its node and the others on it live.',
    fields: { point: POINT },
  },
  resume: {
    acts: 'happens',
    text: 'A node that stands still goes on now.',
    fields: { node: NODE },
  },
  restart: {
    acts: 'happens',
    text: 'A node that is down is up again now.',
    fields: { node: NODE },
  },
} as const satisfies FaultSpecs;
