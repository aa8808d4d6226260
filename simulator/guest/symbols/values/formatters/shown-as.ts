import { Unavailable } from '../../locations/unavailable.ts';
import type { Type } from '../../types/type.ts';
import { elementsPart, firstElements } from '../present-array.ts';
import {
  BRACES,
  type IndexedPart,
  listText,
  PLAIN_BRACES,
  type Presentation,
} from '../presentation.ts';
import { quote } from '../quote.ts';
import { type CharacterUnit, quoteUnits, readUnits } from '../string-text.ts';
import type { NamedValue, Value } from '../value.ts';

/** The value as it is, for those who want to see what the library keeps. */
function rawChild(value: Value): NamedValue {
  return { name: '[raw]', value: value.raw(), role: 'virtual' };
}

/** `(3) {1, 2, 3}`, or in brackets. */
export function shownAsList(
  value: Value,
  indexed: IndexedPart,
  style: { readonly open: string; readonly close: string; readonly names: boolean } = PLAIN_BRACES,
): Presentation {
  return {
    kind: 'list',
    indexed,
    named: () => [rawChild(value)],
    text: (depth) =>
      `(${indexed.count}) ${listText(firstElements(indexed), depth, style, indexed.count)}`,
  };
}

/** `(2) {["a"]: 1, ["b"]: 2}`; the names of its elements are their keys. */
export function shownAsMap(value: Value, indexed: IndexedPart): Presentation {
  return { ...shownAsList(value, indexed, BRACES), kind: 'map' };
}

/**
 * A text of so many bytes, not ended by a zero.
 *
 * @param character its type, where the language counts characters in it
 */
export function shownAsText(
  value: Value,
  characters: Value,
  unit: CharacterUnit,
  byteLength: number,
  character?: Type,
): Presentation {
  const count = byteLength / unit;
  return {
    kind: 'text',
    ...(character === undefined
      ? {}
      : { characters: elementsPart(characters, character, count, value.evaluateName) }),
    named: () => [rawChild(value)],
    text: () => (count === 0 ? '""' : quoteUnits(characters, unit, count, 'length')),
    string: () => (count === 0 ? '' : readUnits(characters, unit, count, 'length')),
  };
}

/** A value that stands for the one inside of it, such as a box or an optional. */
export function shownAsInner(
  value: Value,
  inner: Value,
  text: (inner: string) => string = (each) => each,
): Presentation {
  const string = () => inner.string() ?? noText();
  return {
    kind: inner.kind,
    text: (depth) => text(inner.textAt(depth)),
    target: () => inner,
    ...(inner.kind === 'text' ? { string } : {}),
    named: () => [...innerChildren(inner), rawChild(value)],
    ...(inner.indexedCount > 0
      ? {
          indexed: {
            count: inner.indexedCount,
            page: (start: number, count: number) => inner.indexed(start, count),
          },
        }
      : {}),
  };
}

/** The members of what is inside, or itself where it has none. */
function innerChildren(inner: Value): readonly NamedValue[] {
  const named = inner.named().filter(({ role }) => role !== 'virtual');
  return named.length > 0 || inner.indexedCount > 0 ? named : [{ name: '[value]', value: inner }];
}

function noText(): never {
  throw new Unavailable('it is no text');
}

/** A value that is only told, as `None`. */
export function shownAsWord(value: Value, word: string): Presentation {
  return { kind: 'scalar', text: () => word, named: () => [rawChild(value)] };
}

/** The key of an element of a map, as its name. */
export function keyName(key: Value): string {
  const text = key.string();
  return `[${text === undefined ? key.textAt(1) : quote(text)}]`;
}

/**
 * Elements that are found one after the other, as in a list or a tree. Those that were found are
 * kept, so that each page goes on where the one before it ended.
 *
 * @param walk gives where each element is; ending early makes the count smaller than it says
 */
export function walkedPart<T>(
  count: number,
  walk: () => Iterator<T>,
  element: (place: T, index: number) => NamedValue,
): IndexedPart {
  const places: T[] = [];
  let iterator: Iterator<T> | undefined;
  return {
    count,
    page(start, wanted) {
      iterator ??= walk();
      while (places.length < start + wanted) {
        const { done, value } = iterator.next();
        if (done === true) break;
        places.push(value);
      }
      return places.slice(start, start + wanted).map((place, at) => element(place, start + at));
    },
  };
}
