import type { FaultPlan } from '../faults/fault.ts';
import { planWarnings } from '../faults/plan-warnings.ts';
import type { History } from '../journal/history.ts';
import type { SimulationSnapshot } from './protocol-views.ts';
import { faultText } from './text/fault-text.ts';

/** Sentences of one snapshot. */
const SENTENCES_MAX = 20;

/** What a plan has that came to nothing, or can come to nothing. */
export function idleFaults(
  history: Pick<History, 'faults'>,
  plan: FaultPlan,
): Pick<SimulationSnapshot, 'idleFaults'> {
  const idle = history.faults().filter(({ plan: { at }, fired }) => {
    // One by chance may well hit nothing.
    const isByChance = typeof at === 'object' && at !== null && 'probability' in at;
    return fired === 0 && !isByChance;
  });
  const sentences = [
    ...idle.map((row) => `fault ${row.number} never happened: ${faultText(row.plan)}`),
    ...planWarnings(plan),
  ];
  return sentences.length === 0 ? {} : { idleFaults: sentences.slice(0, SENTENCES_MAX) };
}
