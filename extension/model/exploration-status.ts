/** What the status bar and the menus know of explorations. */
import type { ExplorationModel } from './exploration-model.ts';

/** The newest one that is under way, with how many others are; undefined for none. */
export function explorationStatus(all: readonly ExplorationModel[]): string | undefined {
  const live = all.filter(({ isLive }) => isLive);
  const [newest, ...others] = live;
  if (newest === undefined) return undefined;
  const { title, progress, findings } = newest;
  const runs = progress === undefined ? 'exploring' : `${progress.done.toLocaleString('en')} runs`;
  const found = findings.length === 0 ? '' : `, ${findings.length} found`;
  return `${title}: ${runs}${found}${others.length === 0 ? '' : ` (+${others.length})`}`;
}

/** By the name of the context: commands that could do nothing are not offered. */
export function explorationWords(
  all: readonly ExplorationModel[],
): Readonly<Record<'exploring' | 'hasExplorations' | 'hasFindings', boolean>> {
  return {
    exploring: all.some(({ isLive }) => isLive),
    hasExplorations: all.length > 0,
    hasFindings: all.some(({ findings }) => findings.length > 0),
  };
}
