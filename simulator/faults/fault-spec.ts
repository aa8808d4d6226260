import type { FieldSpecs } from './fault-field.ts';

/**
 * One kind of fault. One that `happens` befalls a node, a clock, a link, the store at an instant:
 * a point of an effect, or a time; simulator/engine/happenings lets it happen. One that
 * `interferes` changes what an effect does while that is under way: the place where this is done
 * asks the injector with `take`.
 */
export interface FaultSpec {
  readonly acts: 'happens' | 'interferes';
  /** One sentence, for the schema and for a person who chooses among faults. */
  readonly text: string;
  readonly fields: FieldSpecs;
  /** The effects that one that interferes can touch, as patterns; needed for those. */
  readonly effects?: readonly string[];
  /** What is wrong with fields that are right one by one. */
  readonly check?: (
    values: Values,
    isTimed: boolean,
  ) => readonly (readonly [field: string, message: string])[];
}

/** The fields of a fault that was read, by their names in it. */
export type Values = Readonly<Record<string, unknown>>;

export type FaultSpecs = Readonly<Record<string, FaultSpec>>;
