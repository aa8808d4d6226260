import type { Entry, ExecutionId } from '../journal/entry.ts';
import { type History, SILENT_SINK } from '../journal/history.ts';
import type { RecordingSink, TraceRow } from '../journal/records.ts';
import type { LoadedSimulation } from './loaded-simulation.ts';
import type { HostEvent } from './protocol.ts';
import { effectSummary, executionSummary, traceSummary } from './views.ts';

/** Gathers what has changed in a simulation since clients were told last. */
export class ChangeFeed {
  private readonly executions = new Set<ExecutionId>();
  private readonly entries = new Map<string, { execution: ExecutionId; entry: Entry }>();
  private traces: TraceRow[] = [];
  private history: History | undefined;

  readonly sink: RecordingSink = {
    ...SILENT_SINK,
    execution: (row) => {
      this.executions.add(row.id);
    },
    attempt: (row) => {
      this.executions.add(row.execution);
    },
    restart: (execution) => {
      this.executions.add(execution);
    },
    entry: (execution, entry) => {
      this.executions.add(execution);
      this.entries.set(`${execution}/${entry.seq}`, { execution, entry: { ...entry } });
    },
    trace: (row) => {
      this.traces.push(row);
    },
  };

  constructor(private readonly loaded: LoadedSimulation) {}

  watch(history: History): void {
    this.history = history;
  }

  /** What is new; undefined when nothing is. */
  take(): Extract<HostEvent, { kind: 'changed' }> | undefined {
    const { history, traces } = this;
    if (history === undefined) return undefined;
    if (this.executions.size + this.entries.size + traces.length === 0) return undefined;
    const executions = [...this.executions].flatMap((id) => {
      const row = history.execution(id);
      return row === undefined
        ? []
        : [executionSummary(history, row, originOf(this.loaded, row.workflow))];
    });
    const effects = [...this.entries.values()].map(({ execution, entry }) =>
      effectSummary(execution, entry),
    );
    this.executions.clear();
    this.entries.clear();
    this.traces = [];
    return {
      kind: 'changed',
      executions,
      effects,
      traces: traces.map(traceSummary),
    };
  }
}

/** Where a workflow's program came from; empty when the recording does not tell. */
export function originOf(loaded: LoadedSimulation, workflow: string): string {
  return loaded.workflows.find(({ config }) => config.name === workflow)?.origin ?? '';
}
