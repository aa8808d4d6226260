/** Calls that taking a commit to the store may nest below a guest's call, with what writes it down. */
export const COMMIT_CALLS_MAX = 32;

/** The same for anything that happens in the world. */
export const EVENT_CALLS_MAX = 100;

/**
 * Throws RangeError unless the stack has room for so many calls of the engine. Asked before the
 * engine changes anything inside a guest's call, so that a guest which has used up its stack ends
 * before, and not in the middle of, writing a row or taking an event of another execution. A
 * hundred calls take about a microsecond.
 */
export function ensureStackRoom(calls: number): void {
  descend(calls, 1, 2, 3, 4, 5, 6, 7);
}

// Seven numbers in every frame make each about as large as a frame of the engine.
function descend(
  left: number,
  a: number,
  b: number,
  c: number,
  d: number,
  e: number,
  f: number,
  g: number,
): number {
  return left === 0 ? a : descend(left - 1, b, c, d, e, f, g, a) + a + b + c + d + e + f + g;
}
