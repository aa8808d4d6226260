/** A recording in short: what it holds, and its journals line by line. */
import type { ExecutionId } from '../../journal/entry.ts';
import { type History, wallNanosOf } from '../../journal/history.ts';
import { formatWallTime } from '../../kernel/time.ts';
import { countText, visibleText } from './bytes-text.ts';
import { effectParts } from './effect-text.ts';
import { statusText } from './execution-block.ts';
import { faultText } from './fault-text.ts';
import { ledgerText } from './ledger-text.ts';
import { middle } from './middle.ts';
import { shortDuration } from './short-duration.ts';
import { type Span, sign, span, spread, type TextStyle } from './style.ts';
import {
  FIRST_EXECUTIONS_SHOWN,
  LAST_EXECUTIONS_SHOWN,
  lastInstant,
  statusCounts,
} from './timeline-text.ts';
import { namesFrom } from './volume-names.ts';

/** One page about a recording. Ends in a newline. */
export function summaryText(history: History, name: string, style: TextStyle): string {
  const executions = history.executions();
  const end = lastInstant(history);
  const lines = [
    spread([span(name, 'bold')], [], style),
    `${countText(executions.length, 'execution')}: ${statusCounts(executions) || 'none'}`,
    `${shortDuration(end)} of virtual time, ${formatWallTime(history.startUnixNanos)} to ` +
      formatWallTime(wallNanosOf(history, end)),
    '',
    ...executionTable(history, style),
    ...faultLines(history),
  ];
  const ledger = ledgerText(history, { style, all: false });
  if (ledger !== '') lines.push('', ledger);
  lines.push('', 'More: --timeline, --journal, --ledger, --sql "select * from entry"');
  return `${lines.join('\n')}\n`;
}

function executionTable(history: History, style: TextStyle): string[] {
  const executions = history.executions();
  const hidden = middle(executions, FIRST_EXECUTIONS_SHOWN, LAST_EXECUTIONS_SHOWN);
  const isHidden = new Set(hidden);
  const lines: string[] = [];
  for (const row of executions) {
    if (row === hidden[0]) lines.push(`  ${countText(hidden.length, 'execution')} more`);
    if (isHidden.has(row)) continue;
    const good = row.status === 'completed' && row.exitCode === 0;
    const counts = [
      countText(history.attempts(row.id).length, 'attempt'),
      countText(history.entries(row.id).length, 'effect'),
    ].join(', ');
    const reason = row.reason === undefined ? '' : `: ${visibleText(row.reason)}`;
    const state = `${statusText(row)}${reason}`;
    lines.push(
      spread(
        [span(`  ${row.id}`, 'bold'), span('  '), span(state, good ? 'green' : 'red')],
        [span(counts, 'dim')],
        style,
      ),
    );
  }
  return lines;
}

function faultLines(history: History): string[] {
  const faults = history.faults();
  if (faults.length === 0) return [];
  return [
    '',
    `${countText(faults.length, 'fault')}:`,
    ...faults.map(({ plan, fired, injected }) => {
      const times =
        fired === 0 ? 'never happened' : fired === 1 ? 'happened' : `happened ${fired} times`;
      return `  ${faultText(plan)} (${times}${injected ? ', by hand' : ''})`;
    }),
  ];
}

/** Every effect of every execution, one line each. */
export function* journalText(history: History, style: TextStyle): Generator<string> {
  for (const { id } of history.executions()) {
    for (const line of executionJournal(history, id, style)) yield line;
  }
}

function* executionJournal(history: History, id: ExecutionId, style: TextStyle): Generator<string> {
  yield spread([span(id, 'bold')], [], style);
  const entries = history.entries(id);
  const names = namesFrom(entries);
  for (const entry of entries) {
    const { name, asked, got, failed } = effectParts(entry, names);
    const left: Span[] = [
      span(`  #${entry.seq}`.padEnd(8), 'dim'),
      span(name, 'cyan'),
      span(` ${visibleText(asked)}`),
    ];
    if (got === undefined) left.push(span(' (no result yet)', 'yellow'));
    else if (got !== '') {
      left.push(span(` ${sign(style, 'arrow')} ${visibleText(got)}`, failed ? 'red' : undefined));
    }
    const right = `attempt ${entry.attempt}, ${shortDuration(entry.startedAt)}`;
    yield spread(left, [span(right, 'dim')], style);
  }
}
