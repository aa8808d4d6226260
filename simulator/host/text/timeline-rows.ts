/**
 * What a timeline shows of one execution, in the order in which it is shown; how it looks is
 * timeline-text.ts's.
 *
 * R1  Rows are in order of virtual time; at one instant, a cause is before its effect.
 * R2  Every attempt, every fault and everything that went wrong is shown; only plain effects are
 *     left out where there are very many, and attempts where there are very many.
 */
import type { Entry, ExecutionId } from '../../journal/entry.ts';
import type { History, LostEntry } from '../../journal/history.ts';
import type { AttemptRow, TraceRow } from '../../journal/records.ts';
import { middle } from './middle.ts';
import { effectRows } from './timeline-effects.ts';
import { eventsByAttempt } from './timeline-events.ts';

/** Attempts that are shown of an execution with more. */
export const FIRST_ATTEMPTS_SHOWN = 10;
export const LAST_ATTEMPTS_SHOWN = 4;

export interface EffectContent {
  readonly kind: 'effect';
  readonly entry: Entry;
  /**
   * `asked` is shown before what happened on its way, and `got` after it; `resumed` is one that an
   * earlier attempt asked for.
   */
  readonly part: 'whole' | 'asked' | 'got' | 'resumed';
  /** The entry, or only its result, went with its attempt before it was durable. */
  readonly lost: 'nothing' | 'result' | 'all';
}

export type RowContent =
  | { readonly kind: 'began'; readonly attempt: AttemptRow }
  | { readonly kind: 'ended'; readonly attempt: AttemptRow }
  /** The attempt still lives when the next one begins. */
  | { readonly kind: 'overtaken'; readonly attempt: AttemptRow }
  | EffectContent
  | { readonly kind: 'event'; readonly trace: TraceRow }
  | { readonly kind: 'hidden'; readonly entries: readonly Entry[] }
  | { readonly kind: 'hidden-attempts'; readonly attempts: readonly AttemptRow[] };

export type TimelineRow = RowContent & {
  readonly at: bigint;
  /** The number of the attempt that it belongs to. */
  readonly number: number;
};

/** What is known of one attempt. */
export interface AttemptMaterial {
  readonly attempt: AttemptRow;
  readonly next: AttemptRow | undefined;
  /** The whole journal. */
  readonly entries: readonly Entry[];
  /** In order of time. */
  readonly events: readonly TraceRow[];
  readonly lost: readonly LostEntry[];
}

export interface RowsOptions {
  /** Leaves nothing out. */
  readonly all: boolean;
}

export function executionRows(
  history: History,
  id: ExecutionId,
  options: RowsOptions,
): readonly TimelineRow[] {
  const attempts = history.attempts(id);
  const events = eventsByAttempt(history.traces(), id, attempts);
  const lost = groupBy(history.lostEntries(id), (row) => row.attempt);
  const entries = history.entries(id);
  const hidden = options.all ? [] : middle(attempts, FIRST_ATTEMPTS_SHOWN, LAST_ATTEMPTS_SHOWN);
  const isHidden = new Set(hidden);
  const rows: TimelineRow[] = [];
  for (const [index, attempt] of attempts.entries()) {
    const { number, startedAt } = attempt;
    if (attempt === hidden[0]) {
      rows.push({ kind: 'hidden-attempts', attempts: hidden, at: startedAt, number });
    }
    if (isHidden.has(attempt)) continue;
    const material: AttemptMaterial = {
      attempt,
      next: attempts[index + 1],
      entries,
      events: events.get(number) ?? [],
      lost: lost.get(number) ?? [],
    };
    rows.push(...attemptRows(material, options));
  }
  return rows.sort(inOrder);
}

function attemptRows(material: AttemptMaterial, options: RowsOptions): TimelineRow[] {
  const { attempt, next, events } = material;
  const { number, startedAt, endedAt } = attempt;
  const rows: TimelineRow[] = [{ kind: 'began', attempt, at: startedAt, number }];
  for (const row of effectRows(material, options.all)) rows.push(row);
  for (const trace of events) rows.push({ kind: 'event', trace, at: trace.at, number });
  if (next !== undefined && (endedAt === undefined || endedAt > next.startedAt)) {
    rows.push({ kind: 'overtaken', attempt, at: next.startedAt, number });
  }
  if (endedAt !== undefined) rows.push({ kind: 'ended', attempt, at: endedAt, number });
  return rows;
}

function groupBy<T>(list: readonly T[], keyOf: (item: T) => number): Map<number, T[]> {
  const groups = new Map<number, T[]>();
  for (const item of list) {
    const group = groups.get(keyOf(item)) ?? [];
    group.push(item);
    groups.set(keyOf(item), group);
  }
  return groups;
}

function inOrder(left: TimelineRow, right: TimelineRow): number {
  if (left.at !== right.at) return left.at < right.at ? -1 : 1;
  if (left.number !== right.number) return left.number - right.number;
  const phase = phaseOf(left) - phaseOf(right);
  if (phase !== 0 || left.kind !== 'effect' || right.kind !== 'effect') return phase;
  return left.entry.seq - right.entry.seq;
}

/** The order of what has the same instant in the same attempt. */
function phaseOf(row: TimelineRow): number {
  switch (row.kind) {
    case 'hidden-attempts':
    case 'began':
      return 0;
    case 'event':
      return isBefore(row.trace) ? 1 : 3;
    case 'hidden':
      return 2;
    case 'effect':
      return row.part === 'whole' || row.part === 'asked' ? 2 : 4;
    case 'ended':
      return 5;
    case 'overtaken':
      return 6;
  }
}

/** A fault that happens before its effect. */
function isBefore({ kind, data }: TraceRow): boolean {
  if (kind !== 'fault.fired') return false;
  return data?.point === 'before' || data?.point === undefined;
}
