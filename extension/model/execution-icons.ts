/** How executions and attempts look by what became of them. */
import type { AttemptSummary, ExecutionSummary } from '../../simulator/host/protocol.ts';
import type { Icon } from './icon.ts';
import type { SimulationModel } from './simulation-model.ts';

const GREEN = 'testing.iconPassed';
const RED = 'testing.iconFailed';
const YELLOW = 'list.warningForeground';
const GREY = 'disabledForeground';

/** From the worst to the best: the first that an execution has stands for them all. */
const STATUS_ICONS: readonly (readonly [ExecutionSummary['status'], Icon])[] = [
  ['diverged', { id: 'git-compare', color: RED }],
  ['trapped', { id: 'error', color: RED }],
  ['failed', { id: 'error', color: RED }],
  ['lost', { id: 'circle-slash', color: RED }],
  ['asking', { id: 'question', color: YELLOW }],
  ['running', { id: 'sync~spin' }],
  ['waiting', { id: 'history' }],
  ['cancelled', { id: 'circle-slash', color: GREY }],
  ['completed', { id: 'pass', color: GREEN }],
];

export function statusIcon({ status, exitCode }: ExecutionSummary): Icon {
  if (status === 'completed' && exitCode !== undefined && exitCode !== 0) {
    return { id: 'warning', color: YELLOW };
  }
  return STATUS_ICONS.find(([name]) => name === status)?.[1] ?? { id: 'circle-outline' };
}

export function worstIcon(summaries: readonly ExecutionSummary[]): Icon {
  const rank = ({ status, exitCode }: ExecutionSummary): number => {
    const place = STATUS_ICONS.findIndex(([name]) => name === status);
    return place * 2 - (exitCode !== undefined && exitCode !== 0 ? 1 : 0);
  };
  const [worst] = summaries.toSorted((left, right) => rank(left) - rank(right));
  return worst === undefined ? { id: 'circle-outline' } : statusIcon(worst);
}

export const OUTCOME_ICONS: Readonly<Record<NonNullable<AttemptSummary['outcome']>, Icon>> = {
  completed: { id: 'pass', color: GREEN },
  suspended: { id: 'history' },
  crashed: { id: 'flame', color: RED },
  fenced: { id: 'shield', color: YELLOW },
  trapped: { id: 'error', color: RED },
  failed: { id: 'error', color: RED },
  diverged: { id: 'git-compare', color: RED },
  cancelled: { id: 'circle-slash', color: GREY },
};

/** What was under way when its host was ended; nothing goes on there any more. */
const BROKEN_OFF: Icon = { id: 'debug-stop', color: GREY };

/** What is under way: nothing of it moves while its simulation is paused. */
export function unfinishedIcon({ isLive, phase }: Pick<SimulationModel, 'isLive' | 'phase'>): Icon {
  if (!isLive) return BROKEN_OFF;
  return { id: phase.kind === 'paused' ? 'debug-pause' : 'sync~spin' };
}
