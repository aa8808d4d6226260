/**
 * What one run has told of a statement and those around it: where all of them are, and of some,
 * which are noted, the whole program. It owns the copies of memory.
 *
 * C1  A statement is told as a run that stops there would tell it, or not at all.
 */
import {
  type FrameValues,
  type InstanceState,
  type LinkedInstance,
  type ReturnHit,
  type StackDump,
  StackTrail,
} from '../../../simulator/guest/instrument/index.ts';
import { assert } from '../../../simulator/kernel/assert.ts';
import { MemoryTrail } from './memory-trail.ts';
import { NearVisits } from './near-visits.ts';
import type { Visit } from './visit.ts';

/** Bytes of memory that one run keeps, of as many statements as they are enough for. */
export const CAPTURED_BYTES_MAX = 16 * 2 ** 20;

interface Capture {
  readonly globals: readonly unknown[];
  /** By memory, the number of the instant. */
  readonly instants: readonly number[];
}

/** A statement at which the program waits. */
export interface Standstill {
  readonly visit: Visit;
  /** Of the innermost frame. */
  readonly values: FrameValues;
  readonly level: number;
  readonly instance: LinkedInstance;
}

export class CaptureSet {
  /** Where the statements are. */
  readonly near: NearVisits;
  private readonly captures = new Map<number, Capture>();
  private readonly memories: MemoryTrail[] = [];
  private stacks: StackTrail | undefined;
  private stop: StackDump | undefined;

  /**
   * @param owner whose statements they are
   * @param from the first of them
   */
  constructor(
    readonly owner: object,
    from: number,
  ) {
    this.near = new NearVisits(from);
  }

  /** Frames at levels below this one are to be told when calls come back to them. */
  get returnsBelow(): number {
    return this.stacks?.wanted ?? 0;
  }

  /** Notes a statement; false where there is no room for it. */
  note({ visit, values, level, instance }: Standstill): boolean {
    const { tick, offset: codeOffset, activation } = visit;
    const { info, instrumented } = instance.module;
    assert(instrumented !== undefined, 'only programs with probes are looked at');
    const memories = instance.memories;
    if (!this.hasRoom(memories)) return false;
    this.stacks ??= new StackTrail(info, instrumented.probedFunctions);
    this.stacks.pass({ tick, codeOffset, activation, values, level });
    const instants = memories.map((memory, index) => this.trail(index).note(memory));
    const globals = info.globals.map((_, index) => instance.global(index));
    this.captures.set(tick, { globals, instants });
    return true;
  }

  private hasRoom(memories: readonly WebAssembly.Memory[]): boolean {
    const live = memories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0);
    const kept = this.memories.reduce((sum, { bytes }) => sum + bytes, 0);
    // All of it may have changed.
    return kept + live <= CAPTURED_BYTES_MAX;
  }

  private trail(index: number): MemoryTrail {
    const known = this.memories[index];
    if (known !== undefined) return known;
    const created = new MemoryTrail();
    this.memories[index] = created;
    return created;
  }

  returned(hit: ReturnHit): void {
    this.stacks?.returned(hit);
  }

  lost(level: number): void {
    this.stacks?.endAbove(level);
  }

  /**
   * The run is over.
   *
   * @param level of the innermost frame, where it has stopped
   */
  finish(stop: StackDump | undefined, level: number): void {
    this.stop = stop;
    if (stop !== undefined) this.stacks?.finish(stop, level);
  }

  /** The whole program at a statement; undefined where this does not tell it. */
  dumpAt(tick: number): StackDump | undefined {
    const { stop } = this;
    if (stop === undefined || this.stopsAt(tick)) return stop;
    const capture = this.captures.get(tick);
    const frames = capture && this.stacks?.framesAt(tick);
    const [instance] = stop.instances;
    if (capture === undefined || frames === undefined || instance === undefined) return undefined;
    return { tick, frames, instances: [this.instanceAt(instance, capture)] };
  }

  /** Whether `dumpAt` tells it. */
  tells(tick: number): boolean {
    if (this.stop === undefined) return false;
    return this.stopsAt(tick) || this.stacks?.framesAt(tick) !== undefined;
  }

  /** Before the statement, that is: it may also have stopped in an effect that is called in it. */
  private stopsAt(tick: number): boolean {
    return this.stop?.tick === tick && this.stop.frames[0]?.kind === 'probe';
  }

  private instanceAt(instance: InstanceState, { globals, instants }: Capture): InstanceState {
    const memories = instants.map((instant, index) => this.trail(index).at(instant));
    return { ...instance, globals, memories };
  }
}
