import type { Fault, FaultKind } from '../../faults/fault.ts';
import { RandomStream } from '../../kernel/random-stream.ts';
import { NANOS_PER_MILLI } from '../../kernel/time.ts';
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
/** Fields that are drawn one by one need not go together; how often they are drawn until they do. */
const DRAWS_MAX = 12;

/** How long after an effect of the undisturbed run nothing goes wrong any more. */
const CALM_AFTER: readonly bigint[] = [1n, 40n, 2_000n, 15_000n, 60_000n, 600_000n].map(
  (millis) => millis * NANOS_PER_MILLI,
);

export const SWARMS: Strategy = {
  name: 'swarms',
  says: 'by chance: which kinds of faults are on, how likely each is, how long it lasts, when all of it ends; and the seed',
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
        if (!isScheduled && faults.length === 0) return undefined;
        const untilNanos = drawEnd(aim, random);
        if (!isScheduled) return { seed, plan: { faults, untilNanos } };
        return { seed, plan: { faults, untilNanos, schedule: drawSchedule(aim, random) } };
      },
    };
  },
};

/**
 * When the liveness phase begins: around some effect, early or late. From then on, whatever the
 * swarm has broken, the workflow has to come to its end.
 */
function drawEnd({ targets }: Aim, random: RandomStream): bigint {
  const { startedAt = 0n } = targets.length === 0 ? {} : pick(targets, random);
  return startedAt + pick(CALM_AFTER, random);
}

/** On all effects that the kind can touch, or on those of one name. */
function drawFault(
  kind: FaultKind,
  effects: readonly string[],
  { names }: Aim,
  random: RandomStream,
): Fault | undefined {
  const touched = effects.filter((effect) => touches(kind, effect));
  const effect = pick(['*', ...touched], random);
  const probability = pick(PROBABILITIES, random);
  for (let draw = 0; draw < DRAWS_MAX; draw++) {
    const fault = faultByChance(kind, effect, probability, drawFields(kind, names, random));
    if (fault !== undefined) return fault;
  }
  return undefined;
}
