/**
 * The message protocol between a host, which holds one simulation and runs its guests, and its
 * clients: the command line, the editor's views, a debug session's proxy. Messages are plain data
 * that survives structured cloning; instants are bigints of virtual nanoseconds.
 */
import type { JsonObject } from '../effects/operation.ts';
import type { RequestHead, ResponsePart } from '../effects/request.ts';
import type { OutcomeAnswer } from '../engine/http-exchange.ts';
import type { AttemptOutcome, ExecutionStatus, PersistenceLevel } from '../journal/records.ts';

/** What to run: a workflow of a configuration, a source, or a module. */
export interface RunTarget {
  /** A `.wasm`, a source, a `backstitch.json`, or a folder that has one; absolute. */
  readonly path: string;
  /** A workflow of the configuration; the only one, or all, when left out. */
  readonly workflow?: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** `guest=host` pairs; `:ro` at the end mounts read-only. Host paths are absolute. */
  readonly mounts?: readonly string[];
  /** Bytes of standard input that replace the configured ones; `open` waits for more. */
  readonly stdin?: Uint8Array | 'open';
  /** The export of a reactor to call; replaces the configured one. */
  readonly invoke?: string;
}

/** A value that came from outside. */
interface OutsideValue {
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

export interface KeptPromise extends OutsideValue {
  /** As everybody knows it: one that a program calls `self/name` is `<execution>/name`. */
  readonly promise: string;
}

export interface OutsideMessage extends OutsideValue {
  readonly execution: string;
}

export interface RunOptions {
  readonly target: RunTarget;
  readonly seed?: number;
  readonly persistence?: PersistenceLevel;
  /** A fault plan file, absolute; replaces the configured one. `none` disturbs nothing. */
  readonly faults?: string | 'none';
  /** Where to record, absolute; undefined keeps the recording in memory only. */
  readonly record?: string;
  /** Real milliseconds between effects, so that a person can watch; 0 runs freely. */
  readonly paceMs?: number;
  /** Begin paused before the first effect. */
  readonly paused?: boolean;
  /** False leaves out the `changed` events, for clients that show only outputs. */
  readonly changes?: boolean;
  /** What to do about a question of policy `ask` when there is nobody to answer. */
  readonly answer?: OutcomeAnswer;
  /** Copies the volumes that `mounts` made back to the real directories at the end. */
  readonly writeBack?: boolean;
  /** Kept before anything happens. */
  readonly promises?: readonly KeptPromise[];
  /** Sent before anything happens, to executions that the run begins with. */
  readonly messages?: readonly OutsideMessage[];
}

/** Runs an earlier simulation again, with more faults: the other future. */
export interface BranchOptions {
  /** The recording to start from, absolute; undefined takes the simulation that the host holds. */
  readonly recording?: string;
  /** Faults to add, as in a plan; each with an exact place. */
  readonly faults: readonly JsonObject[];
  readonly record?: string;
  readonly paceMs?: number;
}

/** A program that is started anew for every request or connection. */
export interface ServeOptions extends RunOptions {
  /** Each connection is the standard input and output of an execution, also for a component. */
  readonly raw?: boolean;
}

export interface ServeAgainOptions {
  /** Of the host that has gone, absolute. */
  readonly recording: string;
  /** Where the simulation is recorded from now on, absolute. */
  readonly record: string;
  /** Who still waits, and the last part that it was given; nobody else is given anything again. */
  readonly open: readonly { readonly execution: string; readonly seq: number }[];
  /** They computed for ever after this effect, or without any when that is -1: are cancelled. */
  readonly stuck: readonly { readonly execution: string; readonly seq: number }[];
  readonly answer?: OutcomeAnswer;
  /** As it was before; see RunOptions. */
  readonly changes?: boolean;
}

/** How a simulation that serves began. */
export interface ServingStart {
  /** The n-th request or connection is the execution `<workflow>-<n>`. */
  readonly workflow: string;
  readonly handler: 'http' | 'connection';
  /** The last delivery that the recording holds; 0 when there is none. */
  readonly delivered: number;
  /** Real seconds that the program may compute without an effect. */
  readonly secondsBetweenEffects: number;
}

/** Something that came in. `delivery` counts up from 1, and is recorded with it. */
export type Delivery =
  | {
      readonly kind: 'request';
      readonly delivery: number;
      readonly head: RequestHead;
      readonly body: Uint8Array;
      readonly ends: boolean;
    }
  | {
      readonly kind: 'connect';
      readonly delivery: number;
      readonly body: Uint8Array;
      readonly ends: boolean;
    }
  /** More of a request's body or of a connection's input; dropped when its execution has ended. */
  | {
      readonly kind: 'more';
      readonly delivery: number;
      readonly execution: string;
      readonly body: Uint8Array;
      readonly ends: boolean;
    }
  /** The request never came whole; its execution is cancelled unless it has ended. */
  | { readonly kind: 'drop'; readonly delivery: number; readonly execution: string };

/** What an execution gives to the client that it was started for; durable. */
export interface ServedPart {
  readonly execution: string;
  readonly seq: number;
  /** Part of an HTTP response, or bytes for a raw connection. */
  readonly part: ResponsePart | { readonly bytes: Uint8Array };
}

/** An execution that was started by a delivery has ended. */
export interface ServedEnd {
  readonly execution: string;
  readonly status: ExecutionStatus;
  readonly exitCode?: number;
  readonly reason?: string;
  /** Times it was taken over from a node that was lost. */
  readonly recoveries: number;
  readonly attempts: number;
  readonly effects: number;
  /** From its start to its end. */
  readonly virtualNanos: bigint;
}

export type HostRequest =
  | { readonly kind: 'run'; readonly options: RunOptions }
  /** Goes on with a recording whose process died: runs it again and beyond. */
  | { readonly kind: 'resume'; readonly recording: string }
  | { readonly kind: 'branch'; readonly options: BranchOptions }
  /** Makes a program ready to be started by what is delivered; see `deliver`. */
  | { readonly kind: 'serve'; readonly options: ServeOptions }
  /** Goes on serving with the recording of a host that has gone. */
  | { readonly kind: 'serve-again'; readonly options: ServeAgainOptions }
  /** What came in from the clients of a simulation that serves, in their order. */
  | { readonly kind: 'deliver'; readonly deliveries: readonly Delivery[] }
  | { readonly kind: 'open'; readonly recording: string }
  | { readonly kind: 'pause' }
  | { readonly kind: 'continue' }
  /** Performs one effect of a paused simulation. */
  | { readonly kind: 'step' }
  | { readonly kind: 'inject'; readonly fault: JsonObject }
  | {
      readonly kind: 'feed';
      readonly execution: string;
      readonly bytes: Uint8Array;
      readonly ends: boolean;
    }
  | {
      readonly kind: 'answer';
      readonly execution: string;
      readonly seq: number;
      readonly answer: OutcomeAnswer;
    }
  /** Keeps a promise from outside. */
  | ({ readonly kind: 'promise' } & KeptPromise)
  /** Sends an execution a message from outside. */
  | ({ readonly kind: 'message' } & OutsideMessage)
  | { readonly kind: 'cancel'; readonly execution?: string }
  /** One execution of the snapshot. */
  | { readonly kind: 'execution'; readonly execution: string }
  | { readonly kind: 'snapshot' }
  | {
      readonly kind: 'effects';
      readonly execution: string;
      readonly from: number;
      readonly count: number;
    }
  | { readonly kind: 'effect'; readonly execution: string; readonly seq: number }
  /** Re-executes everything and reports the first divergence; performs nothing. */
  | { readonly kind: 'verify'; readonly module?: string }
  /** The timeline as text, as `inspect --timeline` prints it. */
  | {
      readonly kind: 'timeline';
      readonly colors: boolean;
      /** Columns. */
      readonly width?: number;
      readonly unicode?: boolean;
      /** Leaves nothing out. */
      readonly all?: boolean;
      /** Replays every execution to name the source line of each effect. */
      readonly sources?: boolean;
    }
  /** The stack of a trapped execution; empty when it did not trap or its stack cannot be told. */
  | { readonly kind: 'trap'; readonly execution: string }
  /**
   * Runs something anew, in memory, up to an effect, and answers with the stack of its call. For a
   * program that was ended because it computed for ever after that effect.
   */
  | {
      readonly kind: 'locate';
      readonly options: RunOptions;
      readonly execution: string;
      readonly seq: number;
    }
  | { readonly kind: 'dap'; readonly message: object }
  /** Ends the simulation and folds its recording. */
  | { readonly kind: 'close' };

/** What each request is answered with; requests that are not listed are answered with null. */
export interface HostAnswers {
  readonly run: SimulationSnapshot;
  readonly resume: SimulationSnapshot;
  readonly branch: SimulationSnapshot;
  readonly open: SimulationSnapshot;
  readonly serve: ServingStart;
  readonly 'serve-again': ServingStart;
  readonly snapshot: SimulationSnapshot;
  readonly effects: readonly EffectSummary[];
  readonly effect: EffectDetails;
  /** False when it was kept before: its first value stays. */
  readonly promise: boolean;
  /** False when the execution has ended. */
  readonly message: boolean;
  readonly execution: ExecutionSummary;
  readonly verify: readonly VerifyResult[];
  readonly timeline: string;
  readonly trap: readonly StackFrameView[];
  readonly locate: readonly StackFrameView[];
}

export type AnswerTo<K extends HostRequest['kind']> = K extends keyof HostAnswers
  ? HostAnswers[K]
  : null;

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
  /** What happened so far, in order; the last ones when there are very many. */
  readonly traces?: readonly TraceSummary[];
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

export type HostEvent =
  /** Long work before or beside the simulation, such as compiling. */
  | {
      readonly kind: 'progress';
      readonly message: string;
      readonly done?: number;
      readonly total?: number;
    }
  | {
      readonly kind: 'state';
      readonly state: SimulationState;
      readonly now: bigint;
      /** How long a program may compute without an effect: limits.secondsBetweenEffects. */
      readonly secondsBetweenEffects?: number;
    }
  | {
      readonly kind: 'output';
      readonly execution: string;
      readonly seq: number;
      readonly stream: 'stdout' | 'stderr';
      readonly bytes: Uint8Array;
    }
  /** All durable; the parts in their order, and an execution's end after its parts. */
  | {
      readonly kind: 'served';
      readonly parts: readonly ServedPart[];
      readonly ends: readonly ServedEnd[];
    }
  /** Rows that are new or have changed since the last such event; all durable. */
  | {
      readonly kind: 'changed';
      readonly executions: readonly ExecutionSummary[];
      readonly effects: readonly EffectSummary[];
      readonly traces: readonly TraceSummary[];
    }
  | { readonly kind: 'problem'; readonly problem: ProblemReport }
  /** The recording has been folded into one SQLite file. */
  | { readonly kind: 'recorded'; readonly recording: string }
  | { readonly kind: 'dap'; readonly message: object };

/** Client to host. */
export interface RequestMessage {
  readonly id: number;
  readonly request: HostRequest;
}

/** Host to client: every request is answered exactly once. */
export type HostMessage =
  | { readonly kind: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'failure'; readonly id: number; readonly problem: ProblemReport }
  | { readonly kind: 'event'; readonly event: HostEvent };
