/** All that can be seen of a program at one place, after it was run again to there. */

import type { FrameState } from '../../../simulator/guest/symbols/frame-state.ts';
import type { SourceFrame } from '../../../simulator/guest/symbols/index.ts';

/** A frame as the source has it: a function that was inlined has one of its own. */
export interface SnapshotFrame extends SourceFrame {
  /** The frame's place in the stack that the machine has: inlined functions share one. */
  readonly level: number;
  /** Which function of the frame it is: 0 is the innermost that was inlined there. */
  readonly inlineLevel: number;
  /** Which call of `Snapshot.chain` it is; undefined for a function without statements. */
  readonly chainLevel: number | undefined;
  /** Undefined where nothing of its values can be read. */
  readonly state: FrameState | undefined;
}

export interface Snapshot {
  /** Innermost first. */
  readonly frames: readonly SnapshotFrame[];
  /** The calls of functions with statements, innermost first, as `Visit.activation`. */
  readonly chain: readonly number[];
}
