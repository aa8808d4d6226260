/** What an exploration reports of something that breaks; plain JSON data. */
import type { Json, JsonObject } from '../effects/operation.ts';

/** A decision of a run, as the choice list has it. */
export interface ChoiceJson {
  readonly stream: string;
  readonly value: number;
}

/** A trial as data: what `run` needs to do it again. */
export interface TrialJson {
  readonly seed: number;
  /** A fault plan, as in a file; its triggers name exact effects. */
  readonly plan: JsonObject;
  /** Decisions that differ from those of the seed. */
  readonly choices?: readonly ChoiceJson[];
  /** What is read is perturbed; see the perturbation check. */
  readonly perturb?: Json;
}

/** The line of the user's source in which an effect is asked for. */
export interface SourceSpot {
  /** As the debug information has it; usually absolute. */
  readonly path: string;
  /** Counts from 1. */
  readonly line: number;
  readonly function: string;
}

export interface EffectSpot {
  readonly execution: string;
  readonly seq: number;
  /** `clock.read`, `http.request`, ... */
  readonly effect: string;
  /** Left out when the program has no lines. */
  readonly source?: SourceSpot;
}

/** Where two runs part first. */
export interface Difference {
  /** What differs first of all, as a sentence or two. */
  readonly text: string;
  /** The effect that differs first: asked otherwise, got another result, or only in one. */
  readonly effect?: EffectSpot;
  /** The first decision that differs, in its stream. */
  readonly choice?: {
    readonly stream: string;
    /** Counts from 1, in the stream. */
    readonly number: number;
    readonly failing?: number;
    readonly passing?: number;
  };
}

/** A plan that differs as little as possible from the failing one, and passes. */
export interface NearestPassing {
  readonly plan: JsonObject;
  /** What was changed, such as `the crash comes at the point before instead of performed`. */
  readonly change: string;
  readonly difference: Difference;
}

export interface Finding {
  /** The check and the place, or what is said where there is none: equal for what is one finding. */
  readonly key: string;
  /** The check that failed, such as `exactly-once`. */
  readonly check: string;
  /** What is wrong, and where, in the minimal run. */
  readonly message: string;
  /** Warnings do not fail an exploration. */
  readonly severity: 'error' | 'warning';
  /** Minimal. */
  readonly trial: TrialJson;
  /** What was found first, before shrinking. */
  readonly original: {
    readonly faults: number;
    readonly strategy: string;
    /** Its number; what was found earlier has a lower one. */
    readonly trial: number;
  };
  readonly nearestPassing?: NearestPassing;
  /** The effect to look at; left out when there is none. */
  readonly at?: EffectSpot;
  /** How many trials broke in the same way, this one included. */
  readonly runs: number;
  /** How many trials shrinking took. */
  readonly shrinkRuns: number;
  /** How long shrinking and looking for the nearest plan took, in real milliseconds. */
  readonly shrinkMs?: number;
  /** Set when shrinking took all runs that it may: there may be a smaller plan. */
  readonly givenUp?: true;
  /** Set when shrinking, or looking for the nearest plan, was broken off: there may be a smaller one. */
  readonly unfinished?: true;
}
