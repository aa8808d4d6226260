import type { Entry } from '../entries/entry.ts';
import type { Type } from '../types/type.ts';
import type { Value } from './value.ts';

/** What values of one stop share: the memory that they are in, and the program that they are of. */
export interface ValueWorld {
  readonly memory: Uint8Array;
  /** The name of the function that a pointer to a function means, by its slot in the table. */
  functionName(slot: number): string | undefined;
  /** The value of a static member, or another variable that is in no frame. */
  staticValue(entry: Entry, evaluateName: string | undefined): Value;
  /** The type of a full name, such as `shop::Cart`; undefined when there is none. */
  typeNamed(name: string): Type | undefined;
}
