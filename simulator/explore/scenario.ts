/** A scenario: something to try again, and the checks that hold then. A file that stays. */
import type { JsonObject } from '../effects/operation.ts';
import type { ChoiceJson, EffectSpot } from './finding.ts';

export const SCENARIO_VERSION = 1;

/** How the names of files with scenarios end. */
export const SCENARIO_SUFFIX = '.scenario.json';

/** What a `*.scenario.json` file holds. */
export interface Scenario {
  readonly version: typeof SCENARIO_VERSION;
  /** A workflow of the backstitch.json around the file. */
  readonly workflow: string;
  /** The configuration's when left out. */
  readonly seed?: number;
  readonly plan: JsonObject;
  readonly choices?: readonly ChoiceJson[];
  /** The checks that are to hold; all when left out. */
  readonly checks?: readonly string[];
  /** For people. */
  readonly note?: string;
}

export interface ScenarioViolation {
  readonly check: string;
  readonly message: string;
  readonly severity: 'error' | 'warning';
  /** The effect to look at. */
  readonly at?: EffectSpot;
}

/** What running a scenario came to; it passes when none of the violations is an error. */
export interface ScenarioResult {
  readonly workflow: string;
  readonly violations: readonly ScenarioViolation[];
  /** Virtual nanoseconds. */
  readonly now: bigint;
}
