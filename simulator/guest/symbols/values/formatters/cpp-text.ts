import { bareType } from '../../types/type.ts';
import { characterUnit } from '../string-text.ts';
import type { Value } from '../value.ts';
import type { Formatter, FormatterTable } from './formatter.ts';
import { addressIn, anyField, countIn, deepField, plausible, targetType } from './raw-field.ts';
import { shownAsInner, shownAsText } from './shown-as.ts';

/** A short text is inside of the string itself, a long one where it points: libc++'s `string`. */
const string: Formatter = (value) => {
  const long = deepField(value, '__l');
  const short = deepField(value, '__s');
  const isLong = short && countIn(deepField(short, '__is_long_'));
  if (long === undefined || short === undefined || isLong === undefined) return undefined;
  const inside = deepField(short, '__data_');
  const type = inside && bareType(inside.type);
  const character = type?.kind === 'array' ? type.element() : undefined;
  const unit = character && characterUnit(character);
  if (inside === undefined || unit === undefined) return undefined;
  const size = countIn(deepField(isLong === 0 ? short : long, '__size_'));
  if (size === undefined) return undefined;
  const count = plausible(value, size, unit);
  if (isLong === 0) {
    plausibleInside(count, inside);
    return shownAsText(value, inside, unit, count * unit, character);
  }
  const address = addressIn(deepField(long, '__data_'));
  if (address === undefined) return undefined;
  return shownAsText(value, value.at(inside.type, address), unit, count * unit, character);
};

/** Throws Unavailable when a short text is longer than its room. */
function plausibleInside(count: number, inside: Value): void {
  inside.storage.read(0, count);
}

const stringView: Formatter = (value) => {
  const data = anyField(value, '__data_', '__data');
  const size = countIn(anyField(value, '__size_', '__size'));
  const address = addressIn(data);
  const target = targetType(data);
  const unit = target && characterUnit(target);
  if (address === undefined || unit === undefined || size === undefined) return undefined;
  const count = plausible(value, size, unit);
  const characters = value.at(target ?? value.type, address);
  return shownAsText(value, characters, unit, count * unit, target);
};

const path: Formatter = (value) => {
  const text = deepField(value, '__pn_');
  return text && shownAsInner(value, text);
};

export const CPP_TEXT: FormatterTable = [
  ['basic_string', string],
  ['basic_string_view', stringView],
  ['filesystem::path', path],
];
