/** What befalls the timers that programs wait for. */
import type { FaultSpecs } from '../fault-spec.ts';

export const TIMER_FAULTS = {} as const satisfies FaultSpecs;
