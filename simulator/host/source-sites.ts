/**
 * Where in the source the effects of an execution come from. It replays the execution and looks
 * at the stack of every effect's call; what it learned is kept.
 */
import { patchesOf } from '../engine/patch.ts';
import { PatchedForms, type PatchedWorkflow } from '../engine/patched-forms.ts';
import { replay } from '../engine/replayer.ts';
import type { GuestProgram } from '../guest/program.ts';
import {
  builtFrames,
  ProgramLocator,
  readFrames,
  type SourceFrame,
  userFrame,
  type WasmFrame,
} from '../guest/symbols/index.ts';
import type { Entry, ExecutionId } from '../journal/entry.ts';
import { wallNanosOf } from '../journal/history.ts';
import type { SimulationView } from './simulation-run.ts';

interface KnownStacks {
  /** By seq. */
  readonly stacks: (readonly WasmFrame[])[];
  /** The last entry that was looked at, to notice a journal that began anew. */
  last: Entry | undefined;
}

export interface SourceSitesOptions {
  /** Entries of a journal that are looked at, from its beginning; all when left out. */
  readonly entriesMax?: number;
  /** What is known of the lines of programs, by their hash; shared by those that look at many runs. */
  readonly locators?: Map<string, ProgramLocator>;
}

export class SourceSites {
  private readonly locators: Map<string, ProgramLocator>;
  private readonly known = new Map<ExecutionId, KnownStacks>();
  private readonly forms = new PatchedForms((program) => this.locator(program));

  constructor(
    private readonly view: SimulationView,
    private readonly options: SourceSitesOptions = {},
  ) {
    this.locators = options.locators ?? new Map();
  }

  locator(program: GuestProgram): ProgramLocator {
    const existing = this.locators.get(program.hash);
    if (existing !== undefined) return existing;
    const created = new ProgramLocator(program);
    this.locators.set(program.hash, created);
    return created;
  }

  /** The stack of an effect's call, innermost first; empty when the journal does not reach it. */
  stackAt(execution: ExecutionId, seq: number): readonly SourceFrame[] {
    const frames = this.stacks(execution)[seq];
    if (frames === undefined) return [];
    return this.locator(this.view.workflowOf(execution).program).frames(frames);
  }

  /** The innermost frame of the user's own code. */
  siteOf(execution: ExecutionId, seq: number): SourceFrame | undefined {
    return userFrame(this.stackAt(execution, seq));
  }

  /**
   * The frames in a V8 stack of this execution's program, such as a trap's.
   *
   * @param running the form in which it was run
   */
  framesOf(
    execution: ExecutionId,
    stackText: string,
    running = this.view.workflowOf(execution).program,
  ): readonly SourceFrame[] {
    const { program } = this.view.workflowOf(execution);
    return this.locator(program).frames(builtFrames(readFrames(stackText), running));
  }

  /** How an execution is replayed from its journal, with what was changed in it by hand. */
  runningOf(execution: ExecutionId): PatchedWorkflow {
    const { history } = this.view;
    const patches = patchesOf(history.inputs(), execution);
    return this.forms.ready(this.view.workflowOf(execution), patches);
  }

  private stacks(execution: ExecutionId): readonly (readonly WasmFrame[])[] {
    const entries = this.view.history.entries(execution).slice(0, this.options.entriesMax);
    const known = this.known.get(execution);
    const last = entries.at(-1);
    if (known !== undefined && known.stacks.length >= entries.length && known.last === last) {
      return known.stacks;
    }
    const stacks = this.lookAtAll(execution, entries);
    this.known.set(execution, { stacks, last });
    return stacks;
  }

  private lookAtAll(execution: ExecutionId, entries: readonly Entry[]): WasmFrame[][] {
    const stacks: WasmFrame[][] = [];
    const running = this.runningOf(execution);
    replay({
      execution,
      ...running,
      entries,
      wallNanosOf: (entry) => wallOf(this.view, execution, entry),
      onEffect: (entry) => {
        const frames = readFrames(new Error('stack').stack ?? '');
        stacks[entry.seq] = builtFrames(frames, running.workflow.program);
        // The recorded program may have computed for ever after its last effect.
        return entry.seq === entries.length - 1;
      },
    });
    return stacks;
  }
}

/** True wall time at an entry, or at the execution's start. */
export function wallOf(
  { history }: SimulationView,
  execution: ExecutionId,
  entry: Entry | undefined,
): bigint {
  const at = entry?.endedAt ?? entry?.startedAt ?? history.execution(execution)?.startedAt;
  return at === undefined ? history.startUnixNanos : wallNanosOf(history, at);
}
