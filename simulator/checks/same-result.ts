import type { Entry, ExecutionId } from '../journal/entry.ts';
import type { Check, Judged, Violation } from './check.ts';
import { wasRecognised } from './deeds.ts';
import type { Observed } from './observed.ts';
import {
  differences,
  firstDifference,
  type PartDifference,
  type ResultPart,
  resultOf,
} from './run-result.ts';
import { areHidden, partingEntry, tells } from './telling.ts';

const NAME = 'same-result';
const TEXT_LENGTH_MAX = 120;

/** Faults that a durable workflow hides change nothing of what it comes to. */
export const SAME_RESULT: Check = {
  name: NAME,
  says: 'under faults that a workflow hides, it prints, answers and leaves behind the same',
  judge: (judged) => {
    const { run, calm } = judged;
    if (calm === undefined || run.ending !== calm.ending || !areHidden(run.fired)) return [];
    if (isDoneAnew(run)) return [];
    const isOne = run.history.executions().length <= 1;
    return isOne ? judgeOne(judged, calm) : judgeMany(judged, calm);
  },
};

/**
 * Whether a program was begun anew, at a persistence level that has it done so: it then finds what it did
 * before, and reads other clocks at other places.
 */
function isDoneAnew({ history }: Observed): boolean {
  return history
    .executions()
    .some(({ id, level }) => level !== 'effect' && history.attempts(id).length > 1);
}

function judgeOne({ run, alike }: Judged, calm: Observed): readonly Violation[] {
  const result = resultOf(run);
  if (firstDifference(result, resultOf(calm)) === undefined) return [];
  const like = alike();
  const difference = firstDifference(result, resultOf(like));
  if (difference === undefined) return [];
  const [row] = run.history.executions();
  const id = row?.id;
  const parting = id && partingEntry(run.history.entries(id), like.history.entries(id));
  if (id !== undefined && parting !== undefined) {
    // A service may say that it has done it before.
    if (tells(parting.entry) || wasRecognised(run, id, parting.entry.seq)) return [];
  }
  const { part, was } = difference;
  const where = parting && id && { execution: id, seq: parting.entry.seq };
  const cause =
    where &&
    ` It comes of ${parting.entry.operation.name} #${where.seq}, which gave something else`;
  return [
    {
      check: NAME,
      message: `${differenceText(part, was)}.${cause ?? ''}`,
      ...(where ?? executionOf(part)),
      severity: 'error',
    },
  ];
}

/**
 * Executions beside one another may come in any order, and what they come to may be a matter of that. So
 * what is compared is how they end, all together, and what comes out the same whoever goes first.
 */
function judgeMany(judged: Judged, calm: Observed): readonly Violation[] {
  const { run } = judged;
  const ends = endsOf(run);
  const usual = endsOf(calm);
  if (ends.join() !== usual.join()) return judgeEnds(run, ends, usual);
  if (differingParts(run, calm).length === 0) return [];
  const like = judged.alike();
  const partings = new Map<ExecutionId, Entry | undefined>();
  for (const { id } of run.history.executions()) {
    const parting = partingEntry(run.history.entries(id), like.history.entries(id));
    partings.set(id, parting?.entry);
  }
  const isExcused = (id: ExecutionId): boolean => {
    const entry = partings.get(id);
    return entry !== undefined && (tells(entry) || wasRecognised(run, id, entry.seq));
  };
  const suspects = differingParts(run, like).filter(({ part: { execution } }) =>
    execution === undefined ? ![...partings.keys()].some(isExcused) : !isExcused(execution),
  );
  if (suspects.length === 0) return [];
  const others = judged.reordered();
  const wrong = suspects.find(({ part: { name } }) =>
    others.every((other) => partOf(other, name) === partOf(calm, name)),
  );
  if (wrong === undefined) return [];
  const { part, was } = wrong;
  return [
    {
      check: NAME,
      message: `${differenceText(part, was)}, whoever goes first`,
      ...executionOf(part),
      severity: 'error',
    },
  ];
}

function judgeEnds(
  { history }: Observed,
  ends: readonly string[],
  usual: readonly string[],
): readonly Violation[] {
  const told = history
    .executions()
    .some(({ id }) => history.entries(id).some((entry) => tells(entry)));
  if (told) return [];
  return [
    {
      check: NAME,
      message: `the executions end otherwise than undisturbed: ${ends.join(', ')} instead of ${usual.join(', ')}`,
      severity: 'error',
    },
  ];
}

function partOf(run: Observed, name: string): string {
  return resultOf(run).find((part) => part.name === name)?.value ?? '';
}

/** What volumes hold is left out: whoever writes last, or in the middle of another, decides it. */
function differingParts(run: Observed, other: Observed): readonly PartDifference[] {
  return differences(resultOf(run), resultOf(other)).filter(({ part }) => part.isShared !== true);
}

function endsOf(run: Observed): readonly string[] {
  return resultOf(run)
    .filter(({ name }) => name.startsWith('the end of '))
    .map(({ value }) => value)
    .sort();
}

function executionOf({ execution }: ResultPart): { execution?: ExecutionId } {
  return execution === undefined ? {} : { execution };
}

function differenceText({ name, value }: ResultPart, was: string): string {
  const [now, then] = fromFirstDifference(value, was);
  return `${name} is ${now}, and ${then} in the undisturbed run with the same clock readings and random numbers`;
}

/** Two texts from the line on in which they differ, quoted and cut. */
function fromFirstDifference(one: string, other: string): readonly [string, string] {
  const lines = one.split('\n');
  const others = other.split('\n');
  const at = lines.findIndex((line, index) => line !== others[index]);
  const from = at < 0 ? lines.length : at;
  return [shown(lines.slice(from)), shown(others.slice(from))];
}

function shown(lines: readonly string[]): string {
  const text = lines.join('\n').trimEnd();
  if (text === '') return 'nothing';
  return JSON.stringify(
    text.length > TEXT_LENGTH_MAX ? `${text.slice(0, TEXT_LENGTH_MAX - 3)}...` : text,
  );
}
