/** The statement that a frame of the stack is in the middle of. */
import type { StatementScan } from '../statements/visit.ts';

/** Statements that are looked at first, and how many times as far each further look goes. */
const NEAR = 512;
const FURTHER = 64;

/**
 * The latest statement, up to a given one, that is at most so deep: the one that the frame of that
 * depth has begun. The given one itself where there is none.
 */
export function latestAtDepth(statements: StatementScan, tick: number, depthMax: number): number {
  let to = tick;
  for (let length = NEAR; to >= 1; length *= FURTHER) {
    const from = Math.max(1, to - length + 1);
    let found: number | undefined;
    statements.scan({ from, to, depthMax }, (visit) => {
      found = visit.tick;
      return false;
    });
    if (found !== undefined) return found;
    to = from - 1;
  }
  return tick;
}
