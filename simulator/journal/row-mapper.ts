import type { HttpHeaders } from '../effects/http.ts';
import type { JsonObject } from '../effects/operation.ts';
import { virtualNanos } from '../kernel/time.ts';
import {
  type AnyOperation,
  type Entry,
  type ExecutionId,
  executionId,
  type Seq,
  seqOf,
} from './entry.ts';
import type { LostEntry } from './history.ts';
import { recordingErrors } from './recording-error.ts';
import { IDS_PER_EXECUTION, NO_DUE_TIME } from './recording-schema.ts';
import type {
  AttemptRow,
  ChoiceRow,
  ExecutionRow,
  FaultRow,
  InputRow,
  LedgerRow,
  TraceRow,
} from './records.ts';
import type { Cells } from './row-cells.ts';

/** Looks up an effect by its name; undefined when this Backstitch has no such effect. */
export type OperationByName = (name: string) => AnyOperation | undefined;

const NO_DUE = virtualNanos(BigInt(NO_DUE_TIME));

/** Makes typed rows of a recording's cells, which come in the order of the schema's columns. */
export class RowMapper {
  constructor(
    private readonly recording: string,
    private readonly names: ReadonlyMap<number, string>,
    private readonly operationByName: OperationByName,
  ) {}

  execution(cells: Cells): ExecutionRow {
    return {
      id: executionId(this.nameOf(cells.integer())),
      workflow: cells.text(),
      module: cells.text(),
      level: cells.text() as ExecutionRow['level'],
      status: cells.text() as ExecutionRow['status'],
      exitCode: cells.optionalInteger(),
      reason: cells.optionalText(),
      startedAt: cells.nanos(),
      endedAt: cells.optionalNanos(),
    };
  }

  attempt(cells: Cells): AttemptRow {
    const id = cells.integer();
    return {
      execution: this.executionOf(id),
      number: id % IDS_PER_EXECUTION,
      node: this.nameOf(cells.integer()),
      epoch: cells.integer(),
      replayed: cells.integer(),
      startedAt: cells.nanos(),
      endedAt: cells.optionalNanos(),
      outcome: cells.optionalText() as AttemptRow['outcome'],
      detail: cells.optionalText(),
    };
  }

  entry(cells: Cells): Entry {
    return this.entryColumns(cells.integer(), cells);
  }

  lost(cells: Cells): LostEntry {
    const id = cells.integer();
    const attempt = cells.integer();
    return { execution: this.executionOf(id), attempt, entry: this.entryColumns(id, cells) };
  }

  private entryColumns(id: number, cells: Cells): Entry {
    const seq = seqOf(id % IDS_PER_EXECUTION);
    const operation = this.operation(cells.integer(), id);
    const attempt = cells.integer();
    const argsHash = cells.integer();
    const startedAt = cells.nanos();
    const endedAt = cells.optionalNanos();
    const deliveredAt = cells.optionalNanos();
    const due = cells.optionalNanos();
    const key = cells.optionalText();
    const args = operation.parseArgs(cells.optionalText() ?? '{}', cells.optionalBytes());
    const json = cells.optionalText();
    const body = cells.optionalBytes();
    const result = json === undefined ? undefined : operation.parseResult(json, body);
    const pending = due === undefined ? undefined : { dueAt: due === NO_DUE ? undefined : due };
    return {
      seq,
      operation,
      argsHash,
      args,
      key,
      attempt,
      startedAt,
      result,
      endedAt,
      deliveredAt,
      pending,
    };
  }

  ledger(cells: Cells): LedgerRow {
    return {
      service: this.nameOf(cells.integer()),
      number: cells.integer(),
      at: cells.nanos(),
      execution: this.optionalExecution(cells),
      seq: optionalSeq(cells),
      key: cells.optionalText(),
      method: cells.text(),
      url: cells.text(),
      headers: (cells.optionalJson() ?? []) as HttpHeaders,
      body: cells.optionalBytes() ?? new Uint8Array(),
      status: cells.optionalInteger(),
      responseHeaders: (cells.optionalJson() ?? []) as HttpHeaders,
      responseBody: cells.optionalBytes() ?? new Uint8Array(),
      duplicateOf: cells.optionalInteger(),
      duplicateBy: cells.optionalText() as LedgerRow['duplicateBy'],
      note: cells.optionalText(),
    };
  }

  trace(cells: Cells): TraceRow {
    const at = cells.nanos();
    const kind = this.nameOf(cells.integer()) as TraceRow['kind'];
    const node = cells.optionalInteger();
    const service = cells.optionalInteger();
    const execution = this.optionalExecution(cells);
    const seq = optionalSeq(cells);
    const data = cells.optionalJson() as JsonObject | undefined;
    return {
      at,
      kind,
      ...(node === undefined ? {} : { node: this.nameOf(node) }),
      ...(service === undefined ? {} : { service: this.nameOf(service) }),
      ...(execution === undefined ? {} : { execution }),
      ...(seq === undefined ? {} : { seq }),
      ...(data === undefined ? {} : { data }),
    };
  }

  fault(cells: Cells): FaultRow {
    return {
      number: cells.integer(),
      plan: cells.json() as JsonObject,
      injected: cells.integer() === 1,
      fired: cells.integer(),
    };
  }

  input(cells: Cells): InputRow {
    return {
      number: cells.integer(),
      step: cells.integer(),
      kind: cells.text() as InputRow['kind'],
      data: (cells.optionalJson() ?? {}) as JsonObject,
      body: cells.optionalBytes(),
    };
  }

  choice(cells: Cells): ChoiceRow {
    return { stream: this.nameOf(cells.integer()), value: cells.integer() };
  }

  private operation(number: number, id: number): AnyOperation {
    const name = this.nameOf(number);
    const operation = this.operationByName(name);
    if (operation !== undefined) return operation;
    const where = `entry ${id % IDS_PER_EXECUTION} of ${this.executionOf(id)}`;
    throw recordingErrors.unknownOperation(this.recording, name, where);
  }

  private executionOf(id: number): ExecutionId {
    return executionId(this.nameOf(Math.floor(id / IDS_PER_EXECUTION)));
  }

  private optionalExecution(cells: Cells): ExecutionId | undefined {
    const number = cells.optionalInteger();
    return number === undefined ? undefined : executionId(this.nameOf(number));
  }

  private nameOf(number: number): string {
    const name = this.names.get(number);
    if (name !== undefined) return name;
    throw recordingErrors.damaged(this.recording, `name ${number} is missing`);
  }
}

function optionalSeq(cells: Cells): Seq | undefined {
  const seq = cells.optionalInteger();
  return seq === undefined ? undefined : seqOf(seq);
}
