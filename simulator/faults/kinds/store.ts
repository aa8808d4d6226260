/** What befalls the journal store. */
import type { NodeField } from '../fault-field.ts';
import type { FaultSpecs } from '../fault-spec.ts';
import { FOR, NODE, POINT, RESTART_AFTER } from './process.ts';

const FROM_NODE = {
  type: 'node',
  all: true,
  text: 'The node from which, or its role: @owner, @next, @other; all of them when left out.',
} as const satisfies NodeField;

export const STORE_FAULTS = {
  'store-unreachable': {
    acts: 'happens',
    text: 'The journal store cannot be reached: commits wait, and leases are not renewed.',
    fields: { point: POINT, node: FROM_NODE, for: FOR },
  },
  'store-slow': {
    acts: 'happens',
    text: 'The journal store takes longer to store what is committed.',
    fields: {
      point: POINT,
      node: FROM_NODE,
      by: {
        type: 'duration',
        sign: 'positive',
        default: 1_000_000_000n,
        text: 'How much longer each commit takes.',
      },
      for: FOR,
    },
  },
  'torn-tail': {
    acts: 'happens',
    text: 'The node dies while it commits, and only the beginning of that is stored.',
    fields: {
      point: POINT,
      node: NODE,
      share: {
        type: 'share',
        default: 0.5,
        text: 'The share of the entries that is stored, 0 to 1, rounded down.',
      },
      restartAfter: RESTART_AFTER,
    },
  },
} as const satisfies FaultSpecs;
