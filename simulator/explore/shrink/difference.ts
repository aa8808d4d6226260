/** Where a failing run and one that passes part. */
import {
  compareHistories,
  type EffectDifference,
  type ExecutionComparison,
  seqOfDifference,
} from '../../host/compare-histories.ts';
import { effectText } from '../../host/text/effect-text.ts';
import type { Entry, ExecutionId } from '../../journal/entry.ts';
import type { LedgerRow } from '../../journal/records.ts';
import type { Choice } from '../../kernel/choices.ts';
import { formatDuration } from '../../kernel/time.ts';
import type { Difference, EffectSpot } from '../finding.ts';
import type { Outcome } from '../trial.ts';

/** Tells where an effect of one of the runs comes from. */
export type SpotOf = (outcome: Outcome, execution: ExecutionId, entry: Entry) => EffectSpot;

/** Something that differs, and when it happened. */
interface Parting {
  readonly at: bigint;
  readonly text: string;
}

export function differenceOf(failing: Outcome, passing: Outcome, spotOf: SpotOf): Difference {
  const comparisons = compareHistories(failing.history, passing.history);
  const effect = firstEffect(comparisons);
  const effectParting = effect === undefined ? undefined : partingOf(effect);
  const partings = [effectParting, ledgerParting(failing, passing), endParting(comparisons)]
    .filter((parting) => parting !== undefined)
    .sort((one, other) => (one.at < other.at ? -1 : 1));
  const choice = firstChoice(failing.choices, passing.choices);
  const text = partings.map((parting) => parting.text).join(' ');
  return {
    text: text === '' ? 'Both runs do the same; what is left behind differs.' : text,
    ...(effect === undefined ? {} : { effect: spotIn(effect, failing, passing, spotOf) }),
    ...(choice === undefined ? {} : { choice }),
  };
}

interface PartedEffect {
  readonly execution: ExecutionId;
  readonly difference: EffectDifference;
}

function firstEffect(comparisons: readonly ExecutionComparison[]): PartedEffect | undefined {
  const firsts = comparisons.flatMap(({ execution, differences }) => {
    const [difference] = differences;
    return difference === undefined ? [] : [{ execution, difference }];
  });
  return firsts.sort((one, other) =>
    instantOf(one.difference) < instantOf(other.difference) ? -1 : 1,
  )[0];
}

function instantOf(difference: EffectDifference): bigint {
  const entry = 'one' in difference ? difference.one : difference.other;
  return difference.kind === 'got' ? (entry.endedAt ?? entry.startedAt) : entry.startedAt;
}

function partingOf({ execution, difference }: PartedEffect): Parting {
  const name = `${execution} #${seqOfDifference(difference)}`;
  const at = instantOf(difference);
  switch (difference.kind) {
    case 'asked':
    case 'got': {
      const [here, there] = [effectText(difference.one), effectText(difference.other)];
      return { at, text: `${name} is ${here}; in the passing run it is ${there}.` };
    }
    case 'only-one':
      return {
        at,
        text: `${name} is ${effectText(difference.one)}; the passing run has no such effect.`,
      };
    case 'only-other':
      return {
        at,
        text: `${name} is missing; in the passing run it is ${effectText(difference.other)}.`,
      };
  }
}

function ledgerParting(failing: Outcome, passing: Outcome): Parting | undefined {
  const [rows, others] = [failing.history.ledger(), passing.history.ledger()];
  const index = rows.findIndex((row, at) => !isSameRow(row, others[at]));
  const row = rows[index];
  if (row === undefined) {
    const missing = others[rows.length];
    if (missing === undefined) return undefined;
    return { at: missing.at, text: `${rowText(missing)} only in the passing run.` };
  }
  const other = others[index];
  const there = other === undefined ? 'nothing more comes' : rowText(other);
  return { at: row.at, text: `${rowText(row)}; in the passing run ${there}.` };
}

function rowText(row: LedgerRow): string {
  const again =
    row.duplicateOf === undefined
      ? ''
      : ` again, as in row ${row.duplicateOf}${row.key === undefined ? ', without a key' : ''}`;
  const note = row.note === undefined ? '' : ` (${row.note})`;
  return `${row.service} sees ${row.method} ${row.url}${again}${note} at ${formatDuration(row.at)}`;
}

function isSameRow(one: LedgerRow, other: LedgerRow | undefined): boolean {
  return (
    other !== undefined &&
    one.service === other.service &&
    one.method === other.method &&
    one.url === other.url &&
    one.status === other.status &&
    one.duplicateOf === other.duplicateOf &&
    one.body.length === other.body.length &&
    one.body.every((byte, index) => byte === other.body[index])
  );
}

function endParting(comparisons: readonly ExecutionComparison[]): Parting | undefined {
  const comparison = comparisons.find(({ endsAlike }) => !endsAlike);
  if (comparison === undefined) return undefined;
  const { execution, one, other } = comparison;
  const at = one?.endedAt ?? other?.endedAt ?? 0n;
  const [here, there] = [one, other].map((row) =>
    row?.exitCode === undefined ? (row?.status ?? 'not there') : `exits with ${row.exitCode}`,
  );
  return { at, text: `In the end ${execution} is ${here}; in the passing run it is ${there}.` };
}

function spotIn(
  { execution, difference }: PartedEffect,
  failing: Outcome,
  passing: Outcome,
  spotOf: SpotOf,
): EffectSpot {
  return 'one' in difference
    ? spotOf(failing, execution, difference.one)
    : spotOf(passing, execution, difference.other);
}

function firstChoice(
  failing: readonly Choice[],
  passing: readonly Choice[],
): Difference['choice'] | undefined {
  const others = new Map<string, number[]>();
  for (const { stream, value } of passing) {
    const values = others.get(stream) ?? [];
    values.push(value);
    others.set(stream, values);
  }
  const counts = new Map<string, number>();
  for (const { stream, value } of failing) {
    const number = (counts.get(stream) ?? 0) + 1;
    counts.set(stream, number);
    const other = others.get(stream)?.[number - 1];
    if (other === value) continue;
    const choice = { stream, number, failing: value };
    return other === undefined ? choice : { ...choice, passing: other };
  }
  return undefined;
}
