import type { Observed } from '../../simulator/checks/observed.ts';
import { executionId } from '../../simulator/journal/entry.ts';
import { LiveHistory } from '../../simulator/journal/history.ts';
import type { AttemptRow, ExecutionRow } from '../../simulator/journal/records.ts';
import { VIRTUAL_START, virtualNanos } from '../../simulator/kernel/time.ts';

export const RUN_ID = executionId('script-1');

/** A run that was made up; what goes into the sink of its history can be seen. */
export function observedRun(more: Partial<Observed> = {}): Observed & { history: LiveHistory } {
  const history = new LiveHistory(0n);
  const empty = {
    outputs: [],
    fired: [],
    problems: [],
    changes: new Map(),
    volumes: new Map(),
    services: [],
  };
  return { ending: 'ended', nowNanos: 0n, ...empty, ...more, history };
}

export function executionRow(more: Partial<ExecutionRow> = {}): ExecutionRow {
  return {
    ...{ id: RUN_ID, workflow: 'script', module: '', level: 'effect', status: 'completed' },
    ...{ exitCode: 0, reason: undefined, startedAt: VIRTUAL_START, endedAt: virtualNanos(9n) },
    ...more,
  };
}

export function attemptRow(more: Partial<AttemptRow> = {}): AttemptRow {
  return {
    ...{ execution: RUN_ID, number: 1, node: 'node-a', epoch: 1, replayed: 0 },
    ...{ startedAt: VIRTUAL_START, endedAt: virtualNanos(9n), outcome: 'completed' },
    ...{ detail: undefined, ...more },
  };
}
