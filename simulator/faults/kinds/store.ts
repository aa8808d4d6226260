/** What befalls the journal store. */
import type { FaultSpecs } from '../fault-spec.ts';

export const STORE_FAULTS = {} as const satisfies FaultSpecs;
