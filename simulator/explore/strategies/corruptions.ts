import { CORRUPTING_KINDS } from '../aspect.ts';
import { type Strategy, shotsOf, singleShots } from './strategy.ts';

export const CORRUPTIONS: Strategy = {
  name: 'corruptions',
  says: 'data that comes out wrong, once, at every effect that it can touch; only when asked for',
  trials: (aim) => {
    const torn = shotsOf(aim, ['torn-write']).map((shot) => ({
      ...shot,
      fields: { ...shot.fields, told: 'all' },
    }));
    return singleShots(aim, [...shotsOf(aim, CORRUPTING_KINDS), ...torn]);
  },
};
