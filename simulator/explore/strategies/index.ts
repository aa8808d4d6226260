/** Every strategy, in the order in which exploration goes through them. */
import type { StrategyName } from '../explore-options.ts';
import { CLOCKS } from './clocks.ts';
import { CORRUPTIONS } from './corruptions.ts';
import { CRASHES } from './crashes.ts';
import { FAULTS } from './faults.ts';
import { PAIRS } from './pairs.ts';
import { PARTITIONS } from './partitions.ts';
import { SCHEDULES } from './schedules.ts';
import type { Strategy } from './strategy.ts';
import { SWARMS } from './swarms.ts';

export const STRATEGIES: Readonly<Record<StrategyName, Strategy>> = {
  crashes: CRASHES,
  faults: FAULTS,
  clocks: CLOCKS,
  pairs: PAIRS,
  partitions: PARTITIONS,
  schedules: SCHEDULES,
  swarms: SWARMS,
  corruptions: CORRUPTIONS,
};
