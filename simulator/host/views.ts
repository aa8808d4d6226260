/** Makes of a history the plain data that clients show. */
import { awaitedPromises } from '../effects/conversation.ts';
import type { JsonObject } from '../effects/operation.ts';
import { isUserFrame, type SourceFrame } from '../guest/symbols/index.ts';
import type { Entry, ExecutionId } from '../journal/entry.ts';
import type { History, LostEntry } from '../journal/history.ts';
import type { AttemptRow, ExecutionRow, TraceRow } from '../journal/records.ts';
import type {
  AttemptSummary,
  EffectDetails,
  EffectSummary,
  ExecutionSummary,
  StackFrameView,
  TraceSummary,
} from './protocol.ts';
import { effectDocument } from './text/effect-document.ts';
import { effectText } from './text/effect-text.ts';
import { traceText } from './text/trace-text.ts';

export function executionSummary(
  history: History,
  row: ExecutionRow,
  origin: string,
): ExecutionSummary {
  const attempts = history.attempts(row.id);
  // Only such attempts lose anything, and most executions have none.
  const mayHaveLost = attempts.some(({ outcome }) => outcome === 'crashed' || outcome === 'fenced');
  const lost = mayHaveLost ? history.lostEntries(row.id) : [];
  const last = row.endedAt === undefined ? history.entries(row.id).at(-1) : undefined;
  const promises = last === undefined ? [] : awaitedPromises(last, row.id);
  return {
    id: row.id,
    workflow: row.workflow,
    origin,
    status: row.status,
    ...(row.exitCode === undefined ? {} : { exitCode: row.exitCode }),
    ...(row.reason === undefined ? {} : { reason: row.reason }),
    startedAt: row.startedAt,
    ...(row.endedAt === undefined ? {} : { endedAt: row.endedAt }),
    effects: history.entries(row.id).length,
    attempts: attempts.map((attempt) => attemptSummary(attempt, lost)),
    ...(promises.length === 0 ? {} : { promises }),
  };
}

function attemptSummary(row: AttemptRow, lost: readonly LostEntry[]): AttemptSummary {
  const { number, node, epoch, replayed, startedAt } = row;
  const own = lost.filter(({ attempt }) => attempt === number);
  return {
    number,
    node,
    epoch,
    replayed,
    startedAt,
    ...(row.endedAt === undefined ? {} : { endedAt: row.endedAt }),
    ...(row.outcome === undefined ? {} : { outcome: row.outcome }),
    ...(row.detail === undefined ? {} : { detail: row.detail }),
    ...(own.length === 0
      ? {}
      : { lost: own.map(({ entry }) => effectSummary(row.execution, entry)) }),
  };
}

export function traceSummary(row: TraceRow): TraceSummary {
  const { at, kind, execution, seq, node } = row;
  return {
    at,
    kind,
    text: traceText(row),
    ...(execution === undefined ? {} : { execution }),
    ...(seq === undefined ? {} : { seq }),
    ...(node === undefined ? {} : { node }),
  };
}

export function effectSummary(execution: ExecutionId, entry: Entry): EffectSummary {
  const { seq, operation, attempt, startedAt, endedAt, key } = entry;
  return {
    execution,
    seq,
    operation: operation.name,
    class: operation.class,
    state: entryState(entry),
    attempt,
    text: effectText(entry),
    startedAt,
    ...(endedAt === undefined ? {} : { endedAt }),
    ...(key === undefined ? {} : { key }),
  };
}

function entryState(entry: Entry): EffectSummary['state'] {
  if (entry.result === undefined) return 'intent';
  return entry.deliveredAt === undefined ? 'recorded' : 'delivered';
}

export function effectDetails(
  history: History,
  execution: ExecutionId,
  entry: Entry,
  frames: readonly SourceFrame[],
): EffectDetails {
  const { operation, args, result, deliveredAt } = entry;
  const details = {
    ...effectSummary(execution, entry),
    ...(deliveredAt === undefined ? {} : { deliveredAt }),
    args: JSON.parse(operation.argsJson(args)) as JsonObject,
    ...(args.body === undefined ? {} : { argsBody: args.body }),
    ...(result === undefined
      ? {}
      : { result: JSON.parse(operation.resultJson(result)) as JsonObject }),
    ...(result?.body === undefined ? {} : { resultBody: result.body }),
    stack: frames.map(frameView),
    events: history
      .traces()
      .filter((row) => row.execution === execution && row.seq === entry.seq)
      .map((row) => ({ at: row.at, kind: row.kind, text: traceText(row) })),
  };
  return { ...details, document: effectDocument(details, history.startUnixNanos) };
}

export function frameView(frame: SourceFrame): StackFrameView {
  const { functionName, functionIndex, codeOffset, source } = frame;
  return {
    functionName,
    functionIndex,
    codeOffset,
    ...(source === undefined
      ? {}
      : { source: { file: source.file, line: source.line, column: source.column } }),
    user: isUserFrame(frame),
  };
}
