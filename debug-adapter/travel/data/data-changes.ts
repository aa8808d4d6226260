/** The changes of a watched value in an execution, found by running it again. */
import type { Place } from '../place.ts';
import type { ExecutionPath } from '../statements/execution-path.ts';
import type { DataTarget, FrameTarget, MemoryTarget } from './data-target.ts';

/** The value is another one after the latest place that the program had come to. */
export interface DataChange {
  /** The latest statement that was begun. */
  readonly tick: number;
  /** The latest effect that was called during it. */
  readonly effect: number | undefined;
  /** Where the store is in the code; undefined when that is not known, or was the host. */
  readonly offset: number | undefined;
  /** The depth of what changed it. */
  readonly depth: number;
  /** The host of the program wrote the value. */
  readonly byHost: boolean;
  /** The new value; to be asked while the change is visited. */
  text(): string;
}

/** Tells the changes in order, until `visit` returns true. */
export function dataChanges(
  path: ExecutionPath,
  target: DataTarget,
  visit: (change: DataChange) => boolean,
): void {
  if (target.kind === 'memory') memoryChanges(path, target, visit);
  else frameChanges(path, target, visit);
}

/** Where the program was when it changed a value: the last place at which it had the old one. */
export function placeOfChange(path: ExecutionPath, { tick, effect }: DataChange): Place {
  return effect === undefined ? path.placeAt(tick) : path.effectPlace(effect);
}

function memoryChanges(
  path: ExecutionPath,
  target: MemoryTarget,
  visit: (change: DataChange) => boolean,
): void {
  path.reruns.changes(target.bytes, (change) => {
    // Before its first statement and effect there is nowhere to be.
    if (change.tick === 0 && change.effect === undefined) return false;
    const { tick, effect, offset, depth, memory } = change;
    const text = () => target.textIn(memory);
    return visit({ tick, effect, offset, depth, byHost: offset === undefined, text });
  });
}

/** Between two statements of its call, the change is as late as it can be. */
function frameChanges(
  path: ExecutionPath,
  { call, offsets, textIn }: FrameTarget,
  visit: (change: DataChange) => boolean,
): void {
  let last: string | undefined;
  path.reruns.hits(offsets, ({ tick, depth, activation, state }) => {
    if (activation !== call.activation) return last !== undefined && depth <= call.depth;
    const before = last;
    const after = textIn(state);
    if (after === undefined) return false;
    last = after;
    if (before === undefined || before === after) return false;
    const { effectTicks } = path.reruns.learned;
    const latest = path.placeAt(tick).seq - 1;
    const effect = effectTicks[latest] === tick - 1 ? latest : undefined;
    const text = () => after;
    return visit({ tick: tick - 1, effect, offset: undefined, depth, byHost: false, text });
  });
}
