import type { Incoming } from './incoming.ts';

/** Who sends the same to a workflow once or more, from inside the simulation. */
export interface Client {
  readonly name: string;
  readonly workflow: string;
  readonly sends: Incoming;
  /** What it sends, in a few words: `POST /charges`. */
  readonly what: string;
  /** The answer is HTTP, also where it comes as the bytes of a connection. */
  readonly speaksHttp: boolean;
  /** When it sends first. */
  readonly atNanos: bigint;
  /** How often it sends, 1 or more. */
  readonly count: number;
  readonly everyNanos: bigint;
  /** Each sending is later by up to this much; 2^53 at most. */
  readonly jitterNanos: bigint;
  /** How long it waits for the whole answer; undefined for as long as it takes. */
  readonly timeoutNanos: bigint | undefined;
}

/** How a sending ended for its client. */
export type ClientOutcome =
  /** It got a whole answer. */
  | 'answered'
  /** It got the beginning of an answer, and then no more. */
  | 'cut'
  /** The execution ended without an answer, or with something else than HTTP. */
  | 'nothing'
  /** It did not wait any longer. */
  | 'left';
