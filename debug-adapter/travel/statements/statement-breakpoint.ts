/** Breakpoints on statements, and how a program meets them. */
import type { HitCondition } from '../breakpoint.ts';
import { ExpressionError } from '../expression.ts';
import type { Hit } from './reruns.ts';

export interface StatementBreakpoint {
  readonly id: number;
  readonly kind: 'line' | 'function';
  /** The hash of the program that it is in. */
  readonly program: string;
  /** Where the statements begin that it stops at: code offsets. */
  readonly offsets: readonly number[];
  /** Undefined to stop at each of them. Asked while the program waits there. */
  readonly condition: ((hit: Hit) => boolean) | undefined;
  /** Counts in all executions, from the start of the simulation. */
  readonly hits: HitCondition | undefined;
  /** A logpoint prints this instead of stopping. */
  readonly log: ((hit: Hit) => string) | undefined;
  /** Tells it from others, also after the client has set it anew. */
  readonly key: string;
}

/** How often a breakpoint was met before the effects after which a part of a path comes. */
export type CountBefore = (breakpoint: StatementBreakpoint, seq: number) => number;

/** Decides, hit by hit from the start of one path, which breakpoints are met. */
export class HitCounter {
  private readonly counts = new Map<StatementBreakpoint, { seq: number; count: number }>();
  private readonly byOffset = new Map<number, StatementBreakpoint[]>();
  /** Whether hits before the place of interest matter. */
  readonly countsAll: boolean;

  /** Why a condition could not be told, latest first; its breakpoint counts as met. */
  problem: string | undefined;

  /** @param countBefore undefined where nothing but the path is counted */
  constructor(
    breakpoints: readonly StatementBreakpoint[],
    private readonly countBefore?: CountBefore,
  ) {
    this.countsAll = breakpoints.some(({ hits }) => hits !== undefined);
    for (const breakpoint of breakpoints) {
      for (const offset of breakpoint.offsets) {
        const others = this.byOffset.get(offset);
        if (others === undefined) this.byOffset.set(offset, [breakpoint]);
        else others.push(breakpoint);
      }
    }
  }

  get offsets(): readonly number[] {
    return [...this.byOffset.keys()].sort((one, other) => one - other);
  }

  private holds({ condition }: StatementBreakpoint, hit: Hit): boolean {
    try {
      return condition?.(hit) ?? true;
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      // Whoever wrote it wants to know, and sees best where it was asked.
      this.problem = error.message;
      return true;
    }
  }

  /**
   * The breakpoints that are met here.
   *
   * @param seq how many effects have been called by then
   */
  at(hit: Hit, seq: number): readonly StatementBreakpoint[] {
    return this.holding(hit).filter((breakpoint) => {
      if (breakpoint.hits === undefined) return true;
      return breakpoint.hits(this.count(breakpoint, seq));
    });
  }

  /** Those whose conditions hold here, whatever their counts. */
  holding(hit: Hit): readonly StatementBreakpoint[] {
    const here = this.byOffset.get(hit.offset) ?? [];
    return here.filter((breakpoint) => this.holds(breakpoint, hit));
  }

  private count(breakpoint: StatementBreakpoint, seq: number): number {
    const known = this.counts.get(breakpoint);
    const { countBefore } = this;
    const isNewPart = countBefore !== undefined && known?.seq !== seq;
    const before = isNewPart ? countBefore(breakpoint, seq) : (known?.count ?? 0);
    const count = before + 1;
    this.counts.set(breakpoint, { seq, count });
    return count;
  }
}
