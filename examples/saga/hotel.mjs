// A hotel that has no rooms in some places.
import { reservations } from './reservations.mjs';

const FULL = ['Atlantis'];

export const state = {};
export const handle = reservations('rooms', ({ destination }) =>
  FULL.includes(destination) ? 'no room is free' : undefined,
);
