/**
 * Looks at the instructions of statements one by one. Each statement's are numbered from 0, in the
 * order in which they run, those of functions that it calls included: the number is the same on
 * every rerun.
 */
import type { Look, Reruns } from '../statements/reruns.ts';

export const ANY_LEVEL = 0x7fff_ffff;

/** An instruction that is about to run. */
export interface Found {
  readonly tick: number;
  /** In the statement; 0 is its first, at which the statement itself begins. */
  readonly index: number;
  /** How many effects have been called before it. */
  readonly effects: number;
}

/** What an instruction is, and its number in the statement. */
export interface Indexed extends Look {
  readonly index: number;
}

/** All instructions from a statement on, until `visit` returns true. */
export function instructionsFrom(
  reruns: Reruns,
  tick: number,
  visit: (look: Indexed) => boolean,
): void {
  let last = tick;
  let index = -1;
  reruns.looks({ from: tick, levelMax: ANY_LEVEL }, (look) => {
    index = look.tick === last ? index + 1 : 0;
    last = look.tick;
    return visit({ ...look, index });
  });
}

/** Those of one statement, until `visit` returns true. */
export function instructionsOf(
  reruns: Reruns,
  tick: number,
  visit: (look: Indexed) => boolean,
): void {
  instructionsFrom(reruns, tick, (look) => look.tick > tick || visit(look));
}

/** The `nth` instruction of a statement, from 0, of those that are meant. */
export function nthOf(
  reruns: Reruns,
  tick: number,
  nth: number,
  isMeant: (look: Look) => boolean,
): Found | undefined {
  let found: Found | undefined;
  let left = nth;
  instructionsOf(reruns, tick, (look) => {
    if (!isMeant(look) || left-- > 0) return false;
    found = look;
    return true;
  });
  return found;
}
