/** A run past a statement and those around it, of which it notes as many as it has time for. */
import type {
  LinkedInstance,
  ProbeSession,
  ProbeSettings,
} from '../../../simulator/guest/instrument/index.ts';
import { assert } from '../../../simulator/kernel/assert.ts';
import { CaptureSet } from './capture-set.ts';
import type { NearVisits } from './near-visits.ts';
import type { Visit } from './visit.ts';

/** What a run may take on besides its statement. */
export interface Effort {
  /** Statements that are noted, at most. */
  readonly captures: number;
  /** Bytes of memory that are compared for it; they take about 0.1 ms a MiB. */
  readonly comparedBytes: number;
  /** Statements before and after whose places are told. */
  readonly ticks: number;
}

/** Statements around one that steps come to without a jump. */
export const NEAR_TICKS = 1024;

/** To where nobody has been: it may be to look at once only. */
export const JUMPED: Effort = { captures: 32, comparedBytes: 8 * 2 ** 20, ticks: 256 };
/** One step of many, which somebody waits for. */
export const AWAITED: Effort = { captures: 128, comparedBytes: 16 * 2 ** 20, ticks: NEAR_TICKS };
/** While nobody waits. */
export const UNHURRIED: Effort = { captures: 256, comparedBytes: 128 * 2 ** 20, ticks: NEAR_TICKS };

/** Of programs with larger memories nothing is noted: the first copy alone takes milliseconds. */
export const MEMORY_BYTES_MAX = 4 * 2 ** 20;
/** The part of them that lies in the direction in which one goes. */
const AHEAD = 0.75;
/** The part that lies close by; the others are no deeper than the statement, and farther away. */
const CLOSE = 0.75;

export interface Window {
  readonly tick: number;
  /** The last statement that may be run to. */
  readonly last: number;
  /** The direction from which it was come to: -1 from a later statement, 0 from neither. */
  readonly direction: -1 | 0 | 1;
  /** What is known of the statement and those before it. */
  readonly near: NearVisits | undefined;
  readonly effort: Effort;
}

/** Which statements are noted, once it is known how many there is time for. */
interface Choice {
  /** All from one to another. */
  readonly from: number;
  readonly to: number;
  /** From here on those that are no deeper. */
  readonly shallowFrom: number;
  /** How many of those after it. */
  shallowAfter: number;
}

export class WindowRun {
  private readonly set: CaptureSet;
  private readonly to: number;
  private choice: Choice | undefined;
  private depth: number | undefined;
  /** Whether the latest statement was noted. */
  hasNoted = false;
  /** What the program was asked for last. */
  private askedBelow = 0;
  /** Of the innermost frame at the stop. */
  private level: number | undefined;

  /** @param session the run's own, once it is there */
  constructor(
    owner: object,
    private readonly window: Window,
    private readonly session: () => ProbeSession | undefined,
  ) {
    const { tick, last, near, effort } = window;
    this.set = new CaptureSet(owner, Math.max(1, tick - effort.ticks));
    this.to = Math.min(last, tick + effort.ticks);
    this.depth = near?.at(tick)?.depth;
  }

  get settings(): ProbeSettings {
    const { set } = this;
    return {
      stopAt: set.near.from,
      onTick: (tick, offset, depth, activation, values, level) => {
        const instance = this.session()?.main;
        assert(instance !== undefined, 'a program that asks runs');
        const visit = { tick, offset, depth, activation };
        set.near.add(visit);
        this.hasNoted = this.wants(visit, instance) && set.note({ visit, values, level, instance });
        if (tick >= this.to || (tick === this.window.tick && !this.hasNoted)) {
          this.level = level;
          return 0;
        }
        this.askForReturns();
        return 1;
      },
      onReturned: (hit) => {
        set.returned(hit);
        this.askForReturns();
      },
      onLost: (level) => {
        set.lost(level);
        this.askForReturns();
      },
    };
  }

  /** The run is over. */
  finish({ stopped, main }: ProbeSession): CaptureSet {
    this.set.finish(stopped, this.level ?? main?.level ?? 0);
    return this.set;
  }

  private askForReturns(): void {
    const { returnsBelow } = this.set;
    const instance = this.session()?.main;
    if (returnsBelow === this.askedBelow || instance === undefined) return;
    instance.returnsBelow = returnsBelow;
    this.askedBelow = returnsBelow;
  }

  private wants({ tick, depth }: Visit, instance: LinkedInstance): boolean {
    this.choice ??= this.choose(instance);
    const { choice } = this;
    const wanted = this.window.tick;
    if (tick === wanted) this.depth = depth;
    if (tick >= choice.from && tick <= choice.to) return true;
    if (depth > (this.depth ?? 0) || tick < choice.shallowFrom) return false;
    return tick < wanted || choice.shallowAfter-- > 0;
  }

  private choose({ memories, module }: LinkedInstance): Choice {
    const { tick, direction, effort, near } = this.window;
    const bytes = memories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0);
    const count = Math.min(effort.captures, Math.floor(effort.comparedBytes / Math.max(1, bytes)));
    // What other modules of a component hold is not noted.
    if (bytes > MEMORY_BYTES_MAX || module.instrumented?.reentrant === true) {
      return { from: tick, to: 0, shallowFrom: Number.POSITIVE_INFINITY, shallowAfter: 0 };
    }
    const ahead = count * (direction === 0 ? 1 / 2 : direction > 0 ? AHEAD : 1 - AHEAD);
    const behind = count - ahead;
    const from = tick - Math.floor(behind * CLOSE);
    return {
      from,
      to: tick + Math.floor(ahead * CLOSE),
      shallowFrom: near === undefined ? tick : this.shallowBefore(near, from, behind * (1 - CLOSE)),
      shallowAfter: Math.floor(ahead * (1 - CLOSE)),
    };
  }

  /** Where those of the statements before one that are no deeper begin, as far as they are known. */
  private shallowBefore(near: NearVisits, before: number, count: number): number {
    let left = count;
    let tick = before;
    for (; near.has(tick - 1) && left >= 1; tick--) {
      if ((near.at(tick - 1)?.depth ?? 0) <= (this.depth ?? 0)) left--;
    }
    return tick;
  }
}
