/**
 * A recording as text: the same for the same simulation, whoever wrote it and when. For golden
 * files, for comparing two runs line by line, and for a person to read. Times are virtual
 * nanoseconds. Left out is what says nothing of the simulation: identities of logs, argument hashes,
 * meta keys that begin with HOST_META_PREFIX, and which faults were injected by hand: the plan that
 * has them from the beginning does the same.
 */
import type { JsonObject } from '../effects/operation.ts';
import { Hash53 } from '../kernel/hash.ts';
import type { Entry } from './entry.ts';
import type { History, LostEntry } from './history.ts';
import type { Recording } from './recording.ts';
import type { AttemptRow, ChoiceRow, ExecutionRow, LedgerRow, TraceRow } from './records.ts';

/** Meta keys for where and by what a recording was made (`host.version`). */
export const HOST_META_PREFIX = 'host.';

/** The meta key of the fault plan with which a simulation began. */
const PLAN_META = 'plan';

/** Longer runs of bytes are cut here, and a hash stands for the rest. */
const TEXT_BYTES_MAX = 512;
const HEX_BYTES_MAX = 64;

/** The whole text, ending in a newline. */
export function canonicalText(recording: Recording): string {
  return `${Array.from(canonicalLines(recording)).join('\n')}\n`;
}

export function* canonicalLines(recording: Recording): Generator<string> {
  yield 'recording';
  for (const [key, value] of recording.meta()) {
    if (!key.startsWith(HOST_META_PREFIX)) yield `meta ${key} = ${quote(metaText(key, value))}`;
  }
  for (const { hash, label, bytes } of recording.blobs()) {
    yield `blob ${hash} ${quote(label)} ${bytesText(bytes)}`;
  }
  yield* happenedLines(recording, recording.allLostEntries(), recording.choices());
}

/** The same of a history that no recording was made of. */
export function historyText(history: History, choices: readonly ChoiceRow[]): string {
  const lost = history.executions().flatMap(({ id }) => history.lostEntries(id));
  return `${Array.from(happenedLines(history, lost, choices)).join('\n')}\n`;
}

/** All that has happened in a simulation. */
function* happenedLines(
  history: History,
  lost: readonly LostEntry[],
  choices: readonly ChoiceRow[],
): Generator<string> {
  for (const { number, plan, fired } of history.faults()) {
    yield `fault ${number} fired ${fired} ${JSON.stringify(plan)}`;
  }
  let inputs = 0;
  for (const { step, kind, data, body } of history.inputs()) {
    if (kind === 'fault') continue;
    yield `input ${++inputs} at step ${step} ${kind} ${JSON.stringify(data)}${bodyText(body)}`;
  }
  for (const execution of history.executions()) yield* executionLines(history, execution);
  if (lost.length > 0) yield 'lost';
  for (const { execution, attempt, entry } of lost) {
    yield* entryLines(`${execution} attempt ${attempt} `, entry);
  }
  for (const row of history.ledger()) yield* ledgerLines(row);
  for (const row of history.traces()) yield traceLine(row);
  for (const { stream, value } of choices) yield `choice ${stream} ${value}`;
}

/** The plan without its faults, which follow. */
function metaText(key: string, value: string): string {
  if (key !== PLAN_META) return value;
  const { faults: _faults, ...rest } = JSON.parse(value) as JsonObject;
  return JSON.stringify(rest);
}

function* executionLines(history: History, row: ExecutionRow): Generator<string> {
  const exit = row.exitCode === undefined ? '' : ` exit ${row.exitCode}`;
  yield `execution ${row.id} of ${row.workflow} module ${row.module} level ${row.level}`;
  yield `  ${row.status}${exit} ${span(row.startedAt, row.endedAt)}${note('reason', row.reason)}`;
  for (const attempt of history.attempts(row.id)) yield attemptLine(attempt);
  for (const entry of history.entries(row.id)) yield* entryLines('', entry);
}

function attemptLine(row: AttemptRow): string {
  const outcome = row.outcome ?? 'alive';
  return (
    `  attempt ${row.number} on ${row.node} epoch ${row.epoch} replays ${row.replayed} ` +
    `${outcome} ${span(row.startedAt, row.endedAt)}${note('detail', row.detail)}`
  );
}

function* entryLines(prefix: string, entry: Entry): Generator<string> {
  const { operation, args, result, pending } = entry;
  const due = pending === undefined ? '' : ` due ${pending.dueAt ?? 'never'}`;
  const times = `${entry.startedAt}..${entry.endedAt ?? ''} delivered ${entry.deliveredAt ?? 'not'}`;
  yield `  ${prefix}#${entry.seq} ${operation.name} attempt ${entry.attempt} ${times}${due}`;
  if (entry.key !== undefined) yield `    key ${quote(entry.key)}`;
  yield `    args ${operation.argsJson(args)}${bodyText(args.body)}`;
  if (result === undefined) return;
  yield `    result ${operation.resultJson(result)}${bodyText(result.body)}`;
}

function* ledgerLines(row: LedgerRow): Generator<string> {
  const by = row.execution === undefined ? 'outside' : `${row.execution} #${row.seq ?? '?'}`;
  const duplicate =
    row.duplicateOf === undefined ? '' : ` repeats ${row.duplicateOf} by ${row.duplicateBy}`;
  const key = note('key', row.key);
  yield `ledger ${row.service} ${row.number} at ${row.at} from ${by}${key}${duplicate}`;
  yield `  ${row.method} ${quote(row.url)} ${JSON.stringify(row.headers)} ${bytesText(row.body)}`;
  const response = `${JSON.stringify(row.responseHeaders)} ${bytesText(row.responseBody)}`;
  yield `  ${row.status ?? 'no response'} ${response}${note('note', row.note)}`;
}

function traceLine(row: TraceRow): string {
  const parts = [
    row.node === undefined ? '' : ` node ${row.node}`,
    row.service === undefined ? '' : ` service ${row.service}`,
    row.execution === undefined ? '' : ` ${row.execution}`,
    row.seq === undefined ? '' : ` #${row.seq}`,
    row.data === undefined ? '' : ` ${JSON.stringify(row.data)}`,
  ];
  return `trace ${row.at} ${row.kind}${parts.join('')}`;
}

function span(startedAt: bigint, endedAt: bigint | undefined): string {
  return `${startedAt}..${endedAt ?? ''}`;
}

function note(label: string, text: string | undefined): string {
  return text === undefined ? '' : ` ${label} ${quote(text)}`;
}

function bodyText(body: Uint8Array | undefined): string {
  return body === undefined ? '' : ` body ${bytesText(body)}`;
}

function quote(text: string): string {
  return JSON.stringify(text);
}

/** `5 bytes "hello"`, or hexadecimal for what is not text; a hash for what is left out. */
function bytesText(bytes: Uint8Array): string {
  const count = `${bytes.length} bytes`;
  if (bytes.length === 0) return count;
  const text = bytes.length > TEXT_BYTES_MAX ? undefined : printable(bytes);
  if (text !== undefined) return `${count} ${quote(text)}`;
  const shown = Array.from(bytes.subarray(0, HEX_BYTES_MAX), hex2).join('');
  if (bytes.length <= HEX_BYTES_MAX) return `${count} ${shown}`;
  return `${count} ${shown}... hash ${new Hash53().bytes(bytes).digest().toString(16)}`;
}

function hex2(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: it is there to find them
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/;

function printable(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return CONTROL.test(text) ? undefined : text;
  } catch {
    // Not UTF-8: it is shown as hexadecimal.
    return undefined;
  }
}
