import { assert } from '../kernel/assert.ts';
import type { RandomStream } from '../kernel/random-stream.ts';

/** An integer from 0 to `bound`-1. */
export function below(bound: number, random: RandomStream): number {
  return random.nextUint53() % bound;
}

/** One of a list that is not empty. */
export function pick<T>(among: readonly T[], random: RandomStream): T {
  assert(among.length > 0, 'a pick among nothing');
  return among[below(among.length, random)] as T;
}
