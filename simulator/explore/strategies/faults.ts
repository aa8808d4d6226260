import { HARMFUL_KINDS, isClockKind } from '../aspect.ts';
import { type Strategy, shotsOf, singleShots } from './strategy.ts';

/** Crashes and clocks have strategies of their own. */
const KINDS = HARMFUL_KINDS.filter((kind) => kind !== 'crash' && !isClockKind(kind));

export const FAULTS: Strategy = {
  name: 'faults',
  says: 'one fault of every other kind, at every effect that it can touch',
  trials: (aim) => singleShots(aim, shotsOf(aim, KINDS)),
};
