/**
 * The stacks of probes that a run has passed. It owns the frames, and knows nothing of memory.
 *
 * S1  While a call lasts, the frame that made it stays as it is, so what that frame is when the call
 *     comes back, or when the run stops in it, holds for all probes within the call.
 * S2  A stack is told only when all its frames are known.
 */
import { type CoreModule, functionAt } from '../wasm/index.ts';
import type { ReturnHit } from './probe-session.ts';
import type { DumpedFrame, FrameValues, StackDump } from './stack-dump.ts';

/** Stands for the caller of the outermost frame. */
const HOST = 'host';

/** Depths are counted when a stack is known. */
const IN_MODULE = { module: undefined, depth: 0 } as const;

/** A frame, and, once it is known, the frame that called it. */
interface Link {
  /** Its depth is not counted yet. */
  readonly frame: DumpedFrame;
  caller: Link | typeof HOST | undefined;
}

/** A probe that the run has come to, as `onTick` tells it. */
export interface PassedProbe {
  readonly tick: number;
  readonly codeOffset: number;
  readonly activation: number;
  readonly values: FrameValues;
  readonly level: number;
}

export class StackTrail {
  private readonly probes = new Map<number, Link>();
  /** By level: frames whose callers are not known yet. */
  private readonly open: Link[][] = [];

  /** @param probedFunctions of the module, whose depth is counted */
  constructor(
    private readonly info: CoreModule,
    private readonly probedFunctions: ReadonlySet<number>,
  ) {}

  /** Frames at levels below this one are to be told when calls come back to them. */
  get wanted(): number {
    return this.open.length - 1;
  }

  pass({ tick, codeOffset, activation, values, level }: PassedProbe): void {
    this.endAbove(level);
    const functionIndex = functionAt(this.info, (this.info.code?.start ?? 0) + codeOffset) ?? 0;
    const place = { ...IN_MODULE, functionIndex, codeOffset, activation };
    this.probes.set(tick, this.add(level, { ...place, ...values, kind: 'probe' }));
  }

  /** A call has come back to a frame. */
  returned({ activation, level, ...hit }: ReturnHit): void {
    const called = this.take(level + 1);
    this.endAbove(level);
    if (called.length === 0) return;
    const entry = activation < 0 ? undefined : activation;
    const place = { ...IN_MODULE, ...hit, activation: entry };
    const caller = this.add(level, { ...place, kind: 'call' });
    for (const link of called) link.caller = caller;
  }

  /** What was above a level is over, and its frames cannot be told any more. */
  endAbove(level: number): void {
    if (this.open.length > level + 1) this.open.length = level + 1;
    while (this.open.at(-1)?.length === 0) this.open.pop();
  }

  /**
   * The run has stopped.
   *
   * @param level of the innermost frame
   */
  finish({ frames }: StackDump, level: number): void {
    this.endAbove(level);
    let caller: Link | typeof HOST = HOST;
    for (let index = frames.length - 1; index >= 0; index--) {
      for (const link of this.take(level - index)) link.caller = caller;
      caller = { frame: frames[index] as DumpedFrame, caller };
    }
    this.open.length = 0;
  }

  /** The stack at a probe, innermost frame first; undefined where not all of it is known. */
  framesAt(tick: number): DumpedFrame[] | undefined {
    const frames: DumpedFrame[] = [];
    let link: Link | typeof HOST | undefined = this.probes.get(tick);
    for (; link !== HOST; link = link.caller) {
      if (link === undefined) return undefined;
      frames.push(link.frame);
    }
    const isProbed = ({ functionIndex }: DumpedFrame) => this.probedFunctions.has(functionIndex);
    let deepest = frames.filter(isProbed).length;
    return frames.map((frame) => ({ ...frame, depth: isProbed(frame) ? deepest-- : 0 }));
  }

  private add(level: number, frame: DumpedFrame): Link {
    const link: Link = { frame, caller: undefined };
    while (this.open.length <= level) this.open.push([]);
    this.open[level]?.push(link);
    return link;
  }

  private take(level: number): Link[] {
    const links = this.open[level] ?? [];
    if (links.length > 0) this.open[level] = [];
    return links;
  }
}
