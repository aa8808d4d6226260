/** The four instants of an effect that is performed, at which a crash differs. */
export const EFFECT_POINTS = ['before', 'intent', 'performed', 'recorded'] as const;

/**
 * `before` the effect; after its `intent` is durable; `performed` at the outside but not recorded;
 * `recorded` but not delivered to the program.
 */
export type EffectPoint = (typeof EFFECT_POINTS)[number];

/** Those at which a fault can happen: also when a later attempt answers the effect from the journal. */
export const FAULT_POINTS = [...EFFECT_POINTS, 'replay'] as const;

export type FaultPoint = (typeof FAULT_POINTS)[number];
