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
  /** Counts within each execution, from its start. */
  readonly hits: HitCondition | undefined;
  /** A logpoint prints this instead of stopping. */
  readonly log: ((hit: Hit) => string) | undefined;
  /** Tells it from others, also after the client has set it anew. */
  readonly key: string;
}

/** Decides, hit by hit from the start of one execution, which breakpoints are met. */
export class HitCounter {
  private readonly counts = new Map<StatementBreakpoint, number>();
  private readonly byOffset = new Map<number, StatementBreakpoint[]>();
  /** Whether hits before the place of interest matter. */
  readonly countsAll: boolean;

  /** Why a condition could not be told, latest first; its breakpoint counts as met. */
  problem: string | undefined;

  constructor(breakpoints: readonly StatementBreakpoint[]) {
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

  /** The breakpoints that are met here. */
  at(hit: Hit): readonly StatementBreakpoint[] {
    const here = this.byOffset.get(hit.offset) ?? [];
    return here.filter((breakpoint) => {
      if (!this.holds(breakpoint, hit)) return false;
      if (breakpoint.hits === undefined) return true;
      const count = (this.counts.get(breakpoint) ?? 0) + 1;
      this.counts.set(breakpoint, count);
      return breakpoint.hits(count);
    });
  }
}
