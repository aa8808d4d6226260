import { type Strategy, shotsOf, singleShots } from './strategy.ts';

export const CRASHES: Strategy = {
  name: 'crashes',
  says: 'one crash, at each of the four points of every effect',
  trials: (aim) => singleShots(aim, shotsOf(aim, ['crash'])),
};
