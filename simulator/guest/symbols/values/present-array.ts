import { Unavailable } from '../locations/unavailable.ts';
import { type ArrayType, byteLength, type Type } from '../types/type.ts';
import {
  BRACES,
  type IndexedPart,
  listText,
  type Presentation,
  TEXT_ITEM_COUNT_MAX,
} from './presentation.ts';
import { characterUnit, quoteUnits, readUnits } from './string-text.ts';
import type { NamedValue, Value } from './value.ts';

/** Elements of one size, one after the other from the start of `base` on. */
export function elementsPart(
  base: Value,
  element: Type,
  count: number,
  evaluateName = base.evaluateName,
): IndexedPart {
  const size = byteLength(element);
  return {
    count,
    page(start, wanted) {
      if (size === undefined) throw new Unavailable('the size of an element is not known');
      return Array.from({ length: wanted }, (_, at): NamedValue => {
        const index = start + at;
        const name = `[${index}]`;
        const path = evaluateName === undefined ? undefined : evaluateName + name;
        return { name, value: base.part(element, index * size, { evaluateName: path }) };
      });
    },
  };
}

/** The first elements, as many as a text of one line has at most. */
export function firstElements({ count, page }: IndexedPart): readonly NamedValue[] {
  return page(0, Math.min(count, TEXT_ITEM_COUNT_MAX));
}

export function presentArray(value: Value, type: ArrayType): Presentation {
  const element = type.element();
  const indexed = elementsPart(value, element, type.count ?? 0);
  const unit = characterUnit(element);
  if (unit !== undefined && type.count !== undefined) {
    const { count } = type;
    return {
      kind: 'text',
      indexed,
      text: () => quoteUnits(value, unit, count, 'zero'),
      string: () => readUnits(value, unit, count, 'zero'),
    };
  }
  const style = { ...BRACES, names: false };
  return {
    kind: 'list',
    indexed,
    text: (depth) =>
      type.count === undefined
        ? 'of unknown length'
        : listText(firstElements(indexed), depth, style, type.count),
  };
}
