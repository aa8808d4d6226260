import type { Awaited } from '../engine/simulation.ts';
import type { History } from '../journal/history.ts';
import type { SimulationState } from './protocol.ts';
import { effectText } from './text/effect-text.ts';

export const NOTHING_AWAITED: Awaited = { questions: [], promises: [] };

/** A simulation in which nothing happens until something comes from outside, as views show it. */
export function waitingState(
  history: History,
  { questions, promises }: Awaited,
  isServing: boolean,
): SimulationState {
  const views = questions.map(({ execution, seq }) => {
    const entry = history.entries(execution)[seq];
    return { execution, seq, call: entry === undefined ? '' : effectText(entry) };
  });
  const serving = isServing ? { serving: true as const } : {};
  return { kind: 'waiting', questions: views, promises, ...serving };
}
