/** What is left out of a long list; empty when it is short enough to be shown. */
export function middle<T>(list: readonly T[], first: number, last: number): readonly T[] {
  // Leaving out a single one would save no line.
  return list.length <= first + last + 1 ? [] : list.slice(first, list.length - last);
}
