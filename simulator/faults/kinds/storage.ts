/** What befalls shared volumes. */
import type { FaultSpecs } from '../fault-spec.ts';

export const STORAGE_FAULTS = {} as const satisfies FaultSpecs;
