import { promiseWaitText } from '../../simulator/host/text/promise-text.ts';
import type { Happening } from './happening.ts';
import type { Position } from './place.ts';

export type StopReason =
  | 'entry'
  | 'step'
  | 'breakpoint'
  | 'function breakpoint'
  | 'data breakpoint'
  | 'exception'
  | 'pause'
  | 'goto'
  /** Nothing comes after it. */
  | 'end';

/** Why and where a session stands still. */
export interface Stop {
  readonly position: Position;
  readonly reason: StopReason;
  /** For people, such as `order-1 exited with 0`. */
  readonly description: string;
  /** The ids of the breakpoints that were hit. */
  readonly breakpoints: readonly number[];
  readonly happening: Happening | undefined;
  /** It goes on only after an input or an answer, of which the description tells. */
  readonly waits?: true;
  /** What the user has to mend. */
  readonly problem?: string;
}

/** What people read of a stop of which nothing more is to be said. */
export const DESCRIPTIONS: Record<StopReason, string> = {
  entry: 'Paused at the first effect',
  step: 'Paused on step',
  breakpoint: 'Paused on breakpoint',
  'function breakpoint': 'Paused on function breakpoint',
  'data breakpoint': 'Paused on data breakpoint',
  exception: 'Paused on exception',
  pause: 'Paused',
  goto: 'Paused',
  end: 'Paused at the end',
};

/** What nobody does by themselves: to keep the first of these promises, or to give input. */
export function waitingText([promise]: readonly string[]): string {
  if (promise === undefined) return 'Waiting for input: .feed gives it a line';
  return `${promiseWaitText(promise)}: .promise ${promise} <value> keeps it`;
}
