/** What the latest runs have noted of statements: of the present call and, mostly, of its caller. */
import type { StackDump } from '../../../simulator/guest/instrument/index.ts';
import { CaptureSet } from './capture-set.ts';

/** Runs of which the captures are kept. */
const SETS_MAX = 2;

export class StatementCaptures {
  /** The one that was used last is the last. */
  private readonly sets: CaptureSet[] = [];

  /** A run begins; what was used least lately is gone. */
  begin(owner: object): CaptureSet {
    const oldest = this.sets.length < SETS_MAX ? undefined : this.sets.shift();
    const set = oldest ?? new CaptureSet();
    this.sets.push(set);
    set.begin(owner);
    return set;
  }

  /** The whole program at a statement; undefined where the owner's latest runs do not tell it. */
  dumpAt(owner: object, tick: number): StackDump | undefined {
    for (const set of this.sets.toReversed()) {
      const dump = set.dumpAt(owner, tick);
      if (dump === undefined) continue;
      this.sets.splice(this.sets.indexOf(set), 1);
      this.sets.push(set);
      return dump;
    }
    return undefined;
  }
}
