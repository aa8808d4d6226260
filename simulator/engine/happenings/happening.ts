import type { FaultOf, HappeningKind } from '../../faults/fault.ts';
import type { EffectSite } from '../../faults/injector.ts';
import type { SimulatedNode } from '../../world/node.ts';
import type { Engine } from '../engine.ts';

/** A fault that is to happen now, and where. */
export interface Scene<K extends HappeningKind = HappeningKind> {
  readonly engine: Engine;
  readonly fault: FaultOf<K>;
  /** The node that the fault names, else the one that runs the effect; none for some at a time. */
  readonly node: SimulatedNode | undefined;
  /** The effect at which it happens. */
  readonly site: EffectSite | undefined;
}

/** How the faults of some kinds happen. */
export type Happenings<K extends HappeningKind> = {
  readonly [Kind in K]: (scene: Scene<Kind>) => void;
};
