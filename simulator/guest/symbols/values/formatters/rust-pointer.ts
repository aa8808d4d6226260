import { bareType, type Type } from '../../types/type.ts';
import { elementsPart } from '../present-array.ts';
import { pointee } from '../present-pointer.ts';
import { BRACKETS, type Presentation } from '../presentation.ts';
import type { Value } from '../value.ts';
import type { Formatter } from './formatter.ts';
import { addressIn, countIn, field, plausible, sizeOf, targetType } from './raw-field.ts';
import { shownAsInner, shownAsList, shownAsText } from './shown-as.ts';

/** References and boxes are shown as what is there; `*const T` is an address. */
const OWNING = /^(?:&(?:mut )?|alloc::boxed::Box<)/;

export function rustPointer(name: string): Formatter | undefined {
  return OWNING.test(name) ? reference : undefined;
}

const reference: Formatter = (value) => {
  const type = bareType(value.type);
  if (type.kind !== 'pointer' || addressIn(value) === 0) return undefined;
  const target = bareType(type.target());
  // The way to a function or an unknown thing is all that there is to show.
  if (target.kind === 'function' || target.kind === 'void') return undefined;
  return shownAsInner(value, pointee(value, type));
};

const TEXT_TYPES = /(?:^|[ :<&])(?:str|Path|OsStr)(?:[,>]|$)/;

/** `&str`, `&[T]`, `Box<[T]>` and the like: an address and a length. */
export const rustSlice: Formatter = (value) => {
  const data = field(value, 'data_ptr');
  const start = addressIn(data);
  const length = countIn(field(value, 'length'));
  const element = targetType(data);
  const type = bareType(value.type);
  if (start === undefined || length === undefined || element === undefined) return undefined;
  if (type.kind !== 'record') return undefined;
  const name = type.name ?? '';
  if (TEXT_TYPES.test(name) && !name.includes('[')) return utf8(value, element, start, length);
  return slice(value, element, start, length);
};

/** A text of UTF-8 that is not ended by a zero. */
export function utf8(value: Value, byte: Type, start: number, length: number): Presentation {
  const count = plausible(value, length, 1);
  return shownAsText(value, value.at(byte, start), 1, count);
}

export function slice(value: Value, element: Type, start: number, length: number): Presentation {
  const count = plausible(value, length, sizeOf(element));
  const part = elementsPart(value.at(element, start), element, count, value.evaluateName);
  return shownAsList(value, part, BRACKETS);
}
