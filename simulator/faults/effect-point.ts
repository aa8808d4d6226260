/** The four instants of an effect at which a crash differs. */
export const EFFECT_POINTS = ['before', 'intent', 'performed', 'recorded'] as const;

/**
 * `before` the effect; after its `intent` is durable; `performed` at the outside but not recorded;
 * `recorded` but not delivered to the program.
 */
export type EffectPoint = (typeof EFFECT_POINTS)[number];
