/** What befalls a node as a whole. */
import { FAULT_POINTS } from '../effect-point.ts';
import type { ChoiceField, NodeField } from '../fault-field.ts';
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

export const PROCESS_FAULTS = {
  crash: {
    acts: 'happens',
    text: 'The node dies; another one takes its executions over.',
    fields: {
      point: POINT,
      node: NODE,
      restartAfter: {
        type: 'duration',
        sign: 'positive',
        text: 'How long it stays down; "restartAfter" of the world when left out.',
      },
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
} as const satisfies FaultSpecs;
