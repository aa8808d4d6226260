/** From the stack of a stopped program to frames as its source has them. */
import type {
  DumpedFrame,
  InstanceState,
  StackDump,
} from '../../../simulator/guest/instrument/index.ts';
import type { GuestProgram } from '../../../simulator/guest/program.ts';
import type { ProgramModule } from '../../../simulator/guest/program-module.ts';
import type { ProgramLocator } from '../../../simulator/guest/symbols/index.ts';
import { frameState } from './dump-state.ts';
import type { Snapshot, SnapshotFrame } from './snapshot.ts';

const NOTHING: Snapshot = { frames: [], chain: [] };

export class SnapshotMaker {
  private readonly modules: ReadonlyMap<string | undefined, ProgramModule>;

  constructor(
    program: GuestProgram,
    private readonly locator: ProgramLocator,
  ) {
    this.modules = new Map(program.modules.map((module) => [module.tag, module]));
  }

  /** Of a program that was not stopped, there is nothing to be seen. */
  make(dump: StackDump | undefined): Snapshot {
    if (dump === undefined) return NOTHING;
    const instances = new Map(dump.instances.map((instance) => [instance.module, instance]));
    const chain: number[] = [];
    const frames = dump.frames.flatMap((frame, level) => {
      const { module, depth, activation } = frame;
      const inChain = depth > 0 && activation !== undefined;
      const chainLevel = inChain ? chain.push(activation) - 1 : undefined;
      const instance = instances.get(module);
      return instance === undefined ? [] : this.framesOf(frame, instance, { level, chainLevel });
    });
    return { frames, chain };
  }

  private framesOf(
    frame: DumpedFrame,
    instance: InstanceState,
    levels: Pick<SnapshotFrame, 'level' | 'chainLevel'>,
  ): SnapshotFrame[] {
    const { module: tag, functionIndex, codeOffset } = frame;
    const module = this.modules.get(tag);
    if (module === undefined) return [];
    // Locators count from the start of the module that runs.
    const offset = codeOffset + (module.info.code?.start ?? 0) + module.codeShift;
    const at = { functionIndex, offset, ...(tag === undefined ? {} : { tag }) };
    const [located] = this.locator.frames([at]);
    if (located === undefined) return [];
    const state = frameState(frame, instance, module.info);
    const logical = this.locator.debugOf(tag)?.framesAt(codeOffset) ?? [];
    if (logical.length === 0) return [{ ...located, ...levels, inlineLevel: 0, state }];
    return logical.map(({ functionName, source }, inlineLevel) => {
      const { source: _, ...place } = located;
      const named = { ...place, ...levels, functionName, inlineLevel, state };
      return source === undefined ? named : { ...named, source };
    });
  }
}
