import type { Entry, ExecutionId } from '../../simulator/journal/entry.ts';
import type {
  AttemptRow,
  ChoiceRow,
  ExecutionRow,
  FaultRow,
  InputRow,
  LedgerRow,
  RecordingSink,
  TraceRow,
} from '../../simulator/journal/records.ts';

/** Keeps what a simulation writes down, for tests to look at. */
export class MemorySink implements RecordingSink {
  readonly executions = new Map<ExecutionId, ExecutionRow>();
  readonly attempts = new Map<string, AttemptRow>();
  readonly entries = new Map<ExecutionId, Entry[]>();
  readonly lostEntries: { execution: ExecutionId; attempt: number; entry: Entry }[] = [];
  readonly ledgerRows: LedgerRow[] = [];
  readonly traces: TraceRow[] = [];
  readonly faults = new Map<number, FaultRow>();
  readonly inputs: InputRow[] = [];
  readonly choices: ChoiceRow[] = [];

  meta(): void {}
  blob(): void {}
  flush(): void {}

  execution(row: ExecutionRow): void {
    this.executions.set(row.id, row);
  }

  attempt(row: AttemptRow): void {
    this.attempts.set(`${row.execution}/${row.number}`, row);
  }

  entry(execution: ExecutionId, entry: Entry): void {
    const entries = this.entries.get(execution) ?? [];
    entries[entry.seq] = { ...entry };
    this.entries.set(execution, entries);
  }

  lost(execution: ExecutionId, attempt: number, entry: Entry): void {
    this.lostEntries.push({ execution, attempt, entry });
  }

  restart(execution: ExecutionId): void {
    this.entries.delete(execution);
  }

  ledger(row: LedgerRow): void {
    this.ledgerRows.push(row);
  }

  trace(row: TraceRow): void {
    this.traces.push(row);
  }

  fault(row: FaultRow): void {
    this.faults.set(row.number, row);
  }

  input(row: InputRow): void {
    this.inputs.push(row);
  }

  choice(row: ChoiceRow): void {
    this.choices.push(row);
  }
}
