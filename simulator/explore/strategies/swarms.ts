import type { Fault, FaultKind } from '../../faults/fault.ts';
import { RandomStream } from '../../kernel/random-stream.ts';
import { faultByChance } from '../aimed-fault.ts';
import { CHANCE_KINDS, idleKindsIn, touches } from '../aspect.ts';
import { below, pick } from '../draw.ts';
import { drawFields } from '../fault-values.ts';
import { drawSchedule } from './schedules.ts';
import type { Aim, Strategy } from './strategy.ts';

/** Seeds of the simulation itself: each needs an undisturbed run of its own to compare with. */
const SEEDS = 8;
/** How likely a kind of fault hits an effect, when the kind is on. */
const PROBABILITIES = [0.02, 0.1, 0.3, 0.7] as const;
const KINDS_ON_MAX = 4;

export const SWARMS: Strategy = {
  name: 'swarms',
  says: 'by chance: which kinds of faults are on, how likely each is, how long it lasts; and the seed',
  trials: (aim) => {
    const effects = [...new Set(aim.targets.map(({ effect }) => effect))];
    const idle = idleKindsIn(aim.names);
    const kinds = CHANCE_KINDS.filter(
      (kind) => !idle.includes(kind) && effects.some((effect) => touches(kind, effect)),
    );
    return {
      count: effects.length === 0 ? 0 : Number.POSITIVE_INFINITY,
      at: (index) => {
        const random = new RandomStream(aim.seed, `swarm ${index}`);
        const seed = (aim.seed + below(SEEDS, random)) % Number.MAX_SAFE_INTEGER;
        const count = 1 + below(KINDS_ON_MAX, random);
        const on = Array.from({ length: count }, () => pick(kinds, random));
        const faults = on.flatMap((kind) => drawFault(kind, effects, aim, random) ?? []);
        const isScheduled = aim.executions.length > 1 && below(2, random) === 0;
        if (!isScheduled) return faults.length === 0 ? undefined : { seed, plan: { faults } };
        return { seed, plan: { faults, schedule: drawSchedule(aim, random) } };
      },
    };
  },
};

/** On all effects that the kind can touch, or on those of one name. */
function drawFault(
  kind: FaultKind,
  effects: readonly string[],
  { names }: Aim,
  random: RandomStream,
): Fault | undefined {
  const touched = effects.filter((effect) => touches(kind, effect));
  const effect = pick(['*', ...touched], random);
  const fields = drawFields(kind, names, random);
  return faultByChance(kind, effect, pick(PROBABILITIES, random), fields);
}
