/** Runs an execution again, to look at its statements; what it asks for is answered as recorded. */

import type { FrameState } from '../../../simulator/guest/symbols/frame-state.ts';
import type { ExecutionId } from '../../../simulator/journal/entry.ts';
import type { NearVisits } from './near-visits.ts';
import type { Snapshot } from './snapshot.ts';
import type { ScanRange, Visit } from './visit.ts';

/** What all reruns of an execution have told so far. */
export interface Learned {
  /** For each effect, the statement during which it is called; 0 before the first. */
  readonly effectTicks: readonly number[];
  /** The effects that are called before this statement are all known. */
  readonly to: number;
  /**
   * How many statements there are until the program ends, or asks for what is not known; undefined
   * as long as no rerun has come that far.
   */
  readonly total: number | undefined;
  /** Whether the program came to its end by itself; known with `total`. */
  readonly exited: boolean;
}

/** An instruction that is about to run. */
export interface Look {
  /** The latest statement that was begun. */
  readonly tick: number;
  readonly offset: number;
  /** How many functions are on the stack, of those whose instructions are looked at. */
  readonly level: number;
  /** How many effects have been called. */
  readonly effects: number;
}

/** An instruction with what can be read of the innermost function's values. */
export interface Hit extends Visit {
  /** How often the same instruction was come to before, since the latest statement began. */
  readonly earlier: number;
  /** Whether a statement begins with it. */
  readonly isStatement: boolean;
  readonly state: FrameState;
}

/** A call of a function with statements, as `Visit` tells it. */
export interface Call {
  readonly depth: number;
  readonly activation: number;
}

export interface WatchedBytes {
  readonly start: number;
  readonly length: number;
  /** Changes count only as long as this call lasts; undefined for ever. */
  readonly call: Call | undefined;
}

/** Watched bytes that were given other values. */
export interface ByteChange {
  /** The latest statement that was begun. */
  readonly tick: number;
  /** The latest effect that was called during it; undefined before the first. */
  readonly effect: number | undefined;
  /** Where the store is in the code; undefined when the host of the program wrote. */
  readonly offset: number | undefined;
  /** How many calls of functions with statements were on the stack. */
  readonly depth: number;
  /** The watched bytes as they were. */
  readonly before: Uint8Array;
  /** The whole memory, with the new values in it; only while it is visited. */
  readonly memory: Uint8Array;
}

/** Every rerun can throw Interrupted. */
export interface Reruns {
  readonly learned: Learned;
  /** Learns everything up to a statement, or up to the end. */
  reach(tick: number): void;
  /** The statements of a range, in order, until `visit` returns true. */
  visits(range: ScanRange, visit: (visit: Visit) => boolean): void;
  /** Each time that it comes to one of the code offsets, in order, until `visit` returns true. */
  hits(offsets: readonly number[], visit: (hit: Hit) => boolean): void;
  /** Each time that watched bytes change, in order, until `visit` returns true. */
  changes(watched: WatchedBytes, visit: (change: ByteChange) => boolean): void;
  /** Certain statements; the numbers are in order. */
  statementsAt(ticks: readonly number[], visit: (visit: Visit) => void): void;
  /**
   * Before a statement. The run that it may take notes those around it too.
   *
   * @param direction in which one goes: -1 is to earlier statements
   */
  atTick(tick: number, direction?: -1 | 0 | 1): Snapshot;
  /** Notes the statements around one, where that is not done, for requests to come. */
  prepare(tick: number): void;
  /** The statements around one, as far as the latest runs have come by them. */
  near(tick: number): NearVisits | undefined;
  atEffect(seq: number): Snapshot;
  /** Whether single instructions can be looked at; the rest needs it. */
  readonly canLook: boolean;
  /**
   * The instructions from a statement on that are at most so deep, in order, until `visit` returns
   * true; from the start of the program on for statement 0.
   */
  looks(
    range: { readonly from: number; readonly levelMax: number },
    visit: (look: Look) => boolean,
  ): void;
  /** Before an instruction of a statement; they count from 0. */
  atInstruction(tick: number, index: number): Snapshot;
}

/** The session has something more urgent to do than to run a program to the end. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
  readonly code = 'interrupted';
  /** @param tick the statement that the rerun had come to */
  constructor(
    readonly execution: ExecutionId,
    readonly tick: number,
  ) {
    super(`running ${execution} again was interrupted at statement ${tick}`);
  }
}
