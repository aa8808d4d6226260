/** What befalls the programs that are deployed. */
import type { FaultSpecs } from '../fault-spec.ts';
import { POINT } from './process.ts';

export const DEPLOYMENT_FAULTS = {
  deploy: {
    acts: 'happens',
    text: 'Another module is deployed for a workflow: the next attempt of each execution runs it.',
    fields: {
      point: POINT,
      module: {
        type: 'module',
        required: true,
        example: 'order-v2.wasm',
        text: 'The module, or a source that is built; relative to the file of the plan.',
      },
      workflow: {
        type: 'text',
        text: 'The workflow; that of the execution when left out.',
      },
    },
  },
} as const satisfies FaultSpecs;
