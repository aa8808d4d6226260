import { HARMFUL_KINDS, isClockKind } from '../aspect.ts';
import { type Strategy, shotsOf, singleShots } from './strategy.ts';

const KINDS = HARMFUL_KINDS.filter(isClockKind);

export const CLOCKS: Strategy = {
  name: 'clocks',
  says: 'one fault of a clock, at every reading of a clock and every wait',
  trials: (aim) => singleShots(aim, shotsOf(aim, KINDS)),
};
