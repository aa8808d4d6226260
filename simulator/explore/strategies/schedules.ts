import type { Schedule } from '../../faults/schedule.ts';
import { RandomStream } from '../../kernel/random-stream.ts';
import { NANOS_PER_MILLI, NANOS_PER_SECOND } from '../../kernel/time.ts';
import { below, pick } from '../draw.ts';
import type { Aim, Strategy } from './strategy.ts';

/** Priorities are drawn for so many executions; the others come after them. */
const EXECUTIONS_DRAWN_MAX = 64;
/** A bug of depth d needs d-1 changes (PCT); few are deeper than this. */
const CHANGES_DRAWN_MAX = 3;

/** From a tie that is decided otherwise to one execution that is through before the next begins. */
const LAGS: readonly bigint[] = [
  0n,
  NANOS_PER_MILLI / 10n,
  3n * NANOS_PER_MILLI,
  40n * NANOS_PER_MILLI,
  700n * NANOS_PER_MILLI,
  6n * NANOS_PER_SECOND,
];

export const SCHEDULES: Strategy = {
  name: 'schedules',
  says: 'another execution goes first: priorities by chance, which change now and then',
  trials: (aim) => ({
    count: aim.executions.length < 2 ? 0 : Number.POSITIVE_INFINITY,
    at: (index) => {
      const random = new RandomStream(aim.seed, `schedule ${index}`);
      return { seed: aim.seed, plan: { faults: [], schedule: drawSchedule(aim, random) } };
    },
  }),
};

export function drawSchedule({ executions, targets }: Aim, random: RandomStream): Schedule {
  const turnsMax = executions.length + targets.length;
  const changes = Array.from(
    { length: below(CHANGES_DRAWN_MAX + 1, random) },
    () => 1 + below(turnsMax, random),
  );
  return {
    order: shuffled(executions.slice(0, EXECUTIONS_DRAWN_MAX), random),
    changes: [...new Set(changes)].sort((one, other) => one - other),
    lagNanos: pick(LAGS, random),
  };
}

function shuffled(list: readonly string[], random: RandomStream): readonly string[] {
  const left = [...list];
  return list.map(() => left.splice(below(left.length, random), 1)[0] ?? '');
}
