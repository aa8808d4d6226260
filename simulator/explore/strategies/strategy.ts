/**
 * A strategy is a numbered list of trials. Each trial follows from its number, the seed and the aim
 * alone, so that work can be shared, broken off and taken up again anywhere.
 */
import type { JsonObject } from '../../effects/operation.ts';
import type { Fault, FaultKind } from '../../faults/fault.ts';
import { faultAt } from '../aimed-fault.ts';
import { idleKindsIn, touches } from '../aspect.ts';
import type { StrategyName } from '../explore-options.ts';
import { variantsOf, type WorldNames } from '../fault-values.ts';
import type { Target } from '../site.ts';
import type { Trial } from '../trial.ts';

/** What there is to aim at. */
export interface Aim {
  readonly seed: number;
  readonly names: WorldNames;
  /** Effects of the undisturbed run, then those that come up under faults only. */
  readonly targets: readonly Target[];
  /** In the order in which they start in the undisturbed run. */
  readonly executions: readonly string[];
}

export interface TrialList {
  /** How many there are; may be Infinity. */
  readonly count: number;
  /** The trial with this number, from 0; undefined when its faults do not go together. */
  at(index: number): Trial | undefined;
}

export interface Strategy {
  readonly name: StrategyName;
  /** One sentence: what it tries. */
  readonly says: string;
  trials(aim: Aim): TrialList;
}

/** A fault that is aimed at an effect. */
export interface Shot {
  readonly target: Target;
  readonly kind: FaultKind;
  readonly fields: JsonObject;
}

/** Every target that faults of some kinds can touch, with every way that they are tried in. */
export function shotsOf({ targets, names }: Aim, kinds: readonly FaultKind[]): readonly Shot[] {
  const idle = idleKindsIn(names);
  const variants = kinds
    .filter((kind) => !idle.includes(kind))
    .map((kind) => [kind, variantsOf(kind, names)] as const);
  return targets.flatMap((target) =>
    variants.flatMap(([kind, ways]) =>
      touches(kind, target.effect) ? ways.map((fields) => ({ target, kind, fields })) : [],
    ),
  );
}

/** A trial of each shot alone. */
export function singleShots({ seed }: Aim, shots: readonly Shot[]): TrialList {
  return {
    count: shots.length,
    at: (index) => {
      const shot = shots[index];
      return shot === undefined ? undefined : trialOf(seed, [shot]);
    },
  };
}

/** A trial of several shots, with what brings up the effects that they are aimed at before them. */
export function trialOf(seed: number, shots: readonly Shot[]): Trial | undefined {
  const own = shots.map(({ kind, target, fields }) => faultAt(kind, target, fields));
  if (own.includes(undefined)) return undefined;
  const leads = shots.flatMap(({ target }) => target.lead);
  const faults = [...new Set([...leads, ...own])] as readonly Fault[];
  return { seed, plan: { faults } };
}
