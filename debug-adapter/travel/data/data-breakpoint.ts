/** Breakpoints on values: they stop where a value is about to change. */
import type { FrameState } from '../../../simulator/guest/symbols/frame-state.ts';
import type { DebugInfo } from '../../../simulator/guest/symbols/index.ts';
import { isUserFrame } from '../../../simulator/guest/symbols/index.ts';
import type { HitCondition } from '../breakpoint.ts';
import { ExpressionError } from '../expression.ts';
import type { Call } from '../statements/reruns.ts';
import type { Snapshot, SnapshotFrame } from '../statements/snapshot.ts';
import { conditionHolds } from '../statements/statement-expressions.ts';
import { type DataTarget, frameOfCall } from './data-target.ts';

export interface DataBreakpoint {
  readonly id: number;
  readonly target: DataTarget;
  /** Over the variables as they are after the change; undefined to stop at each. */
  readonly condition: ((after: Snapshot) => boolean) | undefined;
  /** Counts the places at which the value changes, from the start of the execution. */
  readonly hits: HitCondition | undefined;
}

/** What it asks throws ExpressionError where the condition means nothing. */
export function dataCondition(
  text: string,
  debug: DebugInfo,
  call: Call | undefined,
): (after: Snapshot) => boolean {
  return (after) => {
    const own = call === undefined ? undefined : frameOfCall(after, call);
    const frame = own ?? after.frames.find(isReadableUserFrame);
    if (frame?.state === undefined) {
      throw new ExpressionError(`the condition ${text}: there is no frame to ask it in`);
    }
    return conditionHolds(text, debug, frame.state, frame.inlineLevel);
  };
}

function isReadableUserFrame(frame: SnapshotFrame): frame is SnapshotFrame & { state: FrameState } {
  return frame.state !== undefined && isUserFrame(frame);
}
