/**
 * The timeline of a simulation for people: a block for each execution, then what clients got and
 * services saw, then how it all ended. Printed by `run` and `inspect --timeline`, and shown by the editor.
 */
import type { ExecutionId } from '../../journal/entry.ts';
import { type History, wallNanosOf } from '../../journal/history.ts';
import type { ExecutionRow, ExecutionStatus } from '../../journal/records.ts';
import { formatWallTime, type VirtualNanos, virtualNanos } from '../../kernel/time.ts';
import type { SourcePlace } from '../protocol.ts';
import { countText } from './bytes-text.ts';
import { clientsText } from './clients-text.ts';
import { executionBlock } from './execution-block.ts';
import { ledgerText } from './ledger-text.ts';
import { middle } from './middle.ts';
import { shortDuration } from './short-duration.ts';
import { PLAIN_STYLE, type Span, span, spread, type TextStyle } from './style.ts';

/** Executions that are shown of a simulation with more. */
export const FIRST_EXECUTIONS_SHOWN = 12;
export const LAST_EXECUTIONS_SHOWN = 4;

/** Where an effect comes from; undefined when that is not known. */
export type SiteLookup = (execution: ExecutionId, seq: number) => SourcePlace | undefined;

export interface TimelineOptions {
  readonly colors: boolean;
  /** Columns; 100 when left out. */
  readonly width?: number;
  /** False draws with ASCII only. */
  readonly unicode?: boolean;
  /** Shows every effect, attempt and execution, however many there are. */
  readonly all?: boolean;
  readonly sites?: SiteLookup;
  /** Where an execution trapped. */
  readonly trapSites?: (execution: ExecutionId) => SourcePlace | undefined;
}

/** Ends in a newline, unless there is nothing at all. */
export function timelineText(history: History, options: TimelineOptions): string {
  const style: TextStyle = {
    colors: options.colors,
    unicode: options.unicode ?? PLAIN_STYLE.unicode,
    width: options.width ?? PLAIN_STYLE.width,
  };
  const all = options.all ?? false;
  const executions = history.executions();
  const hidden = all ? [] : middle(executions, FIRST_EXECUTIONS_SHOWN, LAST_EXECUTIONS_SHOWN);
  const isHidden = new Set(hidden);
  const blocks: string[] = [];
  for (const execution of executions) {
    if (execution === hidden[0]) blocks.push(hiddenText(hidden, style));
    if (isHidden.has(execution)) continue;
    const { sites, trapSites } = options;
    const lines = executionBlock({ history, execution, style, all, sites, trapSites });
    blocks.push(lines.join('\n'));
  }
  for (const text of [clientsText, ledgerText]) {
    const block = text(history, { style, all });
    if (block !== '') blocks.push(block);
  }
  if (executions.length > 0) blocks.push(closing(history, style));
  return blocks.length === 0 ? '' : `${blocks.join('\n\n')}\n`;
}

function hiddenText(hidden: readonly ExecutionRow[], style: TextStyle): string {
  const what = `${countText(hidden.length, 'execution')} more: ${statusCounts(hidden)}`;
  return spread([span(`${what} (--all shows them)`, 'dim')], [], style);
}

/** `2 completed, 1 trapped`, in the order of their first appearance. */
export function statusCounts(executions: readonly ExecutionRow[]): string {
  const counts = new Map<ExecutionStatus, number>();
  for (const { status } of executions) counts.set(status, (counts.get(status) ?? 0) + 1);
  return [...counts].map(([status, count]) => `${count} ${status}`).join(', ');
}

/** The last line: how it ended, and how long it took in the simulated world. */
function closing(history: History, style: TextStyle): string {
  const executions = history.executions();
  const end = lastInstant(history);
  const length = end === 0n ? 'no time' : shortDuration(end);
  const line: Span[] = [];
  if (executions.length > 1) line.push(span(`${statusCounts(executions)}; `, 'bold'));
  const from = formatWallTime(history.startUnixNanos);
  const until = formatWallTime(wallNanosOf(history, end));
  line.push(span(`${length} of virtual time`, 'bold'), span(`, ${from} to ${until}`, 'dim'));
  return spread(line, [], style);
}

/** When the last execution ended, or when the last thing happened that is known. */
export function lastInstant(history: History): VirtualNanos {
  const executions = history.executions();
  let last = 0n;
  const consider = (at: bigint | undefined): void => {
    if (at !== undefined && at > last) last = at;
  };
  for (const { startedAt, endedAt } of executions) consider(endedAt ?? startedAt);
  // The world goes on for a while without a program, which nobody waits for.
  if (executions.every(({ endedAt }) => endedAt !== undefined)) return virtualNanos(last);
  consider(history.traces().at(-1)?.at);
  for (const { id, endedAt } of executions) {
    if (endedAt !== undefined) continue;
    const attempt = history.attempts(id).at(-1);
    const entry = history.entries(id).at(-1);
    for (const row of [attempt, entry]) consider(row?.endedAt ?? row?.startedAt);
  }
  return virtualNanos(last);
}
