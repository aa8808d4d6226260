import { type EffectValue, Unwind } from '../effects/operation.ts';
import type { AnyOperation, Entry, ExecutionId } from '../journal/entry.ts';

export interface AskedEffect {
  readonly operation: AnyOperation;
  readonly args: EffectValue;
}

interface DivergenceDetails {
  readonly execution: ExecutionId;
  readonly recorded: Entry;
  /** What the program asked for instead; undefined when it ended there. */
  readonly asked: AskedEffect | undefined;
}

const TEXT_LENGTH_MAX = 160;
const EMPTY = new Uint8Array(0);

/** Replay asked for something other than what the entry records. */
export class DivergenceError extends Unwind {
  override readonly name = 'DivergenceError';
  readonly code = 'divergence';
  readonly details: DivergenceDetails;
  /** The guest's stack where it diverged, as V8 prints it. */
  readonly guestStack: string;

  constructor(details: DivergenceDetails) {
    super(describeDivergence(details));
    this.details = details;
    this.guestStack = this.stack ?? '';
  }
}

function describeDivergence({ execution, recorded, asked }: DivergenceDetails): string {
  const where = `${execution} diverges at effect #${recorded.seq}`;
  const was = printEffect(recorded.operation, recorded.args);
  if (asked === undefined) {
    return `${where}: the journal has ${was}, and the program ended instead`;
  }
  const now = printEffect(asked.operation, asked.args);
  const field = firstDifference(recorded, asked);
  return `${where} (${field}): the journal has ${was}, and the program asked for ${now}`;
}

/** Names the first field in which the two sides differ, with both values. */
export function firstDifference(recorded: Entry, asked: AskedEffect): string {
  if (recorded.operation.name !== asked.operation.name) return 'another operation';
  const before = fieldsOf(recorded.operation, recorded.args);
  const after = fieldsOf(asked.operation, asked.args);
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const left = JSON.stringify(before[key]);
    const right = JSON.stringify(after[key]);
    if (left !== right)
      return `${key}: ${shorten(left ?? 'none')} became ${shorten(right ?? 'none')}`;
  }
  return `body: ${bodyDifference(recorded.args.body, asked.args.body)}`;
}

function bodyDifference(before: Uint8Array = EMPTY, after: Uint8Array = EMPTY): string {
  const length = Math.min(before.length, after.length);
  let at = 0;
  while (at < length && before[at] === after[at]) at++;
  if (at === length && before.length !== after.length) {
    return `${before.length} bytes became ${after.length}`;
  }
  return `byte ${at} differs: ${excerpt(before, at)} became ${excerpt(after, at)}`;
}

function excerpt(bytes: Uint8Array, at: number): string {
  const from = Math.max(0, at - 12);
  const text = new TextDecoder().decode(bytes.subarray(from, from + 40));
  return JSON.stringify(text);
}

function fieldsOf(operation: AnyOperation, args: EffectValue): Record<string, unknown> {
  return JSON.parse(operation.argsJson(args)) as Record<string, unknown>;
}

function printEffect(operation: AnyOperation, args: EffectValue): string {
  const fields = operation.argsJson(args);
  const body = args.body === undefined ? '' : ` with ${args.body.length} bytes`;
  return `${operation.name} ${shorten(fields)}${body}`;
}

function shorten(text: string): string {
  return text.length <= TEXT_LENGTH_MAX ? text : `${text.slice(0, TEXT_LENGTH_MAX - 3)}...`;
}
