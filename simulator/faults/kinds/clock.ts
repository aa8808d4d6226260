/** What befalls the clocks of a node. */
import { DRIFT_PPM_MAX } from '../../world/node-clock.ts';
import type { ChoiceField, DurationField, NodeField } from '../fault-field.ts';
import type { FaultSpecs } from '../fault-spec.ts';
import { NODE, PAUSE_NANOS_DEFAULT } from './process.ts';

/** As long as the large operators of time servers take for it. */
const SMEAR_NANOS_DEFAULT = 86_400_000_000_000n;

const CLOCK = {
  type: 'choice',
  values: ['wall', 'monotonic'],
  default: 'wall',
  text: "Which of the node's clocks.",
} as const satisfies ChoiceField;

const BY = {
  type: 'duration',
  sign: 'any',
  required: true,
  example: '-1h',
  text: 'How far it jumps; negative sets it back.',
} as const satisfies DurationField;

const FOR = {
  type: 'duration',
  sign: 'positive',
  text: 'How long it is wrong; to the end when left out.',
} as const satisfies DurationField;

const FOR_A_WHILE = {
  type: 'duration',
  sign: 'positive',
  default: PAUSE_NANOS_DEFAULT,
  text: 'How long it is wrong.',
} as const satisfies DurationField;

const ALL_NODES = {
  type: 'node',
  all: true,
  text: 'The node it hits, or its role: @owner, @next, @other; all of them when left out.',
} as const satisfies NodeField;

export const CLOCK_FAULTS = {
  'clock-jump': {
    acts: 'happens',
    text: 'A clock of the node jumps.',
    fields: { node: NODE, clock: CLOCK, by: BY },
  },
  'clock-offset': {
    acts: 'happens',
    text: 'A clock of the node is off for a while, and right again.',
    fields: { node: NODE, clock: CLOCK, by: BY, for: FOR },
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
        example: -100_000,
        text: 'Microseconds that it gains in a second; negative when it loses time.',
      },
      for: FOR,
    },
  },
  'clock-freeze': {
    acts: 'happens',
    text: 'A clock of the node stands still, 20s by default, and goes on from there.',
    fields: { node: NODE, clock: CLOCK, for: FOR_A_WHILE },
  },
  'clock-strobe': {
    acts: 'happens',
    text: 'A clock of the node jumps forth and back again and again.',
    fields: {
      node: NODE,
      clock: CLOCK,
      by: BY,
      every: {
        type: 'duration',
        sign: 'positive',
        default: 100_000_000n,
        text: 'How long it is off, and then how long it is right.',
      },
      for: FOR_A_WHILE,
    },
  },
  'leap-second': {
    acts: 'happens',
    text: 'A second is added to the wall clocks, or left out of them.',
    fields: {
      node: ALL_NODES,
      way: {
        type: 'choice',
        values: ['repeat', 'smear', 'skip'],
        default: 'repeat',
        text: 'The second is shown twice, or spread over a length, or left out.',
      },
      over: {
        type: 'duration',
        sign: 'positive',
        default: SMEAR_NANOS_DEFAULT,
        text: 'The length that a smeared second is spread over.',
      },
    },
  },
  'clock-reset': {
    acts: 'happens',
    text: 'A clock of the node is set right: it shows what it would if nothing had befallen it.',
    fields: { node: NODE, clock: CLOCK },
  },
} as const satisfies FaultSpecs;
