/** Which faults a program can know of: then it may rightly end otherwise. */
import { type HttpRequestArgs, isSafeMethod } from '../effects/http.ts';
import type { EffectValue } from '../effects/operation.ts';
import type { FaultKind } from '../faults/fault.ts';
import type { FiredFault } from '../faults/injector.ts';
import type { Entry } from '../journal/entry.ts';

/**
 * Faults that a durable workflow hides from its program, but for the time that they take, or that its
 * program is told of. All others give it something else than the world would have given.
 */
const HIDDEN: ReadonlySet<FaultKind> = new Set([
  'crash',
  'pause',
  'resume',
  'restart',
  'out-of-memory',
  'store-unreachable',
  'store-slow',
  'torn-tail',
  'timer-early',
  'timer-late',
  'timer-twice',
  'timer-never',
  'clock-jump',
  'clock-offset',
  'clock-drift',
  'clock-freeze',
  'clock-strobe',
  'clock-reset',
  'leap-second',
  'lose-request',
  'lose-response',
  'delay-request',
  'delay-response',
  'duplicate-request',
  'duplicate-response',
  'slow-body',
  'reset',
  'refuse',
  'partition',
  'slow-link',
  'lossy-link',
  'clog',
  'heal',
  'slow-volume',
]);

export function areHidden(fired: readonly FiredFault[]): boolean {
  return fired.every(({ fault }) => HIDDEN.has(fault.kind));
}

/** Effects over which programs see the transport itself, with its cuts and resets. */
const TRANSPORT = /^(connection|datagram|socket)\./;

/**
 * Whether a result told the program that something went wrong, how long something took, or how the
 * world looked just then.
 */
export function tells({ operation, args, result }: Entry): boolean {
  if (operation.class === 'wait' || TRANSPORT.test(operation.name)) return true;
  const { method } = args as Partial<HttpRequestArgs>;
  return isFailure(result) || (method !== undefined && isSafeMethod(method));
}

function isFailure(result: EffectValue | undefined): boolean {
  if (result === undefined) return false;
  return 'failure' in result || 'errno' in result || 'timedOut' in result;
}

/** Where the journals of an execution in two runs part: the first entry with another result. */
export function partingEntry(
  entries: readonly Entry[],
  others: readonly Entry[],
): { readonly entry: Entry; readonly other: Entry } | undefined {
  for (const entry of entries) {
    const other = others[entry.seq];
    if (other === undefined || !isSameEffect(entry, other)) return undefined;
    if (!isSameResult(entry, other)) return { entry, other };
  }
  return undefined;
}

function isSameEffect(entry: Entry, other: Entry): boolean {
  return entry.operation.name === other.operation.name && entry.argsHash === other.argsHash;
}

function isSameResult({ operation, result }: Entry, other: Entry): boolean {
  if (result === other.result) return true;
  if (result === undefined || other.result === undefined) return false;
  if (operation.resultJson(result) !== operation.resultJson(other.result)) return false;
  const [body, otherBody] = [result.body ?? EMPTY, other.result.body ?? EMPTY];
  return body.length === otherBody.length && body.every((byte, at) => byte === otherBody[at]);
}

const EMPTY = new Uint8Array(0);
