/** Which statements around one are looked at along with it, so that the next steps need no rerun. */
import type { NearVisits } from './near-visits.ts';
import type { Visit } from './visit.ts';

/** The part of them that lies behind the statement, as one has come to it. */
const BEHIND = 0.25;

export interface NeighbourWish {
  readonly tick: number;
  readonly countMax: number;
  /** Whether it was come to from a later statement. */
  readonly backwards: boolean;
}

/**
 * The statement, the following ones of its call, and those before it of its call and of the calls
 * around. In order; the last is in the same call.
 */
export function neighboursOf(
  near: NearVisits,
  { tick, countMax, backwards }: NeighbourWish,
): readonly number[] {
  const visit = near.at(tick);
  if (visit === undefined || countMax < 2) return [tick];
  const behind = Math.floor((countMax - 1) * BEHIND);
  const ahead = countMax - 1 - behind;
  const [earlier, later] = backwards ? [ahead, behind] : [behind, ahead];
  return [...before(near, visit, earlier), tick, ...after(near, visit, later)];
}

function before(near: NearVisits, from: Visit, countMax: number): number[] {
  const ticks: number[] = [];
  let { depth, activation } = from;
  for (let tick = from.tick - 1; ticks.length < countMax; tick--) {
    const visit = near.at(tick);
    if (visit === undefined) break;
    // A call that has returned by then.
    if (visit.depth > depth || (visit.depth === depth && visit.activation !== activation)) continue;
    ({ depth, activation } = visit);
    ticks.push(tick);
  }
  return ticks.reverse();
}

function after(near: NearVisits, from: Visit, countMax: number): number[] {
  const ticks: number[] = [];
  for (let tick = from.tick + 1; ticks.length < countMax; tick++) {
    const visit = near.at(tick);
    if (visit === undefined || visit.depth < from.depth) break;
    if (visit.activation === from.activation) ticks.push(tick);
    else if (visit.depth === from.depth) break;
  }
  return ticks;
}
