import { traceText } from '../../simulator/host/text/trace-text.ts';
import type { ExecutionId } from '../../simulator/journal/entry.ts';
import type { History } from '../../simulator/journal/history.ts';
import type { AttemptRow, ExecutionRow } from '../../simulator/journal/records.ts';
import { formatDuration, formatWallTime, type VirtualNanos } from '../../simulator/kernel/time.ts';
import { clockText } from '../travel/clock-text.ts';
import { clocksAt } from '../travel/node-clocks.ts';
import { group, leaf, type VariableNode } from './variable-node.ts';

export interface ExecutionMoment {
  readonly history: History;
  /** The names of the world's nodes, in its order. */
  readonly nodes: readonly string[];
  readonly execution: ExecutionId;
  readonly at: VirtualNanos;
  /** Effects performed up to there; the next is called then, or comes next. */
  readonly effects: number;
}

/** The scope Execution: who runs it at that instant, and what time it is there. */
export function executionScope(moment: ExecutionMoment): VariableNode[] {
  const { history, execution, at, effects } = moment;
  const row = history.execution(execution);
  if (row === undefined) return [];
  const attempts = history.attempts(execution).filter(({ startedAt }) => startedAt <= at);
  const attempt = attempts.at(-1);
  const nodes = [
    leaf('id', row.id),
    leaf('workflow', row.workflow),
    leaf('status', statusAt(row, at)),
    leaf('effects so far', `${effects}`),
    leaf('persistence', row.level),
    leaf('virtual time', `${formatDuration(at)} after the start`),
    leaf('wall time', formatWallTime(history.startUnixNanos + at)),
  ];
  if (attempt !== undefined) nodes.push(...attemptNodes(attempt, moment));
  if (attempts.length > 1) {
    const all = (): VariableNode[] =>
      attempts.map((each) => leaf(`${each.number}`, attemptText(each, at)));
    nodes.push({ ...group('attempts', `${attempts.length}`, all) });
  }
  const lost = history.lostEntries(execution).filter(({ entry }) => entry.startedAt <= at);
  if (lost.length > 0) {
    const all = (): VariableNode[] =>
      lost.map(({ entry, attempt: number }) =>
        leaf(`#${entry.seq}`, `${entry.operation.name}, lost with attempt ${number}`),
      );
    nodes.push(group('lost effects', `${lost.length}`, all));
  }
  const asked = history.traces().filter((each) => each.execution === execution && each.at <= at);
  const last = asked.at(-1);
  if (last !== undefined) nodes.push(leaf('latest event', traceText(last)));
  return nodes;
}

function attemptNodes(
  attempt: AttemptRow,
  { history, nodes, at, execution, effects }: ExecutionMoment,
): VariableNode[] {
  const { node } = attempt;
  const moment = { at, execution, seq: effects };
  const { wallNanos, monotonicNanos } = clocksAt(history, nodes, node, moment);
  return [
    leaf('attempt', attemptText(attempt, at)),
    leaf('node', node),
    leaf('epoch', `${attempt.epoch}`),
    clockNode(node, 'wall', wallNanos),
    clockNode(node, 'monotonic', monotonicNanos),
  ];
}

function clockNode(node: string, clock: 'wall' | 'monotonic', nanos: bigint): VariableNode {
  const shown = leaf(`node's ${clock} clock`, clockText(clock, nanos));
  return { ...shown, changes: { kind: 'clock', node, clock, nanos } };
}

function attemptText({ number, node, outcome, endedAt, replayed }: AttemptRow, at: bigint): string {
  const over = endedAt !== undefined && endedAt <= at ? (outcome ?? 'over') : 'running';
  const start = replayed === 0 ? '' : `, began by replaying ${replayed} effects`;
  return `${number} on ${node}, ${over}${start}`;
}

/** What the execution had become at an instant. */
export function statusAt({ status, exitCode, endedAt }: ExecutionRow, at: bigint): string {
  if (endedAt === undefined) return status;
  if (endedAt > at) return 'running';
  return status === 'completed' ? `completed with exit code ${exitCode ?? 0}` : status;
}
