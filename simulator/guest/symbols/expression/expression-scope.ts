import type { Type } from '../types/type.ts';
import type { Value } from '../values/value.ts';
import type { ValueWorld } from '../values/value-world.ts';

/** What the names in an expression mean at a place of the program. */
export interface ExpressionScope {
  readonly world: ValueWorld;
  /** A variable that can be named there, a static member, or the name of a number. */
  value(name: string): Value | undefined;
  type(name: string): Type | undefined;
  /** Names that can stand where an expression begins, for completions. */
  names(): readonly string[];
}
