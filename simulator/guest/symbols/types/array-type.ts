import { ATTRIBUTE, TAG } from '../entries/dwarf-codes.ts';
import type { Entry } from '../entries/entry.ts';
import type { Type } from './type.ts';

const DIMENSION_COUNT_MAX = 32;
/** More elements than a memory has bytes are damage, or stand for "unknown". */
const COUNT_MAX = 2 ** 32 - 2;

/** An array of arrays for each dimension: DWARF has them in one entry. */
export function arrayType(entry: Entry, element: () => Type): Type {
  const dimensions = [...entry.children()]
    .filter(({ tag }) => tag === TAG.subrangeType || tag === TAG.enumerationType)
    .slice(0, DIMENSION_COUNT_MAX);
  const [outermost, ...inner] = dimensions.map(elementCount);
  const row = inner.reduceRight<() => Type>(
    (each, count) => () => ({ kind: 'array', element: each, count }),
    element,
  );
  return { kind: 'array', element: row, count: outermost };
}

/** How many elements a dimension has; undefined when the program decides, or does not say. */
function elementCount(range: Entry): number | undefined {
  const upper = range.number(ATTRIBUTE.upperBound);
  const count =
    range.number(ATTRIBUTE.count) ??
    (upper === undefined ? undefined : upper + 1 - (range.number(ATTRIBUTE.lowerBound) ?? 0));
  return count !== undefined && count >= 0 && count <= COUNT_MAX ? count : undefined;
}
