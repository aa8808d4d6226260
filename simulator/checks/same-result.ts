import type { ExecutionId } from '../journal/entry.ts';
import type { Check, Judged, Violation } from './check.ts';
import { wasRecognised } from './deeds.ts';
import type { Observed } from './observed.ts';
import { firstDifference, type ResultPart, resultOf } from './run-result.ts';
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
    const isOne = run.history.executions().length <= 1;
    return isOne ? judgeOne(judged, calm) : judgeMany(judged, calm);
  },
};

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

/** Executions beside one another may come in any order, so only how they end is compared. */
function judgeMany({ run }: Judged, calm: Observed): readonly Violation[] {
  const told = run.history
    .executions()
    .some(({ id }) => run.history.entries(id).some((entry) => tells(entry)));
  if (told) return [];
  const ends = endsOf(run);
  const usual = endsOf(calm);
  if (ends.join() === usual.join()) return [];
  return [
    {
      check: NAME,
      message: `the executions end otherwise than undisturbed: ${ends.join(', ')} instead of ${usual.join(', ')}`,
      severity: 'error',
    },
  ];
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
