/** What an exploration comes to; plain JSON data, also the form in which shards are merged. */
import type { FaultKind } from '../faults/fault.ts';
import type { Shard, StrategyName } from './explore-options.ts';
import type { Finding, SourceSpot } from './finding.ts';

export const REPORT_VERSION = 1;

/** What ended an exploration; `failed` is an error that is no matter of the workflow. */
export type StopReason = 'complete' | 'runs' | 'time' | 'saturated' | 'cancelled' | 'failed';

/** Why an exploration could not go on. */
export interface ExploreFailure {
  /** As in ProblemReport. */
  readonly code: string;
  readonly message: string;
}

/** What was tried on the effects of one source line, or on those of one name without a line. */
export interface CoverageLine {
  readonly source?: SourceSpot;
  /** The names of the effects. */
  readonly effects: readonly string[];
  /** How many effects are asked for there. */
  readonly count: number;
  /** How often each fault happened there, by its aspect: `crash@performed`, `lose-response`. */
  readonly tried: Readonly<Record<string, number>>;
  /** Aspects of faults that could happen there and never did. */
  readonly untried: readonly string[];
}

export interface CoveredEffect {
  /** The index of its line in `lines`. */
  readonly line: number;
  /** How often each fault happened at it, by its aspect. */
  readonly tried: Readonly<Record<string, number>>;
  /** Aspects that were aimed at it and cannot happen there, such as those of a timer it does not have. */
  readonly impossible?: readonly string[];
}

export interface Coverage {
  /** Combinations of an effect and an aspect of a fault. */
  readonly tried: number;
  readonly possible: number;
  /** Kinds that do nothing in this world, because it has nothing that they befall; if there are any. */
  readonly idleKinds?: readonly FaultKind[];
  readonly lines: readonly CoverageLine[];
  /** By effect, such as `order-1#3 http.request`: what merging and going on need. */
  readonly effects: Readonly<Record<string, CoveredEffect>>;
}

export interface StrategyReport {
  readonly name: StrategyName;
  readonly runs: number;
  /** How many there are; left out when there is no end to them. */
  readonly planned?: number;
  /** How many of the runs broke a check. */
  readonly broken: number;
}

export interface ExploreReport {
  readonly version: typeof REPORT_VERSION;
  readonly workflow: string;
  readonly seed: number;
  readonly shard: Shard;
  readonly stopped: StopReason;
  /** There when it has failed. */
  readonly failure?: ExploreFailure;
  /** Trials so far, without those of shrinking. */
  readonly runs: number;
  /** The number of the first trial that was not looked at: where going on begins. */
  readonly next: number;
  readonly strategies: readonly StrategyReport[];
  readonly coverage: Coverage;
  readonly findings: readonly Finding[];
  /** Checks of the kind `sometimes`, and whether any run made them hold. */
  readonly sometimes: Readonly<Record<string, boolean>>;
  /** Errors of checks and the like, each once. */
  readonly problems: readonly string[];
  /** The names of checks that threw, or gave no answer, in some run: they say nothing of it. */
  readonly unanswered?: readonly string[];
}
