import { specOf } from '../../faults/fault.ts';
import { NETWORK_FAULTS } from '../../faults/kinds/network.ts';
import { STORE_FAULTS } from '../../faults/kinds/store.ts';
import { HARMFUL_KINDS } from '../aspect.ts';
import { type Strategy, shotsOf, trialOf } from './strategy.ts';

/** What cuts or slows links, or the journal store, for a while. */
const WINDOWS = HARMFUL_KINDS.filter(
  (kind) => (kind in NETWORK_FAULTS || kind in STORE_FAULTS) && specOf(kind).acts === 'happens',
);

export const PARTITIONS: Strategy = {
  name: 'partitions',
  says: 'a crash, and a cut of the network or the journal store that begins at an effect',
  trials: (aim) => {
    const crashes = shotsOf(aim, ['crash']);
    const windows = shotsOf(aim, WINDOWS);
    return {
      count: crashes.length * windows.length,
      at: (index) => {
        const crash = crashes[Math.floor(index / windows.length)];
        const window = windows[index % windows.length];
        if (crash === undefined || window === undefined) return undefined;
        return trialOf(aim.seed, [window, crash]);
      },
    };
  },
};
