import type { EffectValue, Operation } from '../effects/operation.ts';
import type { VirtualNanos } from '../kernel/time.ts';

declare const executionIdBrand: unique symbol;
declare const seqBrand: unique symbol;

/** Names an execution inside its simulation: `<workflow>-<n>`, n counting from 1. */
export type ExecutionId = string & { readonly [executionIdBrand]: true };

/** The number of an effect in its execution's journal, counting from 0. */
export type Seq = number & { readonly [seqBrand]: true };

export function executionId(text: string): ExecutionId {
  return text as ExecutionId;
}

export function seqOf(index: number): Seq {
  return index as Seq;
}

// The journal holds operations of every shape; each entry's values fit its own operation.
export type AnyOperation = Operation<EffectValue, EffectValue>;

/**
 * One effect of an execution. It is an *intent* while `result` is undefined, *recorded* once it
 * has a result, and *delivered* once the program has seen it.
 */
export interface Entry {
  readonly seq: Seq;
  readonly operation: AnyOperation;
  readonly argsHash: number;
  readonly args: EffectValue;
  /** Sent with the call, the same on every attempt; undefined when the effect has none. */
  readonly key: string | undefined;
  /** The attempt that performed it last, counting from 1. */
  attempt: number;
  /** When the program asked for it first. */
  readonly startedAt: VirtualNanos;
  result: EffectValue | undefined;
  /** When it was complete, at the node; undefined while it is an intent. */
  endedAt: VirtualNanos | undefined;
  /** When the program saw it first; undefined until then. */
  deliveredAt: VirtualNanos | undefined;
  /** The call of a step that it belongs to, at level `step`; not recorded. */
  readonly step?: number;
  /** What an engine must know to go on with an unfinished effect (a wait's due time). */
  pending: PendingState | undefined;
}

export interface PendingState {
  /** When a wait ends at the latest; undefined when only an inbox can end it. */
  readonly dueAt: VirtualNanos | undefined;
}
