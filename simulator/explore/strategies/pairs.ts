import type { Trial } from '../trial.ts';
import { type Shot, type Strategy, shotsOf, trialOf } from './strategy.ts';

export const PAIRS: Strategy = {
  name: 'pairs',
  says: 'two crashes, at every two points of effects; also a crash while the first one is replayed',
  trials: (aim) => {
    const shots = shotsOf(aim, ['crash']);
    const replays = aim.targets.map(
      (target): Shot => ({ target, kind: 'crash', fields: { point: 'replay' } }),
    );
    const both = (shots.length * (shots.length - 1)) / 2;
    return {
      count: both + shots.length * replays.length,
      at: (index): Trial | undefined => {
        const [one, other] =
          index < both
            ? pairAt(index).map((at) => shots[at])
            : [
                shots[Math.floor((index - both) / replays.length)],
                replays[(index - both) % replays.length],
              ];
        if (one === undefined || other === undefined) return undefined;
        return trialOf(aim.seed, [one, other]);
      },
    };
  },
};

/** The pair with this number among 1,0 - 2,0 - 2,1 - 3,0 ...; the smaller one first. */
export function pairAt(index: number): readonly [number, number] {
  let larger = Math.floor((1 + Math.sqrt(1 + 8 * index)) / 2);
  // The square root is rounded.
  while ((larger * (larger - 1)) / 2 > index) larger--;
  return [index - (larger * (larger - 1)) / 2, larger];
}
