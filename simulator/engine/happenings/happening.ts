import type { FaultOf, HappeningKind } from '../../faults/fault.ts';
import type { EffectSite } from '../../faults/injector.ts';
import type { SimulatedNode } from '../../world/node.ts';
import type { Engine } from '../engine.ts';
import type { Execution } from '../execution.ts';

/** A fault that is to happen now, and where. */
export interface Scene<K extends HappeningKind = HappeningKind> {
  readonly engine: Engine;
  readonly fault: FaultOf<K>;
  /** The node that it is done to; undefined where it is done to all, or to none. */
  readonly node: SimulatedNode | undefined;
  /** The effect at which it happens. */
  readonly site: EffectSite | undefined;
  /** That of the effect, or the one that the fault means; undefined before there is any. */
  readonly execution: Execution | undefined;
}

/** How the faults of some kinds happen. */
export type Happenings<K extends HappeningKind> = {
  readonly [Kind in K]: (scene: Scene<Kind>) => void;
};
