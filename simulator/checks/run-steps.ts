/** A run as the steps that the view of a check is built from; times are milliseconds since the start. */
import type { EffectValue, JsonObject } from '../effects/operation.ts';
import type { ShownOutput } from '../engine/journal-store.ts';
import type { Entry, ExecutionId } from '../journal/entry.ts';
import type { ExecutionRow, FaultRow, LedgerRow, TraceRow } from '../journal/records.ts';
import type { Observed } from './observed.ts';
import type { RunStep } from './user-check.ts';

const NANOS_PER_MILLISECOND = 1e6;

/** What `undefined` stands for something that JSON leaves out. */
type Fields = Readonly<Record<string, unknown>>;

export function executionStep(row: ExecutionRow): RunStep {
  const { id, workflow, status, exitCode, reason, startedAt, endedAt } = row;
  const times = { startedAt: millis(startedAt), endedAt: endedAt && millis(endedAt) };
  return step('execution', { id, workflow, status, exitCode, reason, ...times });
}

export function entryStep(execution: ExecutionId, entry: Entry): RunStep {
  const { seq, operation, args, result, key, attempt, startedAt, endedAt } = entry;
  return step('entry', {
    execution,
    seq,
    effect: operation.name,
    class: operation.class,
    args: { ...parsed(operation.argsJson(args)), ...bodyOf(args) },
    result: result && { ...parsed(operation.resultJson(result)), ...bodyOf(result) },
    key,
    attempt,
    startedAt: millis(startedAt),
    endedAt: endedAt && millis(endedAt),
  });
}

export function restartStep(execution: ExecutionId): RunStep {
  return step('restart', { execution });
}

export function ledgerStep(row: LedgerRow): RunStep {
  const { at, headers, body, responseHeaders, responseBody, ...rest } = row;
  return step('ledger', {
    ...rest,
    at: millis(at),
    headers: Object.fromEntries(headers),
    body: text(body),
    responseHeaders: Object.fromEntries(responseHeaders),
    responseBody: text(responseBody),
  });
}

export function traceStep({ at, ...row }: TraceRow): RunStep {
  return step('trace', { at: millis(at), ...row });
}

export function faultStep({ number, plan, fired }: FaultRow): RunStep {
  return step('fault', { number, fired, ...plan });
}

export function outputStep({ execution, stream }: ShownOutput, shown: string): RunStep {
  return step('output', { execution, stream, text: shown });
}

export function volumesStep({ volumes }: Observed): RunStep {
  const files = [...volumes].map(([name, image]) => {
    const texts = image().flatMap((entry) => {
      if (entry.type !== 'file') return [];
      const bytes = typeof entry.bytes === 'function' ? entry.bytes() : entry.bytes;
      return [[entry.path, text(bytes)] as const];
    });
    return [name, Object.fromEntries(texts)] as const;
  });
  return step('volumes', { volumes: Object.fromEntries(files) });
}

/** The texts of outputs, characters whole also where an output ends inside of one. */
export class OutputTexts {
  private readonly decoders = new Map<string, TextDecoder>();

  take({ execution, stream, bytes }: ShownOutput): string {
    const name = `${execution} ${stream}`;
    const decoder = this.decoders.get(name) ?? new TextDecoder();
    this.decoders.set(name, decoder);
    return decoder.decode(bytes, { stream: true });
  }
}

function step(kind: RunStep[0], row: Fields): RunStep {
  return [kind, row as unknown as JsonObject];
}

function millis(nanos: bigint): number {
  return Number(nanos) / NANOS_PER_MILLISECOND;
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

function bodyOf({ body }: EffectValue): Fields {
  return body === undefined ? {} : { body: text(body) };
}

function parsed(json: string): Fields {
  return JSON.parse(json) as Fields;
}
