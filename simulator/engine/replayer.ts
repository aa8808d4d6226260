/**
 * Replays an execution from its journal alone: the program runs again, every effect is answered
 * from its entry, and nothing is performed.
 *
 * R1  A replay performs nothing and changes nothing.
 * R2  It diverges at the first effect that is not what the entry records, or not at all.
 */
import {
  type EffectPort,
  type EffectValue,
  type Operation,
  Unwind,
  withoutStack,
} from '../effects/operation.ts';
import type { ProbeSession } from '../guest/instrument/index.ts';
import { type GuestOutcome, GuestStopped, runGuest } from '../guest/run-guest.ts';
import type { AnyOperation, Entry, ExecutionId } from '../journal/entry.ts';
import { DivergenceError } from './divergence.ts';
import type { PatchRun } from './patch-run.ts';
import type { Workflow } from './workflow.ts';

export interface ReplayOptions {
  readonly execution: ExecutionId;
  readonly workflow: Workflow;
  readonly entries: readonly Entry[];
  /** Wall time in nanoseconds since 1970 at an entry; for timestamps of private files. */
  readonly wallNanosOf: (entry: Entry | undefined) => bigint;
  /** Called inside the guest's call at every entry; true ends the replay there. */
  readonly onEffect?: (entry: Entry) => boolean;
  /** Called inside the guest's call of an effect that is beyond the entries. */
  readonly onBeyond?: () => void;
  /**
   * For a program with probes. However a replay ends before the program does, the session has its
   * stack: at a probe, or in the call of the effect at which it ended.
   */
  readonly session?: ProbeSession;
  /** Changes memory on the way, for a program with appointments; its session is the one that is used. */
  readonly patching?: PatchRun;
}

/** How a replay ended. */
export type ReplayEnd =
  /** The program ran to its end: `outcome` is what it ended with. */
  | { readonly kind: 'finished'; readonly outcome: GuestOutcome; readonly replayed: number }
  /** The journal ended first: the program asked for an effect beyond it. */
  | {
      readonly kind: 'journal-ended';
      readonly replayed: number;
      readonly next: AnyOperation;
      readonly args: EffectValue;
    }
  /** `onEffect` or the session ended it. */
  | { readonly kind: 'stopped'; readonly replayed: number }
  | { readonly kind: 'diverged'; readonly error: DivergenceError; readonly replayed: number };

class ReplayOver extends Unwind {
  override readonly name = 'ReplayOver';
  constructor(readonly end: ReplayEnd) {
    super(end.kind);
  }
}

export function replay(options: ReplayOptions): ReplayEnd {
  const port = new ReplayPort(options);
  let outcome: GuestOutcome;
  try {
    outcome = runGuest(options.workflow, port, port.session);
  } catch (error) {
    if (error instanceof ReplayOver) return error.end;
    if (error instanceof GuestStopped) {
      return port.over?.end ?? { kind: 'stopped', replayed: port.cursor };
    }
    throw error;
  }
  // A guest that catches our exceptions can still return.
  if (port.over !== undefined) return port.over.end;
  const left = options.entries[port.cursor];
  if (left !== undefined && left.deliveredAt !== undefined) {
    const { execution } = options;
    const error = new DivergenceError({ execution, recorded: left, asked: undefined });
    return { kind: 'diverged', error, replayed: port.cursor };
  }
  return { kind: 'finished', outcome, replayed: port.cursor };
}

class ReplayPort implements EffectPort {
  cursor = 0;
  over: ReplayOver | undefined;

  readonly session: ProbeSession | undefined;

  constructor(private readonly options: ReplayOptions) {
    this.session = options.patching?.session ?? options.session;
  }

  get latestWallNanos(): bigint {
    return this.options.wallNanosOf(this.options.entries[this.cursor - 1]);
  }

  effect<A extends EffectValue, R extends EffectValue>(operation: Operation<A, R>, args: A): R {
    if (this.over !== undefined) throw this.over;
    if (this.session?.isStopped === true) throw withoutStack(() => new GuestStopped('stopped'));
    const entry = this.options.entries[this.cursor];
    const replayed = this.cursor;
    this.options.patching?.inCall(replayed);
    if (entry === undefined) {
      this.options.onBeyond?.();
      const next = operation as unknown as AnyOperation;
      this.finish({ kind: 'journal-ended', replayed, next, args });
    }
    if (entry.operation.name !== operation.name || entry.argsHash !== operation.hash(args)) {
      const asked = { operation: operation as unknown as AnyOperation, args };
      const { execution } = this.options;
      const error = new DivergenceError({ execution, recorded: entry, asked });
      this.finish({ kind: 'diverged', error, replayed });
    }
    if (this.options.onEffect?.(entry) === true) this.finish({ kind: 'stopped', replayed });
    if (entry.result === undefined) {
      this.finish({ kind: 'journal-ended', replayed, next: entry.operation, args: entry.args });
    }
    this.cursor++;
    return entry.result as R;
  }

  private finish(end: ReplayEnd): never {
    this.over = withoutStack(() => new ReplayOver(end));
    this.session?.stopNow();
    throw this.over;
  }
}
