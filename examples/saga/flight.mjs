import { reservations } from './reservations.mjs';

export const state = {};
export const handle = reservations('seats');
