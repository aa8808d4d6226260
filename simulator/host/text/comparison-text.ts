/** What two simulations have in common, and where they part, as text. */
import type { Entry, ExecutionId } from '../../journal/entry.ts';
import type { ExecutionRow } from '../../journal/records.ts';
import {
  type EffectDifference,
  type ExecutionComparison,
  isSameExecution,
  seqOfDifference,
} from '../compare-histories.ts';
import { countText } from './bytes-text.ts';
import { effectText } from './effect-text.ts';
import { statusText } from './execution-block.ts';
import { type Paint, paintLine, type Span, sign, span, spread, type TextStyle } from './style.ts';

/** Differences of one execution that are shown, unless all are to be. */
const DIFFERENCES_SHOWN_MAX = 20;

export interface ComparisonOptions {
  readonly style: TextStyle;
  readonly all: boolean;
  /** Names the source line of an effect, such as `order.c:71`. */
  readonly siteOf?: (execution: ExecutionId, seq: number) => string | undefined;
}

const WHAT: Readonly<Record<EffectDifference['kind'], string>> = {
  asked: 'asked for something else',
  got: 'got another result',
  'only-one': 'only in the first',
  'only-other': 'only in the second',
};

/** Ends in a newline. */
export function comparisonText(
  comparisons: readonly ExecutionComparison[],
  options: ComparisonOptions,
): string {
  const lines = comparisons.flatMap((comparison) => executionLines(comparison, options));
  return `${lines.join('\n')}\n`;
}

function executionLines(comparison: ExecutionComparison, options: ComparisonOptions): string[] {
  const { style, all } = options;
  const { execution, same, differences } = comparison;
  const shown = all ? differences : differences.slice(0, DIFFERENCES_SHOWN_MAX);
  const hidden = differences.length - shown.length;
  const isSame = isSameExecution(comparison);
  const head = [span(`${sign(style, isSame ? 'ok' : 'failed')} `, isSame ? 'green' : 'red')];
  const counts = isSame
    ? `the same, ${countText(same, 'effect')}`
    : `${countText(same, 'effect')} the same, ${differences.length} different`;
  return [
    paintLine([...head, span(execution, 'bold'), span(`: ${counts}`)], style),
    ...shown.flatMap((each, index) => differenceLines(execution, each, index === 0, options)),
    ...(hidden === 0 ? [] : [`  ${countText(hidden, 'difference')} more (--all)`]),
    ...endLines(comparison, style),
  ];
}

/** The first difference is what the others follow from. */
function differenceLines(
  execution: ExecutionId,
  difference: EffectDifference,
  isFirst: boolean,
  { style, siteOf }: ComparisonOptions,
): string[] {
  const seq = seqOfDifference(difference);
  const site = isFirst ? siteOf?.(execution, seq) : undefined;
  const where = site === undefined ? '' : ` at ${site}`;
  const title = `  #${seq} ${WHAT[difference.kind]}${where}`;
  const lines = [paintLine([span(title, isFirst ? 'bold' : 'dim')], style)];
  if ('one' in difference) lines.push(side('-', difference.one, 'red', style));
  if ('other' in difference) lines.push(side('+', difference.other, 'green', style));
  return lines;
}

function side(mark: string, entry: Entry, paint: Paint, style: TextStyle): string {
  const spans: Span[] = [span(`    ${mark} ${effectText(entry)}`, paint)];
  return spread(spans, [], style);
}

function endLines({ one, other, endsAlike }: ExecutionComparison, style: TextStyle): string[] {
  if (endsAlike) return [];
  return [
    paintLine([span(`    - ${endText(one)}`, 'red')], style),
    paintLine([span(`    + ${endText(other)}`, 'green')], style),
  ];
}

function endText(row: ExecutionRow | undefined): string {
  return row === undefined ? 'there is no such execution' : statusText(row);
}
