/** Two simulations side by side, effect by effect: a branch and what it comes of, as a rule. */
import type { Entry, ExecutionId } from '../journal/entry.ts';
import type { History } from '../journal/history.ts';
import type { ExecutionRow } from '../journal/records.ts';

/** How an effect of one simulation stands to that of the other with the same seq. */
export type EffectDifference =
  /** Another effect, or other arguments. */
  | { readonly kind: 'asked'; readonly one: Entry; readonly other: Entry }
  | { readonly kind: 'got'; readonly one: Entry; readonly other: Entry }
  | { readonly kind: 'only-one'; readonly one: Entry }
  | { readonly kind: 'only-other'; readonly other: Entry };

export interface ExecutionComparison {
  readonly execution: ExecutionId;
  /** Undefined where a simulation does not have it. */
  readonly one: ExecutionRow | undefined;
  readonly other: ExecutionRow | undefined;
  /** How many effects are the same. */
  readonly same: number;
  /** In the order of their seqs. */
  readonly differences: readonly EffectDifference[];
  /** It came to the same end, or to none. */
  readonly endsAlike: boolean;
}

/** Every execution of either, those of the first before those that only the other has. */
export function compareHistories(one: History, other: History): readonly ExecutionComparison[] {
  const ids = [...one.executions(), ...other.executions()].map(({ id }) => id);
  return [...new Set(ids)].map((id) => compareExecution(id, one, other));
}

export function isSameExecution({ one, other, differences, endsAlike }: ExecutionComparison) {
  return one !== undefined && other !== undefined && differences.length === 0 && endsAlike;
}

/** The seq of the effect that a difference is at. */
export function seqOfDifference(difference: EffectDifference): number {
  return 'one' in difference ? difference.one.seq : difference.other.seq;
}

function compareExecution(id: ExecutionId, one: History, other: History): ExecutionComparison {
  const [ours, theirs] = [one.entries(id), other.entries(id)];
  const [row, otherRow] = [one.execution(id), other.execution(id)];
  const differences: EffectDifference[] = [];
  const count = Math.max(ours.length, theirs.length);
  for (let seq = 0; seq < count; seq++) {
    const difference = differenceOf(ours[seq], theirs[seq]);
    if (difference !== undefined) differences.push(difference);
  }
  const endsAlike = row?.status === otherRow?.status && row?.exitCode === otherRow?.exitCode;
  const same = count - differences.length;
  return { execution: id, one: row, other: otherRow, same, differences, endsAlike };
}

function differenceOf(
  one: Entry | undefined,
  other: Entry | undefined,
): EffectDifference | undefined {
  if (one === undefined) return other === undefined ? undefined : { kind: 'only-other', other };
  if (other === undefined) return { kind: 'only-one', one };
  if (one.operation.name !== other.operation.name || one.argsHash !== other.argsHash) {
    return { kind: 'asked', one, other };
  }
  return hasSameResult(one, other) ? undefined : { kind: 'got', one, other };
}

function hasSameResult({ operation, result }: Entry, other: Entry): boolean {
  if (result === undefined || other.result === undefined) return result === other.result;
  if (operation.resultJson(result) !== operation.resultJson(other.result)) return false;
  return hasSameBytes(result.body, other.result.body);
}

function hasSameBytes(one: Uint8Array | undefined, other: Uint8Array | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}
