/**
 * What befalls executions from outside their programs' calls: crashes, other faults, retries, and
 * ends other than success. Each is a place to stop at.
 */
import type { JsonObject } from '../../simulator/effects/operation.ts';
import { faultText } from '../../simulator/host/text/fault-text.ts';
import { traceText } from '../../simulator/host/text/trace-text.ts';
import { type ExecutionId, type Seq, seqOf } from '../../simulator/journal/entry.ts';
import type { History } from '../../simulator/journal/history.ts';
import type { AttemptRow, ExecutionRow, TraceRow } from '../../simulator/journal/records.ts';
import { crashCause, crashedWith, firstLostCall } from './lost-calls.ts';
import type { Place, Position } from './place.ts';

export const EXCEPTION_KINDS = ['crash', 'fault', 'retry', 'trap', 'divergence', 'exit'] as const;
export type ExceptionKind = (typeof EXCEPTION_KINDS)[number];

/** Those after which an execution may well go on; the others end it. */
export const ON_THE_WAY: ReadonlySet<ExceptionKind> = new Set(['crash', 'fault', 'retry']);

export interface Happening {
  readonly position: Position;
  readonly kinds: readonly ExceptionKind[];
  /** One line saying what happened. */
  readonly text: string;
  /** More for people; undefined when the line says it all. */
  readonly details: string | undefined;
}

export function isOnTheWay({ kinds }: Happening): boolean {
  return kinds.some((kind) => ON_THE_WAY.has(kind));
}

/** Which rows of the trace are stops, as what. */
const TRACE_KINDS: Partial<Record<TraceRow['kind'], ExceptionKind>> = {
  'node.crashed': 'crash',
  'fault.fired': 'fault',
  'request.lost': 'fault',
  'timer.moved': 'fault',
  'timer.lost': 'fault',
  'timer.repeated': 'fault',
  'response.lost': 'fault',
  'call.retried': 'retry',
};

export function isHappening(row: TraceRow): boolean {
  return TRACE_KINDS[row.kind] !== undefined;
}

/** All of them, in no particular order. */
export function happenings(history: History): Happening[] {
  const found = history.traces().flatMap((row, index) => happeningsOf(history, row, index));
  return [...found, ...history.executions().flatMap((row) => endOf(history, row) ?? [])];
}

/** What a row of the trace did to executions. `index` is its place in the trace. */
export function happeningsOf(history: History, row: TraceRow, index: number): Happening[] {
  const kind = TRACE_KINDS[row.kind];
  if (kind === undefined) return [];
  if (kind === 'crash') return crashesOf(history, row, index);
  const place = placeOf(history, row);
  if (place === undefined) return [];
  const plan = row.kind === 'fault.fired' ? (row.data as JsonObject | undefined) : undefined;
  // A crash is one stop, at its node.crashed row.
  if (plan?.kind === 'crash') return [];
  const text = plan === undefined ? traceText(row) : faultText(plan, faultPlace(row));
  const position = { at: row.at, place, ordinal: index + 1 };
  return [{ position, kinds: [kind], text, details: undefined }];
}

/** One for each execution that lost its attempt with the node. */
function crashesOf(history: History, row: TraceRow, index: number): Happening[] {
  const cause = crashCause(history, index);
  const kinds: ExceptionKind[] = cause === undefined ? ['crash'] : ['crash', 'fault'];
  return history.executions().flatMap(({ id }) => {
    const attempt = history.attempts(id).find((each) => crashedWith(each, row));
    if (attempt === undefined) return [];
    const caused = cause?.execution === id ? cause.seq : undefined;
    const seq = caused ?? effectDuring(history, attempt, row.at);
    const firstLost = firstLostCall(history, id, attempt.number);
    const isLost = firstLost !== undefined && seq >= firstLost;
    const lost = isLost ? { lostWith: attempt.number } : {};
    const place: Place = { kind: 'effect', execution: id, seq, ...lost };
    return {
      position: { at: row.at, place, ordinal: index + 1 },
      kinds,
      text: `${row.node ?? 'the node'} crashed with attempt ${attempt.number} of ${id}`,
      details: cause === undefined ? undefined : faultText(cause.data ?? {}, faultPlace(cause)),
    };
  });
}

/** The effect that an attempt had asked for last at an instant. */
function effectDuring(history: History, { execution, number }: AttemptRow, at: bigint): Seq {
  const entries = history.entries(execution).filter(({ startedAt }) => startedAt <= at);
  const lost = history
    .lostEntries(execution)
    .filter((row) => row.attempt === number && row.entry.startedAt <= at);
  const last = Math.max(entries.at(-1)?.seq ?? 0, ...lost.map(({ entry }) => entry.seq));
  return seqOf(last);
}

function placeOf(history: History, row: TraceRow): Place | undefined {
  const { execution, seq } = row;
  if (execution !== undefined && seq !== undefined) return { kind: 'effect', execution, seq };
  const attempt = history
    .executions()
    .flatMap(({ id }) => history.attempts(id))
    .find((each) => runsAt(each, row));
  if (attempt === undefined) return undefined;
  const during = effectDuring(history, attempt, row.at);
  return { kind: 'effect', execution: attempt.execution, seq: during };
}

function runsAt({ node, startedAt, endedAt }: AttemptRow, row: TraceRow): boolean {
  return node === row.node && startedAt <= row.at && (endedAt === undefined || endedAt >= row.at);
}

function faultPlace({ node, execution, seq }: TraceRow): { node?: string; effect?: string } {
  return {
    ...(node === undefined ? {} : { node }),
    ...(execution === undefined ? {} : { effect: `${execution} #${seq ?? 0}` }),
  };
}

/** The end of an execution as a stop; undefined while it runs and when it succeeded. */
export function endOf(history: History, row: ExecutionRow): Happening | undefined {
  const kind = endKind(row);
  if (kind === undefined || row.endedAt === undefined) return undefined;
  const position = endPosition(history, row);
  return { position, kinds: [kind], text: endText(row), details: row.reason };
}

function endKind({ status, exitCode }: ExecutionRow): ExceptionKind | undefined {
  switch (status) {
    case 'trapped':
      return 'trap';
    case 'diverged':
      return 'divergence';
    case 'completed':
      return exitCode === 0 ? undefined : 'exit';
    case 'failed':
    case 'lost':
    case 'cancelled':
      return 'exit';
    default:
      return undefined;
  }
}

/** After the last effect: at the execution's end, or where what is known of it stops. */
export function endPosition(history: History, { id, endedAt, startedAt }: ExecutionRow): Position {
  const last = history.entries(id).at(-1);
  const at = endedAt ?? last?.endedAt ?? last?.startedAt ?? startedAt;
  return { at, place: { kind: 'end', execution: id }, ordinal: 0 };
}

/** `order-1 exited with 0`, `order-1 trapped`, ... */
export function endText({ id, status, exitCode }: ExecutionRow): string {
  if (status === 'completed') return `${id} exited with ${exitCode ?? 0}`;
  if (status === 'running' || status === 'waiting' || status === 'asking') {
    return `${id} is ${status}: nothing more is known of it`;
  }
  return `${id} ${status === 'lost' ? 'was lost' : status === 'cancelled' ? 'was cancelled' : status}`;
}

/** The executions in their order. */
export function executionIds(history: History): ExecutionId[] {
  return history.executions().map(({ id }) => id);
}
