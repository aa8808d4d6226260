import type { Presentation } from '../presentation.ts';
import type { Value } from '../value.ts';

/**
 * Shows a value of a library's type as people think of it; undefined when its layout is not one
 * that is known. Throws Unavailable where the value itself makes no sense, as before it was made.
 */
export type Formatter = (value: Value) => Presentation | undefined;

/** Formatters by the names of types, without their type parameters and what every name has in front. */
export type FormatterTable = readonly (readonly [name: string, formatter: Formatter])[];
