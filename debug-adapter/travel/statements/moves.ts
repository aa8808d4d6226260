/**
 * Steps over statements, in both directions. They are found by looking at statements, so they know
 * nothing of how a program is run.
 *
 * M1  A step over a call comes to a statement of the call that it began in, or of one of its
 *     callers; out of it, of one of its callers.
 * M2  Only where none of them follows, it comes to the nearest statement that is no deeper: what
 *     calls a program's functions from outside of it is no caller to return to.
 * M3  Backwards they are the same, seen from the end.
 */
import type { Standing, StatementScan } from './visit.ts';

/** Statements around the present one that are looked at first: ahead, and behind. */
const NEAR = 512;
const NEAR_BEHIND = 64;
/** How many times as far each further look goes. */
const FURTHER = 64;

export const ANY_DEPTH = 0x7fff_ffff;

/** `over` stays in the call that it began in; `out` leaves it. */
export type StepKind = 'over' | 'out';

/** What a step is looking for. */
interface Aim {
  readonly depthMax: number;
  /** The activations that it may come to. */
  readonly targets: ReadonlySet<number>;
  /** The activation that it is to leave. */
  readonly left: number | undefined;
  /** The nearest statement is right, whosever it is. */
  readonly nearest: boolean;
}

/** Statements that a look has come by. */
interface Seen {
  readonly found: number | undefined;
  readonly other: number | undefined;
}

export class Moves {
  constructor(private readonly statements: StatementScan) {}

  /** The statement that a step leads to; undefined past the last that is known. */
  forward(standing: Standing, kind: StepKind): number | undefined {
    const aim = aimOf(standing, kind);
    const { total } = this.statements;
    const near = Math.min(total, standing.tick + NEAR);
    const first = this.firstOf(standing.tick + 1, near, aim);
    if (first.found !== undefined || (aim.nearest && first.other !== undefined)) {
      return first.found ?? first.other;
    }
    const rest = this.firstOf(near + 1, total, aim);
    return rest.found ?? first.other ?? rest.other;
  }

  /** The statement that a step backwards leads to; undefined before the first. */
  backward(standing: Standing, kind: StepKind): number | undefined {
    const aim = aimOf(standing, kind);
    let other: number | undefined;
    let to = standing.isWithin ? standing.tick : standing.tick - 1;
    for (let length = NEAR_BEHIND; to >= 1; length *= FURTHER) {
      const from = Math.max(1, to - length + 1);
      const seen = this.lastOf(from, to, aim);
      if (seen.found !== undefined) return seen.found;
      other ??= seen.other;
      if (other !== undefined && aim.nearest) return other;
      to = from - 1;
    }
    return other;
  }

  /** The first statement of a call that it is in: `level` 0 is the innermost. */
  entryOf({ tick, chain }: Standing, level: number): number | undefined {
    const activation = chain[level];
    if (activation === undefined) return undefined;
    let found: number | undefined;
    this.statements.scan({ from: 1, to: tick, depthMax: chain.length - level }, (visit) => {
      if (visit.activation === activation) found = visit.tick;
      return found !== undefined;
    });
    return found;
  }

  private firstOf(from: number, to: number, aim: Aim): Seen {
    let found: number | undefined;
    let other: number | undefined;
    this.statements.scan({ from, to, depthMax: aim.depthMax }, ({ tick, activation }) => {
      if (activation === aim.left) return false;
      if (aim.targets.has(activation)) found = tick;
      else other ??= tick;
      return found !== undefined || aim.nearest;
    });
    return { found, other };
  }

  private lastOf(from: number, to: number, { depthMax, targets, left }: Aim): Seen {
    let found: number | undefined;
    let other: number | undefined;
    this.statements.scan({ from, to, depthMax }, ({ tick, activation }) => {
      if (targets.has(activation)) found = tick;
      else if (activation !== left) other = tick;
      return false;
    });
    return { found, other };
  }
}

function aimOf({ chain }: Standing, kind: StepKind): Aim {
  const targets = kind === 'over' ? chain : chain.slice(1);
  return {
    // Outside of every function with statements, the next statement is wherever it is.
    depthMax: chain.length === 0 ? ANY_DEPTH : Math.max(1, targets.length),
    targets: new Set(targets),
    left: kind === 'out' ? chain[0] : undefined,
    nearest: chain.length <= 1,
  };
}
