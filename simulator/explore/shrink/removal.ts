/** Delta debugging (Zeller, Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", 2002). */

/** Asks whether something still breaks; each answer takes a run. */
export type Question<T> = (candidate: T) => Generator<void, boolean>;

/**
 * Leaves out what is not needed, in large pieces first. Of what is left, nothing can be left out
 * alone, unless the question has ceased to say yes.
 */
export function* withoutNeedless<T>(
  list: readonly T[],
  breaks: Question<readonly T[]>,
): Generator<void, readonly T[]> {
  let kept = list;
  for (let size = list.length; size >= 1; size = Math.floor(size / 2)) {
    let from = 0;
    while (from < kept.length) {
      const rest = kept.toSpliced(from, size);
      if (yield* breaks(rest)) {
        kept = rest;
        // What comes before may be needless now that this is gone.
        if (size === 1) from = 0;
      } else {
        from += size;
      }
    }
  }
  return kept;
}
