/** What an exploration is asked for, and how it tells how far it is; plain data. */
import type { RunTarget } from '../host/protocol-options.ts';
import type { ExploreReport } from './report.ts';

/** The ways in which exploration chooses what to try, in the order in which it goes through them. */
export const STRATEGY_NAMES = [
  'crashes',
  'faults',
  'clocks',
  'pairs',
  'partitions',
  'schedules',
  'swarms',
  'corruptions',
] as const;

export type StrategyName = (typeof STRATEGY_NAMES)[number];

/** Those that are used unless others are asked for. */
export const DEFAULT_STRATEGIES: readonly StrategyName[] = STRATEGY_NAMES.filter(
  (name) => name !== 'corruptions',
);

/** One of several explorations that share the work: it takes every `count`-th trial. */
export interface Shard {
  /** From 1 to `count`. */
  readonly index: number;
  readonly count: number;
}

/** A trial in which a program computed for ever; whoever asks has ended the host that ran it. */
export interface StuckTrial {
  /** The trial's number. */
  readonly trial: number;
  /** Where it was heard of last; undefined before the first effect. */
  readonly effect?: { readonly execution: string; readonly seq: number };
  /** How long it computed without an effect, in real milliseconds. */
  readonly silentMs: number;
}

export interface ExploreOptions {
  readonly target: RunTarget;
  /** Everything that is tried is chosen by it; the configuration's when left out. */
  readonly seed?: number;
  /** How many trials there are at most, over all shards. */
  readonly runs?: number;
  /** Real milliseconds after which it stops. */
  readonly timeMs?: number;
  /** Random trials in a row without anything new after which it stops. */
  readonly saturation?: number;
  readonly shard?: Shard;
  /** Only these strategies; DEFAULT_STRATEGIES when left out. */
  readonly only?: readonly StrategyName[];
  /** A module of checks, absolute; replaces the configured one. */
  readonly checks?: string;
  /** Whether checks have a limit of time: set once one has not ended, to tell which it is. */
  readonly limitsChecks?: boolean;
  /** What an earlier exploration of the same came to; this one goes on behind it. */
  readonly resume?: ExploreReport;
  /** Trials that are not run, but reported as such that never end. */
  readonly stuck?: readonly StuckTrial[];
}

/** How far an exploration is. */
export interface ExploreProgress {
  /** Trials so far, those of a resumed exploration included. */
  readonly done: number;
  /** How many there will be at most; undefined when only time or saturation ends it. */
  readonly total?: number;
  readonly strategy: StrategyName;
  readonly findings: number;
  /** Combinations of an effect and a fault. */
  readonly coverage: { readonly tried: number; readonly possible: number };
}
