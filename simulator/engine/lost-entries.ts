import type { RecordingSink } from '../journal/records.ts';
import type { Execution } from './execution.ts';

/** Writes down what the latest attempt of an execution had and the journal has not. */
export function noteLost(execution: Execution, sink: Pick<RecordingSink, 'lost'>): void {
  const { latest, journal } = execution;
  if (latest === undefined || latest.outcome === 'suspended') return;
  const keeps = latest.durable || execution.workflow.config.persistence === 'none';
  for (const entry of latest.view) {
    const stored = keeps ? journal.entries[entry.seq] : undefined;
    const known = stored !== undefined && (stored.result !== undefined || !entry.result);
    if (!known) sink.lost(execution.id, latest.number, entry);
  }
}
