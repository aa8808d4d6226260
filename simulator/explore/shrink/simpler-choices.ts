/**
 * Makes the decisions that a trial is given fewer and smaller, as Hypothesis does (MacIver, Donaldson,
 * "Test-Case Reduction via Test-Case Generation", 2020): fewer come before smaller, and of equally many, the
 * first that differ decide. A decision is an integer, of which 0 is the simplest.
 */
import type { Choice } from '../../kernel/choices.ts';
import type { Question } from './removal.ts';

/** Questions about the value of one decision at most. */
const QUESTIONS_PER_VALUE_MAX = 40;

const SMALL = [1, 2, 5, 10, 100, 1_000, 1_000_000, 1_000_000_000];

type Breaks = Question<readonly Choice[]>;

/** Gives the simplest list that still breaks; each question takes a run. */
export function* simplerChoices(
  choices: readonly Choice[],
  breaks: Breaks,
): Generator<void, readonly Choice[]> {
  let kept = choices;
  for (const stream of new Set(choices.map((choice) => choice.stream))) {
    kept = yield* shortened(kept, stream, breaks);
  }
  kept = yield* zeroed(kept, breaks);
  for (let index = 0; index < kept.length; index++) kept = yield* smaller(kept, index, breaks);
  return kept;
}

/**
 * Leaves out what comes last in a stream, as much as possible: what is left still answers the first
 * draws, and the seed the others.
 */
function* shortened(
  choices: readonly Choice[],
  stream: string,
  breaks: Breaks,
): Generator<void, readonly Choice[]> {
  const count = choices.filter((choice) => choice.stream === stream).length;
  const first = (length: number): readonly Choice[] => {
    let left = length;
    return choices.filter((choice) => choice.stream !== stream || left-- > 0);
  };
  let enough = count;
  let tooFew = -1;
  for (let length = 0; length < count; length = length === 0 ? 1 : length * 2) {
    if (yield* breaks(first(length))) {
      enough = length;
      break;
    }
    tooFew = length;
  }
  while (enough - tooFew > 1) {
    const middle = (enough + tooFew) >> 1;
    if (yield* breaks(first(middle))) enough = middle;
    else tooFew = middle;
  }
  return first(enough);
}

/** Sets decisions to 0, in large pieces first. */
function* zeroed(choices: readonly Choice[], breaks: Breaks): Generator<void, readonly Choice[]> {
  let kept = choices;
  for (let size = kept.length; size >= 1; size = Math.floor(size / 2)) {
    for (let from = 0; from < kept.length; from += size) {
      const isIn = (index: number): boolean => index >= from && index < from + size;
      if (kept.every(({ value }, index) => !isIn(index) || value === 0)) continue;
      const next = kept.map((choice, index) => (isIn(index) ? { ...choice, value: 0 } : choice));
      if (yield* breaks(next)) kept = next;
    }
  }
  return kept;
}

/** Finds the smallest value of one decision, as far as smaller ones break wherever larger ones do not. */
function* smaller(
  choices: readonly Choice[],
  index: number,
  breaks: Breaks,
): Generator<void, readonly Choice[]> {
  const choice = choices[index];
  if (choice === undefined || choice.value === 0) return choices;
  const withValue = (value: number): readonly Choice[] => choices.with(index, { ...choice, value });
  let questions = 0;
  let breaking = choice.value;
  // That 0 does not break is known.
  let passing = 0;
  for (const value of SMALL.filter((each) => each < choice.value)) {
    questions++;
    if (yield* breaks(withValue(value))) {
      breaking = value;
      break;
    }
    passing = value;
  }
  while (breaking - passing > 1 && questions < QUESTIONS_PER_VALUE_MAX) {
    const middle = passing + Math.floor((breaking - passing) / 2);
    questions++;
    if (yield* breaks(withValue(middle))) breaking = middle;
    else passing = middle;
  }
  return withValue(breaking);
}
