// A payment service that does not trust everyone.
import { reservations } from './reservations.mjs';

const DECLINED = ['Mallory'];

export const state = {};
export const handle = reservations('payments', ({ traveller }) =>
  DECLINED.includes(traveller) ? 'the card was declined' : undefined,
);
