/**
 * The stacks of effects' calls. It knows them from the calls themselves while a simulation is
 * live, and else by replaying the execution. Equal stacks are one object.
 *
 * B1  A stack that was noted is that of the latest performance of its effect.
 * B2  Replaying performs nothing.
 */
import type { EffectValue } from '../../simulator/effects/operation.ts';
import { patchesOf } from '../../simulator/engine/patch.ts';
import { PatchedForms, type PatchedWorkflow } from '../../simulator/engine/patched-forms.ts';
import { type ReplayEnd, type ReplayOptions, replay } from '../../simulator/engine/replayer.ts';
import type { GuestProgram } from '../../simulator/guest/program.ts';
import {
  builtFrames,
  captureFrames,
  isUserFrame,
  ProgramLocator,
  readFrames,
  type SourceFrame,
  type WasmFrame,
} from '../../simulator/guest/symbols/index.ts';
import type { SimulationView } from '../../simulator/host/simulation-run.ts';
import { wallOf } from '../../simulator/host/source-sites.ts';
import type { AnyOperation, Entry, ExecutionId } from '../../simulator/journal/entry.ts';
import { entriesOf } from './lost-calls.ts';

/** Different stacks kept of one program; then they are read anew. */
const STACKS_KEPT_MAX = 50_000;

/** What an attempt did whose crash took it away. */
interface LostStacks {
  /** By seq, as far as its entries go, and of the call after them. */
  readonly stacks: readonly Stack[];
  /** What it asked for after the last entry that it had; undefined where it came to nothing more. */
  readonly asked: AskedEffect | undefined;
  /** What was known of it. */
  readonly edge: string;
}

/** An effect that a program called for. */
export interface AskedEffect {
  readonly operation: AnyOperation;
  readonly args: EffectValue;
}

/** How many effects before and after one that is looked at are learned with it. */
export const WINDOW = 64;

/** A stack, innermost frame first. */
export interface Stack {
  readonly frames: readonly SourceFrame[];
  /** The innermost frame of the user's own code; -1 when there is none. */
  readonly userIndex: number;
}

export const EMPTY_STACK: Stack = { frames: [], userIndex: -1 };

interface KnownStacks {
  /** By seq; a hole is not known yet. */
  readonly stacks: Stack[];
  /** All stacks before this seq have been learned, as far as the journal tells them. */
  complete: number;
}

export class StackBook {
  private readonly interned = new Map<string, Map<string, Stack>>();
  private readonly known = new Map<ExecutionId, KnownStacks>();
  private readonly lost = new Map<string, LostStacks>();
  private readonly forms = new PatchedForms((program) => this.locator(program));
  /** The form of the program whose guest is on the stack, where it does not run as it is. */
  running: () => GuestProgram | undefined = () => undefined;

  /** @param locators those that there are already, by the hashes of their programs */
  constructor(
    private readonly view: SimulationView,
    private readonly locators = new Map<string, ProgramLocator>(),
  ) {}

  locator(program: GuestProgram): ProgramLocator {
    const existing = this.locators.get(program.hash);
    if (existing !== undefined) return existing;
    const created = new ProgramLocator(program);
    this.locators.set(program.hash, created);
    return created;
  }

  locatorOf(execution: ExecutionId): ProgramLocator {
    return this.locator(this.view.workflowOf(execution).program);
  }

  /** Called inside the guest's call of an effect that is about to be performed. */
  note(execution: ExecutionId, seq: number): Stack {
    this.forget(execution, seq);
    const { program } = this.view.workflowOf(execution);
    const stack = this.intern(program, captureFrames(this.running() ?? program));
    this.of(execution).stacks[seq] = stack;
    return stack;
  }

  /** An effect is performed anew and its stack is not noted. */
  forget(execution: ExecutionId, seq: number): void {
    const known = this.known.get(execution);
    if (known === undefined || known.stacks.length <= seq) return;
    known.stacks.length = seq;
    known.complete = Math.min(known.complete, seq);
  }

  /**
   * The stack of an effect's call; empty when neither a call nor the journal tells it. Those
   * around it are learned with it, since they are looked at next.
   *
   * @param lostWith the attempt that called it, of those whose crash took the call away
   */
  stackAt(execution: ExecutionId, seq: number, lostWith?: number): Stack {
    if (lostWith !== undefined) return this.lostOf(execution, lostWith).stacks[seq] ?? EMPTY_STACK;
    const { stacks } = this.of(execution);
    const known = stacks[seq];
    if (known !== undefined) return known;
    if (seq >= this.view.history.entries(execution).length) return EMPTY_STACK;
    this.learn(execution, seq - WINDOW, seq + WINDOW);
    return stacks[seq] ?? EMPTY_STACK;
  }

  /** Learns the stacks of all effects of an execution, by one replay. */
  readAll(execution: ExecutionId): void {
    const known = this.of(execution);
    const { length } = this.view.history.entries(execution);
    if (known.complete >= length) return;
    this.learn(execution, 0, length);
    known.complete = length;
  }

  /** The same without replaying; undefined when it was not noted. */
  notedAt(execution: ExecutionId, seq: number, lostWith?: number): Stack | undefined {
    if (lostWith === undefined) return this.known.get(execution)?.stacks[seq];
    return this.lost.get(`${execution} ${lostWith}`)?.stacks[seq];
  }

  /** What an attempt called for last, when its crash took that call away before it was begun. */
  askedLast(execution: ExecutionId, attempt: number): AskedEffect | undefined {
    return this.lostOf(execution, attempt).asked;
  }

  /** Where the program was when it ended by a trap or diverged; empty for any other end. */
  endStack(execution: ExecutionId): Stack {
    const running = this.runningOf(execution);
    const end = this.replay(execution, running);
    const text =
      end.kind === 'diverged'
        ? end.error.guestStack
        : end.kind === 'finished' && end.outcome.kind === 'trapped' && end.outcome.stack;
    if (typeof text !== 'string') return EMPTY_STACK;
    const built = builtFrames(readFrames(text), running.workflow.program);
    const frames = this.locatorOf(execution).frames(built);
    return { frames, userIndex: frames.findIndex(isUserFrame) };
  }

  private learn(execution: ExecutionId, first: number, last: number): void {
    const { stacks } = this.of(execution);
    const running = this.runningOf(execution);
    const { program } = running.workflow;
    const onEffect = ({ seq }: Entry): boolean => {
      if (seq >= first) stacks[seq] ??= this.intern(program, captureFrames(program));
      return seq >= last;
    };
    this.replay(execution, { ...running, onEffect });
  }

  private lostOf(execution: ExecutionId, attempt: number): LostStacks {
    const { history } = this.view;
    const key = `${execution} ${attempt}`;
    const edge = `${history.lostEntries(execution).length} ${history.inputs().length}`;
    const known = this.lost.get(key);
    if (known?.edge === edge) return known;
    const entries = entriesOf(history, execution, attempt);
    const running = this.runningOf(execution, attempt);
    const { program } = running.workflow;
    const stacks: Stack[] = [];
    const note = (): boolean => {
      stacks.push(this.intern(program, captureFrames(program)));
      return false;
    };
    const end = this.replay(execution, { ...running, entries, onEffect: note, onBeyond: note });
    const isBeyond = end.kind === 'journal-ended' && end.replayed === entries.length;
    const asked = isBeyond ? { operation: end.next, args: end.args } : undefined;
    const created = { stacks, asked, edge };
    this.lost.set(key, created);
    return created;
  }

  /** With what was changed in it by hand. */
  private runningOf(execution: ExecutionId, attempt?: number): PatchedWorkflow {
    const patches = patchesOf(this.view.history.inputs(), execution, attempt);
    return this.forms.ready(this.view.workflowOf(execution), patches);
  }

  private replay(
    execution: ExecutionId,
    options: Omit<ReplayOptions, 'execution' | 'wallNanosOf' | 'entries'> &
      Partial<Pick<ReplayOptions, 'entries'>>,
  ): ReplayEnd {
    return replay({
      execution,
      entries: this.view.history.entries(execution),
      wallNanosOf: (entry) => wallOf(this.view, execution, entry),
      ...options,
    });
  }

  private intern(program: GuestProgram, frames: readonly WasmFrame[]): Stack {
    let stacks = this.interned.get(program.hash);
    if (stacks === undefined || stacks.size >= STACKS_KEPT_MAX) {
      stacks = new Map();
      this.interned.set(program.hash, stacks);
    }
    const key = frames.map(({ tag = '', offset }) => `${tag}:${offset}`).join();
    const existing = stacks.get(key);
    if (existing !== undefined) return existing;
    const found = this.locator(program).frames(frames);
    const stack = { frames: found, userIndex: found.findIndex(isUserFrame) };
    stacks.set(key, stack);
    return stack;
  }

  private of(execution: ExecutionId): KnownStacks {
    const existing = this.known.get(execution);
    if (existing !== undefined) return existing;
    const created: KnownStacks = { stacks: [], complete: 0 };
    this.known.set(execution, created);
    return created;
  }
}
