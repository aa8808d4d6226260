/** Stepping a live execution: finds its next effect with the stack that is looked for, or its end. */
import type { ExecutionId } from '../../simulator/journal/entry.ts';
import type { ExceptionStops } from './exception-stops.ts';
import { type Happening, isOnTheWay } from './happening.ts';
import type { Motion } from './motion.ts';
import type { SeenEffect } from './seen-effect.ts';
import type { Stack } from './stack-book.ts';

/** Takes every stack, so that none need be known. */
export const ANY_STACK = (): boolean => true;

export class StepMotion implements Motion {
  readonly needsStacks = false;
  /** What befell the execution, and is to be stopped at. */
  met: Happening | undefined;

  constructor(
    private readonly execution: ExecutionId,
    private readonly wanted: (stack: Stack) => boolean,
    private readonly exceptions: ExceptionStops,
    private readonly onPassed: (happening: Happening) => void,
    readonly looksWithin: boolean,
  ) {}

  upcoming({ execution }: SeenEffect, stack: () => Stack): boolean {
    if (execution !== this.execution) return false;
    return this.wanted === ANY_STACK || this.wanted(stack());
  }

  happened(happening: Happening): boolean {
    if (happening.position.place.execution !== this.execution) return false;
    if (this.exceptions.stopsAt(happening)) {
      this.met ??= happening;
      return true;
    }
    if (isOnTheWay(happening)) this.onPassed(happening);
    return false;
  }

  ended(execution: ExecutionId): boolean {
    return execution === this.execution;
  }

  passing(): boolean {
    return false;
  }
}
