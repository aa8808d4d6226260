import type { ClockName } from './clock.ts';
import { jsonOperation } from './json-operation.ts';

/** When a wait is over: a duration from now, or an instant on one of the node's clocks. */
export interface Deadline {
  readonly clock: ClockName;
  /** Nanoseconds, decimal. A negative duration is treated as zero. */
  readonly nanos: string;
  readonly absolute: boolean;
}

/** A source of bytes that a program can wait for: `stdin`, or `connection:<n>`. */
export type InboxName = string;

export interface PollArgs {
  /** The earliest of these ends the wait. */
  readonly deadlines: readonly Deadline[];
  /** Each of these ends the wait when it has bytes to read or is at its end. */
  readonly inboxes: readonly InboxName[];
}

export interface PollResult {
  /** Indices into `deadlines` that have passed. */
  readonly passed: readonly number[];
  /** For each inbox that is readable: its index into `inboxes`, and what is there. */
  readonly readable: readonly {
    readonly inbox: number;
    readonly available: number;
    readonly ended: boolean;
  }[];
}

/**
 * Waits until a deadline passes or an inbox is readable. A plain sleep is a poll with one
 * deadline and no inbox. With neither, it waits for ever.
 */
export const waitPoll = jsonOperation<PollArgs, PollResult>('wait.poll', 'wait');
