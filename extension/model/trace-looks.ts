/** Which happenings of the world are shown among an execution's effects, and how. */
import type { TraceSummary } from '../../simulator/host/protocol.ts';
import type { Icon } from './icon.ts';

/**
 * Faults, and what follows of them. Messages that went as they should are in the timeline only,
 * and so is what a fault does at once: the fault itself says it.
 */
const LOOKS: Readonly<Record<string, Icon>> = {
  'fault.fired': { id: 'zap', color: 'list.errorForeground' },
  'faults.ended': { id: 'debug-start' },
  'node.resumed': { id: 'debug-start' },
  'timer.moved': { id: 'watch', color: 'list.errorForeground' },
  'timer.lost': { id: 'watch', color: 'list.errorForeground' },
  'timer.repeated': { id: 'watch', color: 'list.errorForeground' },
  'journal.torn': { id: 'zap', color: 'list.errorForeground' },
  'lease.expired': { id: 'watch', color: 'list.warningForeground' },
  'commit.refused': { id: 'shield', color: 'list.warningForeground' },
  'commit.held': { id: 'debug-disconnect', color: 'list.warningForeground' },
  'request.held': { id: 'debug-disconnect', color: 'list.warningForeground' },
  'response.held': { id: 'debug-disconnect', color: 'list.warningForeground' },
  'volume.healed': { id: 'debug-start' },
  'volume.lost': { id: 'debug-disconnect', color: 'list.errorForeground' },
  'write.misdirected': { id: 'debug-disconnect', color: 'list.errorForeground' },
  'link.healed': { id: 'debug-start' },
  'request.lost': { id: 'debug-disconnect', color: 'list.errorForeground' },
  'response.lost': { id: 'debug-disconnect', color: 'list.errorForeground' },
  'call.retried': { id: 'refresh', color: 'list.warningForeground' },
  'question.answered': { id: 'comment' },
  'result.edited': { id: 'edit' },
  'memory.patched': { id: 'edit' },
  'service.failed': { id: 'error', color: 'list.errorForeground' },
};

export function isShownTrace({ kind }: Pick<TraceSummary, 'kind'>): boolean {
  return kind in LOOKS;
}

export function traceIcon({ kind }: Pick<TraceSummary, 'kind'>): Icon {
  return LOOKS[kind] ?? { id: 'circle-small' };
}
