import type { Formatter } from './formatter.ts';
import { addressIn, countIn, field, targetType } from './raw-field.ts';
import { slice, utf8 } from './rust-pointer.ts';
import { shownAsInner, shownAsWord } from './shown-as.ts';

/** Formatters for what Zig makes of its own types: they have the names that its source has. */
export function zigRecord(name: string): Formatter | undefined {
  if (/^\[(?::[^\]]*)?\]/.test(name)) return sliceOf(/\bu8$/.test(name));
  return name.startsWith('?') ? optional : undefined;
}

/** Bytes are mostly text, so they are shown as such. */
const sliceOf =
  (isText: boolean): Formatter =>
  (value) => {
    const pointer = field(value, 'ptr');
    const start = addressIn(pointer);
    const length = countIn(field(value, 'len'));
    const element = targetType(pointer);
    if (start === undefined || length === undefined || element === undefined) return undefined;
    return isText ? utf8(value, element, start, length) : slice(value, element, start, length);
  };

const optional: Formatter = (value) => {
  const some = countIn(field(value, 'some'));
  const data = field(value, 'data');
  if (some === undefined || data === undefined) return undefined;
  return some === 0 ? shownAsWord(value, 'null') : shownAsInner(value, data);
};
