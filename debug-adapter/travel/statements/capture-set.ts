/**
 * What a program held at statements that a run has passed, from which their stacks are made once the
 * run has stopped. It owns the copies of memories, which the next run of the set overwrites.
 *
 * C1  While a call lasts, the frames around it stay as they are. So the stack at the stop tells all
 *     of them for the calls that it is still in; only the innermost frame is noted at each statement.
 */
import type {
  DumpedFrame,
  InstanceState,
  LinkedInstance,
  StackDump,
  WasmValue,
} from '../../../simulator/guest/instrument/index.ts';
import { assert } from '../../../simulator/kernel/assert.ts';
import type { Visit } from './visit.ts';

/** Statements that one run notes. */
export const CAPTURES_MAX = 32;
/** Copies of memories that are kept, in bytes; larger memories are noted at fewer statements. */
export const CAPTURED_BYTES_MAX = 4 * 2 ** 20;

type Locals = ReadonlyMap<number, WasmValue>;

interface Capture extends Visit {
  readonly locals: Locals;
  readonly globals: readonly unknown[];
  /** Views of copies that the next run overwrites. */
  readonly memories: readonly Uint8Array[];
}

export class CaptureSet {
  private readonly captures = new Map<number, Capture>();
  private owner: object | undefined;
  private stack: StackDump | undefined;
  private copies: Uint8Array | undefined;
  private used = 0;

  /** How many statements a run of the program that stopped like this can note. */
  static countFor({ instances }: StackDump): number {
    const [instance] = instances;
    // What other modules of a component hold is not noted.
    if (instance === undefined || instances.length > 1) return 0;
    const bytes = instance.memories.reduce((sum, { length }) => sum + length, 0);
    return Math.min(CAPTURES_MAX, Math.floor(CAPTURED_BYTES_MAX / Math.max(1, bytes)));
  }

  /** A run begins; what was noted before is gone. */
  begin(owner: object): void {
    this.owner = owner;
    this.stack = undefined;
    this.captures.clear();
    this.used = 0;
  }

  /** Notes a statement at which the program waits; false where that cannot be done. */
  note(visit: Visit, locals: Locals | undefined, instance: LinkedInstance): boolean {
    const live = instance.memories.map(({ buffer }) => new Uint8Array(buffer));
    const bytes = live.reduce((sum, { length }) => sum + length, 0);
    if (locals === undefined || this.used + bytes > CAPTURED_BYTES_MAX) return false;
    const memories = live.map((memory) => this.copy(memory));
    const globals = instance.module.info.globals.map((_, index) => instance.global(index));
    this.captures.set(visit.tick, { ...visit, locals, globals, memories });
    return true;
  }

  private copy(memory: Uint8Array): Uint8Array {
    this.copies ??= new Uint8Array(CAPTURED_BYTES_MAX);
    const copy = this.copies.subarray(this.used, this.used + memory.length);
    copy.set(memory);
    this.used += memory.length;
    return copy;
  }

  /** The run has stopped. */
  finish(stack: StackDump | undefined): void {
    this.stack = stack;
  }

  /** The whole program at a statement; undefined where the owner's latest run does not tell it. */
  dumpAt(owner: object, tick: number): StackDump | undefined {
    const { stack } = this;
    if (stack === undefined || owner !== this.owner) return undefined;
    if (stack.tick === tick) return stack;
    const capture = this.captures.get(tick);
    if (capture === undefined) return undefined;
    const level = stack.frames.findIndex(({ activation }) => activation === capture.activation);
    const call = stack.frames[level];
    // It has returned before the stop.
    if (call === undefined) return undefined;
    const frames = [innermost(call, capture), ...stack.frames.slice(level + 1)];
    return { tick, frames, instances: instancesAt(stack, capture) };
  }
}

function innermost(call: DumpedFrame, { offset, locals }: Capture): DumpedFrame {
  return { ...call, codeOffset: offset, kind: 'probe', locals, operands: new Map() };
}

function instancesAt({ instances }: StackDump, { globals, memories }: Capture): InstanceState[] {
  const [instance] = instances;
  assert(instance !== undefined, 'a program that stopped has an instance');
  return [{ ...instance, globals, memories: memories.map((copy) => copy.slice()) }];
}
