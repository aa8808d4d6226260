import type { Type } from '../../types/type.ts';
import type { Presentation } from '../presentation.ts';
import type { Value } from '../value.ts';

/** Shows a value of a library's type as people think of it; undefined when it is not one after all. */
export type Formatter = (value: Value) => Presentation | undefined;

/** The formatter of a type, by its language and name. */
export function formatterFor(_type: Type): Formatter | undefined {
  return undefined;
}
