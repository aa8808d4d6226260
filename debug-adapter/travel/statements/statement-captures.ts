/** What the latest runs have told of statements. */
import type { StackDump } from '../../../simulator/guest/instrument/index.ts';
import type { CaptureSet } from './capture-set.ts';
import type { NearVisits } from './near-visits.ts';

/** Runs of which the captures are kept. */
export const SETS_MAX = 3;

export class StatementCaptures {
  /** The one that was used last is the last. */
  private readonly sets: CaptureSet[] = [];

  /** A run has been made; what was used least lately is gone. */
  add(set: CaptureSet): void {
    if (this.sets.length === SETS_MAX) this.sets.shift();
    this.sets.push(set);
  }

  /** The whole program at a statement; undefined where the owner's latest runs do not tell it. */
  dumpAt(owner: object, tick: number): StackDump | undefined {
    for (const set of this.of(owner)) {
      const dump = set.dumpAt(tick);
      if (dump === undefined) continue;
      this.sets.splice(this.sets.indexOf(set), 1);
      this.sets.push(set);
      return dump;
    }
    return undefined;
  }

  /** Statements that the owner's latest runs have come by, this one among them. */
  near(owner: object, tick: number): NearVisits | undefined {
    return this.of(owner).find(({ near }) => near.has(tick))?.near;
  }

  /** Whether both of two statements are told, without copying what they hold. */
  tells(owner: object, ...ticks: readonly number[]): boolean {
    return this.of(owner).some((set) => ticks.every((tick) => set.tells(tick)));
  }

  private of(owner: object): CaptureSet[] {
    return this.sets.filter((set) => set.owner === owner).reverse();
  }
}
