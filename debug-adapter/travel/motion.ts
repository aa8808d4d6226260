/** How far a live simulation is to be driven, and why it came to a stop. */
import type { StatementPoint } from '../../simulator/engine/patches.ts';
import type { Question } from '../../simulator/engine/questions.ts';
import type { ExecutionId } from '../../simulator/journal/entry.ts';
import type { Happening } from './happening.ts';
import type { SeenEffect } from './seen-effect.ts';
import type { Stack } from './stack-book.ts';

/** Where a live simulation is to stop. */
export interface Motion {
  /** Whether the stack of every effect is to be kept. */
  readonly needsStacks: boolean;
  /** Asked before each effect that is performed, inside its call; true stops there. */
  upcoming(effect: SeenEffect, stack: () => Stack): boolean;
  /** True stops as soon as possible. */
  happened(happening: Happening): boolean;
  /** An execution has ended, in whatever way; true stops as soon as possible. */
  ended(execution: ExecutionId): boolean;
  /** Asked now and then; true stops as soon as possible. */
  passing(): boolean;
  /**
   * Whether a guest that computes for long after its latest effect is put aside there, once: who
   * looks for statements finds them by running it again.
   */
  readonly looksWithin?: boolean;
  /** The statement of an attempt before which its guest is put aside, and it stops. */
  readonly statement?: StatementPoint;
}

/** A motion that stops for what is given, and for nothing else. */
export function stopWhen(parts: Partial<Motion>): Motion {
  return {
    needsStacks: false,
    upcoming: () => false,
    happened: () => false,
    ended: () => false,
    passing: () => false,
    ...parts,
  };
}

export type MotionEnd =
  /** The motion said so. `upcoming` is set when a guest waits inside the call of an effect. */
  | { readonly kind: 'stopped' }
  /** `within` is set for a guest that computed for long. */
  | { readonly kind: 'paused'; readonly within?: Within }
  /** Nothing happens until an input or an answer comes. */
  | {
      readonly kind: 'waiting';
      readonly questions: readonly Question[];
      /** Names of promises. */
      readonly promises: readonly string[];
    }
  /** Every execution has ended. */
  | { readonly kind: 'ended' }
  /** The driver was let go. */
  | { readonly kind: 'disposed' };

/** Where a guest was put aside while it computed. */
export interface Within {
  readonly execution: ExecutionId;
  /** How many statements it had come to; undefined where they are not counted as it runs. */
  readonly tick: number | undefined;
}
