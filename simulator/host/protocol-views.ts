/** What a host shows of its simulation, as plain data for people to look at. */
import type { JsonObject } from '../effects/operation.ts';
import type { AttemptOutcome, ExecutionStatus } from '../journal/records.ts';

export type SimulationState =
  | { readonly kind: 'running' }
  | { readonly kind: 'paused'; readonly execution?: string; readonly seq?: number }
  /** Nothing happens until an input comes or a person answers a question. */
  | {
      readonly kind: 'waiting';
      readonly questions: readonly QuestionView[];
      /** Names of promises that executions wait for, without a limit of time. */
      readonly promises: readonly string[];
      /** It waits for clients, whatever has ended. */
      readonly serving?: true;
    }
  | { readonly kind: 'ended' };

export interface QuestionView {
  readonly execution: string;
  readonly seq: number;
  /** The call whose outcome is unknown, such as `POST https://payment.example/charges`. */
  readonly call: string;
}

export interface SimulationSnapshot {
  readonly state: SimulationState;
  readonly executions: readonly ExecutionSummary[];
  readonly nodes: readonly NodeSummary[];
  readonly now: bigint;
  readonly recording?: string;
  /** True when it was opened from a recording: it cannot go on, only branch. */
  readonly recorded: boolean;
  /** Text of the fault plan as it is now, injected faults included. */
  readonly plan: string;
  readonly problems: readonly ProblemReport[];
  /** Faults of the plan that have not happened, or can do nothing, in the plan's order; a few. */
  readonly idleFaults?: readonly ProblemReport[];
  /** What happened so far, in order; the last ones when there are very many. */
  readonly traces?: readonly TraceSummary[];
  /** How the world's clients fare; undefined when it has none. */
  readonly clients?: ClientsView;
}

export interface ClientsView {
  /** Sendings so far. */
  readonly sent: number;
  /** How many of them failed: no whole answer, or one with a status from 500 on. */
  readonly failed: number;
  /** What failed first, as sentences without a full stop; a few. */
  readonly failures: readonly string[];
}

export interface NodeSummary {
  readonly name: string;
  readonly state: 'up' | 'paused' | 'down';
  /** What its wall clock shows, nanoseconds since 1970. */
  readonly wallNanos: bigint;
}

export interface ExecutionSummary {
  readonly id: string;
  readonly workflow: string;
  /** The source or module it came from, absolute where known. */
  readonly origin: string;
  readonly status: ExecutionStatus;
  readonly exitCode?: number;
  readonly reason?: string;
  readonly startedAt: bigint;
  readonly endedAt?: bigint;
  readonly effects: number;
  readonly attempts: readonly AttemptSummary[];
  /** Names of promises that it waits for now; left out when it waits for none. */
  readonly promises?: readonly string[];
}

export interface AttemptSummary {
  readonly number: number;
  readonly node: string;
  readonly epoch: number;
  readonly replayed: number;
  readonly startedAt: bigint;
  readonly endedAt?: bigint;
  readonly outcome?: AttemptOutcome;
  readonly detail?: string;
  /** Effects that it had not made durable when it ended. */
  readonly lost?: readonly EffectSummary[];
}

/** Something that happened in the world, in one line; the places are left out where it has none. */
export interface TraceSummary {
  readonly at: bigint;
  readonly kind: string;
  readonly text: string;
  readonly execution?: string;
  readonly seq?: number;
  readonly node?: string;
}

/** An effect in one line. */
export interface EffectSummary {
  readonly execution: string;
  readonly seq: number;
  /** `clock.read`, `http.request`, ... */
  readonly operation: string;
  readonly class: 'read' | 'wait' | 'output' | 'call';
  readonly state: 'intent' | 'recorded' | 'delivered';
  /** The attempt that performed it last. */
  readonly attempt: number;
  /** What it asked and what it got: `POST https://payment.example/charges -> 201`. */
  readonly text: string;
  readonly startedAt: bigint;
  readonly endedAt?: bigint;
  readonly key?: string;
}

export interface SourcePlace {
  /** As the debug information has it; usually absolute. */
  readonly file: string;
  /** Counts from 1. */
  readonly line: number;
  readonly column: number;
}

export interface StackFrameView {
  readonly functionName: string;
  readonly functionIndex: number;
  readonly codeOffset: number;
  readonly source?: SourcePlace;
  /** False for a libc, a runtime, or code without lines. */
  readonly user: boolean;
}

export interface EffectDetails extends EffectSummary {
  readonly deliveredAt?: bigint;
  /** The JSON fields of its arguments and result. */
  readonly args: JsonObject;
  readonly argsBody?: Uint8Array;
  readonly result?: JsonObject;
  readonly resultBody?: Uint8Array;
  /** The stack of its call, innermost first; empty when it cannot be told. */
  readonly stack: readonly StackFrameView[];
  /** What happened around it: messages, faults, retries. */
  readonly events: readonly { readonly at: bigint; readonly kind: string; readonly text: string }[];
  /** The whole as a readable Markdown document. */
  readonly document: string;
}

export type VerifyResult =
  | { readonly kind: 'same'; readonly execution: string; readonly replayed: number }
  | {
      readonly kind: 'diverged';
      readonly execution: string;
      readonly replayed: number;
      readonly message: string;
      /** Both sides' stacks at the effect, innermost first. */
      readonly recordedStack: readonly StackFrameView[];
      readonly askedStack: readonly StackFrameView[];
    };

/** An error or warning for a person. */
export interface ProblemReport {
  readonly severity: 'error' | 'warning';
  /** The error's `code`, such as `component` or `divergence`. */
  readonly code: string;
  /** What happened, where, and what to do next. */
  readonly message: string;
  readonly place?: SourcePlace;
}
