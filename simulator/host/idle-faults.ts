import type { JsonObject } from '../effects/operation.ts';
import type { FaultPlan, PlanSource } from '../faults/fault.ts';
import { planWarnings } from '../faults/plan-warnings.ts';
import type { History } from '../journal/history.ts';
import type { ProblemReport, SimulationSnapshot } from './protocol-views.ts';
import { faultText } from './text/fault-text.ts';

const EXECUTIONS_NAMED_MAX = 3;
/** Problems of one snapshot. */
const PROBLEMS_MAX = 20;

/** What a plan has that came to nothing, or can come to nothing, in the order of its faults. */
export function idleFaults(
  history: Pick<History, 'faults' | 'executions'>,
  plan: FaultPlan,
): Pick<SimulationSnapshot, 'idleFaults'> {
  const idle = history.faults().filter(({ plan: { at }, fired }) => {
    // One by chance may well hit nothing.
    const isByChance = typeof at === 'object' && at !== null && 'probability' in at;
    return fired === 0 && !isByChance;
  });
  const told = [
    ...idle.map((row) => ({
      number: row.number,
      text: `fault ${row.number} never happened: ${faultText(row.plan)}${unknown(row.plan, history)}`,
    })),
    ...planWarnings(plan).map(({ number, text }) => ({ number, text: `fault ${number}, ${text}` })),
  ].sort((one, other) => one.number - other.number);
  if (told.length === 0) return {};
  const reports = told.map(({ number, text }) => reportOf(text, placeOf(plan.source, number)));
  const left = reports.length - PROBLEMS_MAX;
  if (left <= 0) return { idleFaults: reports };
  const more = reportOf(`${left} more of the plan came to nothing, too`, undefined);
  return { idleFaults: [...reports.slice(0, PROBLEMS_MAX), more] };
}

/** What is to be said of a fault that waits for an execution which there never was. */
function unknown({ at }: JsonObject, history: Pick<History, 'executions'>): string {
  const { execution } = (typeof at === 'object' && at !== null ? at : {}) as JsonObject;
  const ids: readonly string[] = history.executions().map(({ id }) => id);
  if (typeof execution !== 'string' || ids.includes(execution)) return '';
  const there = ids.slice(0, EXECUTIONS_NAMED_MAX).join(', ');
  const more = ids.length > EXECUTIONS_NAMED_MAX ? ', ...' : '';
  return `; there is no execution ${execution}, but ${there || 'none'}${more}`;
}

function reportOf(message: string, place: ProblemReport['place']): ProblemReport {
  const report = { severity: 'warning', code: 'fault-idle', message } as const;
  return place === undefined ? report : { ...report, place };
}

/** Where a fault stands; undefined for one that was injected, and where no file was read. */
function placeOf(source: PlanSource | undefined, number: number): ProblemReport['place'] {
  const line = source?.lines[number - 1];
  return source === undefined || line === undefined
    ? undefined
    : { file: source.file, line, column: 0 };
}
