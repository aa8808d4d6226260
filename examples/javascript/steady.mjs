import { carrier } from './carrier.mjs';

export const state = { bookingOfKey: {} };
export const handle = carrier(290);
