/** What befalls the clocks of a node. */
import { DRIFT_PPM_MAX } from '../../world/node-clock.ts';
import type { ChoiceField } from '../fault-field.ts';
import type { FaultSpecs } from '../fault-spec.ts';
import { NODE } from './process.ts';

const CLOCK = {
  type: 'choice',
  values: ['wall', 'monotonic'],
  default: 'wall',
  text: "Which of the node's clocks.",
} as const satisfies ChoiceField;

export const CLOCK_FAULTS = {
  'clock-jump': {
    acts: 'happens',
    text: 'A clock of the node jumps.',
    fields: {
      node: NODE,
      clock: CLOCK,
      by: {
        type: 'duration',
        sign: 'any',
        required: true,
        text: 'How far it jumps; negative sets it back.',
      },
    },
  },
  'clock-drift': {
    acts: 'happens',
    text: 'A clock of the node runs too fast or too slow.',
    fields: {
      node: NODE,
      clock: CLOCK,
      ppm: {
        type: 'integer',
        minimum: -DRIFT_PPM_MAX,
        maximum: DRIFT_PPM_MAX,
        required: true,
        text: 'Microseconds that it gains in a second; negative when it loses time.',
      },
      for: {
        type: 'duration',
        sign: 'positive',
        text: 'How long it runs wrong; to the end when left out.',
      },
    },
  },
} as const satisfies FaultSpecs;
