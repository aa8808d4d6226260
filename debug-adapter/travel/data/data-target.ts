/** What of an execution can be watched: bytes of its memory, or an expression in one of its calls. */
import type { FrameState } from '../../../simulator/guest/symbols/frame-state.ts';
import type { ExecutionId } from '../../../simulator/journal/entry.ts';
import type { Call, WatchedBytes } from '../statements/reruns.ts';
import type { Snapshot, SnapshotFrame } from '../statements/snapshot.ts';

interface Named {
  readonly execution: ExecutionId;
  /** The hash of its program. */
  readonly program: string;
  /** What people call it, such as `order.total`. */
  readonly name: string;
  /** The function whose call it is watched in; undefined when it outlives all calls. */
  readonly functionName: string | undefined;
}

export interface MemoryTarget extends Named {
  readonly kind: 'memory';
  readonly bytes: WatchedBytes;
  textIn(memory: Uint8Array): string;
}

/** What is in no memory is compared at the statements of its function. */
export interface FrameTarget extends Named {
  readonly kind: 'frame';
  readonly call: Call;
  /** Where the statements of the function begin. */
  readonly offsets: readonly number[];
  /** Undefined where it has no value, as before its block is entered. */
  textIn(state: FrameState): string | undefined;
}

export type DataTarget = MemoryTarget | FrameTarget;

/** The call that it is watched in; undefined for what outlives all calls. */
export function callOf(target: DataTarget): Call | undefined {
  return target.kind === 'memory' ? target.bytes.call : target.call;
}

/** The value at a stop; undefined when the call that it belongs to is not under way. */
export function textOf(target: DataTarget, snapshot: Snapshot): string | undefined {
  if (target.kind === 'frame') {
    const state = frameOfCall(snapshot, target.call)?.state;
    return state === undefined ? undefined : target.textIn(state);
  }
  const memory = userMemory(snapshot);
  return memory === undefined ? undefined : target.textIn(memory);
}

/** The first memory of the user's own module; undefined where nothing of it is on the stack. */
export function userMemory({ frames }: Snapshot): Uint8Array | undefined {
  return frames.find(({ module, state }) => module === undefined && state !== undefined)?.state
    ?.memory;
}

/** The frame of a call: that of the function itself, and not of one that was inlined. */
export function frameOfCall({ frames, chain }: Snapshot, call: Call): SnapshotFrame | undefined {
  return frames.findLast(
    ({ chainLevel }) => chainLevel !== undefined && chain[chainLevel] === call.activation,
  );
}
