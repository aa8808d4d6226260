/** What befalls messages on their way, and the links that they go over. */
import type { IntegerField } from '../fault-field.ts';
import type { FaultSpecs } from '../fault-spec.ts';

const TIMES = {
  type: 'integer',
  minimum: 1,
  maximum: 1000,
  default: 1,
  text: 'How many messages of the call it hits, one after the other.',
} as const satisfies IntegerField;

/** The effects that send something. */
const SENDING = ['http.*', 'connection.*', 'datagram.send'] as const;

export const NETWORK_FAULTS = {
  'lose-request': {
    acts: 'interferes',
    text: 'The request never arrives.',
    fields: { times: TIMES },
    effects: SENDING,
  },
  'lose-response': {
    acts: 'interferes',
    text: 'The service has done it, and its response never arrives.',
    fields: { times: TIMES },
    effects: SENDING,
  },
} as const satisfies FaultSpecs;
