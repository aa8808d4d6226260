/** What befalls the programs that are deployed. */
import type { FaultSpecs } from '../fault-spec.ts';

export const DEPLOYMENT_FAULTS = {} as const satisfies FaultSpecs;
