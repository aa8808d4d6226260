import {
  compareHistories,
  type ExecutionComparison,
  isSameExecution,
  seqOfDifference,
} from '../host/compare-histories.ts';
import { comparisonText } from '../host/text/comparison-text.ts';
import { effectText } from '../host/text/effect-text.ts';
import type { TextStyle } from '../host/text/style.ts';
import type { History } from '../journal/history.ts';
import type { CommandIo } from './command-io.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { jsonLine } from './json-line.ts';

export interface ComparisonView {
  readonly style: TextStyle;
  readonly all: boolean;
  readonly json: boolean;
}

/** Shows how two recordings differ; tells whether they do. */
export function showComparison(
  one: History,
  other: History,
  { stdout }: CommandIo,
  { style, all, json }: ComparisonView,
): ExitCode {
  const comparisons = compareHistories(one, other);
  if (json) for (const line of comparisonLines(comparisons)) stdout.write(line);
  else stdout.write(comparisonText(comparisons, { style, all }));
  return comparisons.every(isSameExecution) ? EXIT.ok : EXIT.different;
}

function* comparisonLines(comparisons: readonly ExecutionComparison[]): Generator<string> {
  for (const comparison of comparisons) {
    const { execution, same, differences, one, other } = comparison;
    for (const difference of differences) {
      const sides = {
        ...('one' in difference ? { one: effectText(difference.one) } : {}),
        ...('other' in difference ? { other: effectText(difference.other) } : {}),
      };
      const seq = seqOfDifference(difference);
      yield jsonLine({ event: 'difference', execution, seq, kind: difference.kind, ...sides });
    }
    const ends = { one: endOf(one), other: endOf(other) };
    const isSame = isSameExecution(comparison);
    yield jsonLine({
      event: 'compared',
      execution,
      isSame,
      same,
      different: differences.length,
      ...ends,
    });
  }
}

function endOf(row: ExecutionComparison['one']): object | null {
  if (row === undefined) return null;
  return { status: row.status, exitCode: row.exitCode ?? null };
}
