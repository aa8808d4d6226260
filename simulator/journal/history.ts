/**
 * What a simulation has written down so far, to be looked at: the same whether it is live or was
 * read from a recording. Everything that shows a simulation shows a History.
 */
import type { VirtualNanos } from '../kernel/time.ts';
import type { Entry, ExecutionId } from './entry.ts';
import type {
  AttemptRow,
  ChoiceRow,
  ExecutionRow,
  FaultRow,
  InputRow,
  LedgerRow,
  RecordingSink,
  TraceRow,
} from './records.ts';

export interface LostEntry {
  readonly execution: ExecutionId;
  /** The attempt that lost it. */
  readonly attempt: number;
  readonly entry: Entry;
}

export interface History {
  /** Executions in the order in which they were started. */
  executions(): readonly ExecutionRow[];
  execution(id: ExecutionId): ExecutionRow | undefined;
  /** Attempts of an execution, by number. */
  attempts(id: ExecutionId): readonly AttemptRow[];
  /** The journal of an execution; index equals seq. */
  entries(id: ExecutionId): readonly Entry[];
  lostEntries(id: ExecutionId): readonly LostEntry[];
  ledger(): readonly LedgerRow[];
  /** In the order in which it happened. */
  traces(): readonly TraceRow[];
  faults(): readonly FaultRow[];
  inputs(): readonly InputRow[];
  /** Wall time at the simulation's start, in nanoseconds since 1970. */
  readonly startUnixNanos: bigint;
}

/** True wall time of an instant. */
export function wallNanosOf(history: Pick<History, 'startUnixNanos'>, at: VirtualNanos): bigint {
  return history.startUnixNanos + at;
}

/** Keeps the history of a live simulation: what goes into its `sink` can be read at once. */
export class LiveHistory implements History {
  private readonly executionRows = new Map<ExecutionId, ExecutionRow>();
  private readonly attemptRows = new Map<ExecutionId, AttemptRow[]>();
  private readonly journals = new Map<ExecutionId, Entry[]>();
  private readonly lostRows: LostEntry[] = [];
  private readonly ledgerRows: LedgerRow[] = [];
  private readonly traceRows: TraceRow[] = [];
  private readonly faultRows: FaultRow[] = [];
  private readonly inputRows: InputRow[] = [];
  readonly choices: ChoiceRow[] = [];

  readonly sink: RecordingSink = {
    meta: () => {},
    blob: () => {},
    flush: () => {},
    execution: (row) => {
      this.executionRows.set(row.id, row);
    },
    attempt: (row) => {
      const rows = this.attemptRows.get(row.execution) ?? [];
      rows[row.number - 1] = row;
      this.attemptRows.set(row.execution, rows);
    },
    entry: (execution, entry) => {
      const entries = this.journals.get(execution) ?? [];
      // Entries of calls and waits go on changing in the engine.
      entries[entry.seq] = entry.deliveredAt === undefined ? { ...entry } : entry;
      this.journals.set(execution, entries);
    },
    lost: (execution, attempt, entry) => {
      this.lostRows.push({ execution, attempt, entry: { ...entry } });
    },
    restart: (execution) => {
      this.journals.delete(execution);
    },
    ledger: (row) => {
      this.ledgerRows.push(row);
    },
    trace: (row) => {
      this.traceRows.push(row);
    },
    fault: (row) => {
      this.faultRows[row.number - 1] = row;
    },
    input: (row) => {
      this.inputRows.push(row);
    },
    choice: (row) => {
      this.choices.push(row);
    },
  };

  constructor(readonly startUnixNanos: bigint) {}

  /** Lets go of an execution, for simulations that never end; its recording keeps it. */
  forget(id: ExecutionId): void {
    this.executionRows.delete(id);
    this.attemptRows.delete(id);
    this.journals.delete(id);
  }

  /** Lets go of the oldest rows that belong to no execution, once there are a tenth more. */
  keepLatest(rows: number): void {
    const kinds: readonly unknown[][] = [
      this.lostRows,
      this.ledgerRows,
      this.traceRows,
      this.inputRows,
      this.choices,
    ];
    const most = rows + Math.floor(rows / 10);
    for (const kind of kinds) if (kind.length > most) kind.splice(0, kind.length - rows);
  }

  executions(): readonly ExecutionRow[] {
    return [...this.executionRows.values()];
  }

  execution(id: ExecutionId): ExecutionRow | undefined {
    return this.executionRows.get(id);
  }

  attempts(id: ExecutionId): readonly AttemptRow[] {
    return this.attemptRows.get(id) ?? [];
  }

  entries(id: ExecutionId): readonly Entry[] {
    return this.journals.get(id) ?? [];
  }

  lostEntries(id: ExecutionId): readonly LostEntry[] {
    return this.lostRows.filter(({ execution }) => execution === id);
  }

  ledger(): readonly LedgerRow[] {
    return this.ledgerRows;
  }

  traces(): readonly TraceRow[] {
    return this.traceRows;
  }

  faults(): readonly FaultRow[] {
    return this.faultRows;
  }

  inputs(): readonly InputRow[] {
    return this.inputRows;
  }
}

const SINK_METHODS = [
  'meta',
  'blob',
  'execution',
  'attempt',
  'entry',
  'lost',
  'restart',
  'ledger',
  'trace',
  'fault',
  'input',
  'choice',
  'flush',
] as const satisfies readonly (keyof RecordingSink)[];

/** Takes nothing down: what a sink that wants only some rows is made of. */
export const SILENT_SINK: RecordingSink = {
  meta: () => {},
  blob: () => {},
  execution: () => {},
  attempt: () => {},
  entry: () => {},
  lost: () => {},
  restart: () => {},
  ledger: () => {},
  trace: () => {},
  fault: () => {},
  input: () => {},
  choice: () => {},
  flush: () => {},
};

/** Writes everything down in several places, in their order. */
export function teeSinks(sinks: readonly RecordingSink[]): RecordingSink {
  const methods = SINK_METHODS.map((method) => {
    const writers = sinks.map((sink) => sink[method].bind(sink) as (...row: unknown[]) => void);
    const write = (...row: unknown[]): void => {
      for (const writer of writers) writer(...row);
    };
    return [method, write] as const;
  });
  return Object.fromEntries(methods) as unknown as RecordingSink;
}
