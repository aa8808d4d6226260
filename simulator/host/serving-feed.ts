/**
 * What a simulation that serves has for its clients since they were told last, and what it may
 * forget of executions that have ended.
 *
 * F1  An execution's end is told after all of its parts.
 * F2  What a client was given before the host was replaced is not given again.
 */
import type { ShownOutput, ShownResponse } from '../engine/journal-store.ts';
import type { Simulation } from '../engine/simulation.ts';
import type { ExecutionId } from '../journal/entry.ts';
import { type LiveHistory, SILENT_SINK } from '../journal/history.ts';
import type { ExecutionRow, RecordingSink } from '../journal/records.ts';
import { Families } from './families.ts';
import type { HostEvent, ServedEnd, ServedPart } from './protocol.ts';

/** Executions that have ended and can still be looked at. */
const ENDED_KEPT = 1_000;
/** Rows of traces, ledgers and inputs that can still be looked at. */
const ROWS_KEPT = 10_000;

export interface ServingOptions {
  readonly handler: 'http' | 'connection';
  /** Of a host that has gone: who still waits, with the seq of the last part that it was given. */
  readonly open?: ReadonlyMap<string, number>;
}

export class ServingFeed {
  private parts: ServedPart[] = [];
  private ended: ExecutionRow[] = [];
  private readonly kept: ExecutionId[] = [];
  /** Executions of a host that has gone are known to its clients; only `open` ones still wait. */
  private isRepeating: boolean;

  private readonly families = new Families();

  readonly sink: RecordingSink = {
    ...SILENT_SINK,
    trace: (row) => this.families.learn(row),
    execution: (row) => {
      if (row.endedAt !== undefined) this.ended.push(row);
    },
  };

  constructor(private readonly options: ServingOptions) {
    this.isRepeating = options.open !== undefined;
  }

  /** False for what is no answer to a client, but something to be logged. */
  takeOutput({ execution, seq, stream, bytes }: ShownOutput): boolean {
    if (this.options.handler === 'http' || stream !== 'stdout') return false;
    this.take({ execution, seq, part: { bytes } });
    return true;
  }

  takeResponse({ execution, seq, part }: ShownResponse): void {
    this.take({ execution, seq, part });
  }

  /** The inputs of the host that has gone have all come again: what follows is new. */
  hasCaughtUp(): void {
    this.isRepeating = false;
  }

  /** What is new; undefined when nothing is. The executions that it tells of are forgotten. */
  publish(simulation: Simulation, history: LiveHistory): HostEvent | undefined {
    const { parts, ended } = this;
    if (parts.length + ended.length === 0) return undefined;
    this.parts = [];
    this.ended = [];
    const ends = ended.filter(({ id }) => this.isAwaited(id)).map((row) => endOf(row, simulation));
    for (const id of ended.flatMap((row) => this.families.end(row.id))) {
      simulation.engine.forget(id);
      this.kept.push(id);
    }
    while (this.kept.length > ENDED_KEPT) {
      const oldest = this.kept.shift();
      if (oldest !== undefined) history.forget(oldest);
    }
    history.keepLatest(ROWS_KEPT);
    return { kind: 'served', parts, ends };
  }

  private take(part: ServedPart): void {
    const known = this.options.open?.get(part.execution);
    if (known === undefined ? this.isRepeating : part.seq <= known) return;
    this.parts.push(part);
  }

  private isAwaited(execution: ExecutionId): boolean {
    return !this.isRepeating || this.options.open?.has(execution) === true;
  }
}

function endOf(row: ExecutionRow, { engine }: Simulation): ServedEnd {
  const execution = engine.executions.get(row.id);
  return {
    execution: row.id,
    status: row.status,
    ...(row.exitCode === undefined ? {} : { exitCode: row.exitCode }),
    ...(row.reason === undefined ? {} : { reason: row.reason }),
    recoveries: execution?.recoveries ?? 0,
    attempts: execution?.attempts ?? 0,
    effects: execution?.effects ?? 0,
    virtualNanos: (row.endedAt ?? row.startedAt) - row.startedAt,
  };
}
