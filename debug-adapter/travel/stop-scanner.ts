/**
 * Finds the stops of a simulation: it is shown its effects one after the other, in the order in
 * which they were performed, and tells which breakpoints each of them hits.
 *
 * N1  What it tells depends on the effects alone, not on how or how often they are travelled over:
 *     the stops forwards are the stops backwards.
 */
import { matchesGlob } from '../../simulator/kernel/glob.ts';
import { type Breakpoint, conditionHolds, VisitTracker } from './breakpoint.ts';
import { needsResult } from './log-message.ts';
import { type EffectFields, effectFields, type SeenEffect } from './seen-effect.ts';
import type { Stack } from './stack-book.ts';

export interface BreakpointHits {
  /** Those that stop. */
  readonly stops: readonly Breakpoint[];
  readonly logs: readonly Breakpoint[];
  /** Those that can only be decided, or print all, once the effect has its result. */
  readonly pending: readonly Breakpoint[];
}

const NO_HITS: BreakpointHits = { stops: [], logs: [], pending: [] };

export class StopScanner {
  private readonly counts = new Map<Breakpoint, number>();
  /** Of each execution, and of what each of its attempts lost. */
  private readonly trackers = new Map<string, Map<Breakpoint, VisitTracker>>();
  readonly needsStacks: boolean;

  constructor(readonly breakpoints: readonly Breakpoint[]) {
    this.needsStacks = breakpoints.some(({ target }) => target.kind !== 'effect');
  }

  get idle(): boolean {
    return this.breakpoints.length === 0;
  }

  /** The next effect; `stack` is asked for only when `needsStacks`. */
  next(effect: SeenEffect, stack: () => Stack): BreakpointHits {
    if (this.idle) return NO_HITS;
    const reached = this.breakpoints.filter((breakpoint) =>
      this.reaches(breakpoint, effect, stack),
    );
    return reached.length === 0 ? NO_HITS : this.decide(reached, effect);
  }

  /** Decides about breakpoints that were pending, now that the effect has a result. */
  decide(reached: readonly Breakpoint[], effect: SeenEffect): BreakpointHits {
    let known: EffectFields | undefined;
    const fields = (): EffectFields => {
      known ??= effectFields(effect);
      return known;
    };
    const stops: Breakpoint[] = [];
    const logs: Breakpoint[] = [];
    const pending: Breakpoint[] = [];
    for (const breakpoint of reached) {
      const holds = conditionHolds(breakpoint.condition, fields);
      const { log } = breakpoint;
      const waits = effect.result === undefined && log !== undefined && needsResult(log);
      if (holds === 'pending' || (holds && waits)) pending.push(breakpoint);
      else if (holds && this.counted(breakpoint))
        (log === undefined ? stops : logs).push(breakpoint);
    }
    return { stops, logs, pending };
  }

  private counted(breakpoint: Breakpoint): boolean {
    const count = (this.counts.get(breakpoint) ?? 0) + 1;
    this.counts.set(breakpoint, count);
    return breakpoint.hits?.(count) ?? true;
  }

  private reaches(breakpoint: Breakpoint, effect: SeenEffect, stack: () => Stack): boolean {
    const { target } = breakpoint;
    if (target.kind === 'effect') return matchesGlob(target.pattern, effect.operation.name);
    const trackers = this.trackersOf(effect);
    let tracker = trackers.get(breakpoint);
    if (tracker === undefined) {
      tracker = new VisitTracker(target);
      trackers.set(breakpoint, tracker);
    }
    return tracker.visits(stack());
  }

  /** What was lost follows on what was kept till then, and what was done again does so too. */
  private trackersOf({
    execution,
    lostWith,
  }: Pick<SeenEffect, 'execution' | 'lostWith'>): Map<Breakpoint, VisitTracker> {
    const key = lostWith === undefined ? execution : `${execution} ${lostWith}`;
    const existing = this.trackers.get(key);
    if (existing !== undefined) return existing;
    const kept = lostWith === undefined ? [] : [...this.trackersOf({ execution })];
    const created = new Map(kept.map(([breakpoint, tracker]) => [breakpoint, tracker.fork()]));
    this.trackers.set(key, created);
    return created;
  }
}
