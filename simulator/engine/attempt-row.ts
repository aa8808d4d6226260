import type { AttemptRow } from '../journal/records.ts';
import type { Attempt } from './attempt.ts';

/** An attempt as it is written down. */
export function attemptRow(attempt: Attempt): AttemptRow {
  return {
    execution: attempt.execution.id,
    number: attempt.number,
    node: attempt.node.name,
    epoch: attempt.epoch,
    replayed: attempt.replayed,
    startedAt: attempt.startedAt,
    endedAt: attempt.endedAt,
    outcome: attempt.outcome,
    detail: attempt.detail,
  };
}
