/**
 * The message protocol between a host, which holds one simulation and runs its guests, and its
 * clients: the command line, the editor's views, a debug session's proxy. Messages are plain data
 * that survives structured cloning; instants are bigints of virtual nanoseconds.
 */

import type { JsonObject } from '../effects/operation.ts';
import type { OutcomeAnswer } from '../engine/http-exchange.ts';
import type { LevelReport } from '../explore/compare-levels.ts';
import type { ExploreOptions, ExploreProgress } from '../explore/explore-options.ts';
import type { Finding } from '../explore/finding.ts';
import type { ExploreReport } from '../explore/report.ts';
import type { ScenarioResult } from '../explore/scenario.ts';
import type { Urgency } from './mailbox.ts';
import type { PastInstant } from './past-world.ts';
import type {
  BranchOptions,
  CompareOptions,
  JudgeOptions,
  KeptPromise,
  OutsideMessage,
  RunOptions,
  ServeAgainOptions,
  ServeOptions,
} from './protocol-options.ts';
import type { Delivery, ServedEnd, ServedPart, ServingStart } from './protocol-serving.ts';
import type {
  EffectDetails,
  EffectSummary,
  ExecutionSummary,
  ProblemReport,
  SimulationSnapshot,
  SimulationState,
  StackFrameView,
  TraceSummary,
  VerifyResult,
} from './protocol-views.ts';
import type { WorldSummary } from './world-summary.ts';

export type { PastInstant } from './past-world.ts';
export type {
  BranchOptions,
  CompareOptions,
  JudgeOptions,
  KeptPromise,
  OutsideMessage,
  RunOptions,
  RunTarget,
  ServeAgainOptions,
  ServeOptions,
  TrialOptions,
} from './protocol-options.ts';
export type { Delivery, ServedEnd, ServedPart, ServingStart } from './protocol-serving.ts';
export type {
  AttemptSummary,
  ClientsView,
  EffectDetails,
  EffectSummary,
  ExecutionSummary,
  NodeSummary,
  ProblemReport,
  QuestionView,
  SimulationSnapshot,
  SimulationState,
  SourcePlace,
  StackFrameView,
  TraceSummary,
  VerifyResult,
} from './protocol-views.ts';

export type {
  WorldFault,
  WorldLink,
  WorldNode,
  WorldService,
  WorldSummary,
  WorldVolume,
} from './world-summary.ts';

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
  /** Folds the log of a recording that nobody writes any more. */
  | { readonly kind: 'fold'; readonly recording: string }
  | { readonly kind: 'pause' }
  | { readonly kind: 'continue' }
  /** Performs one effect of a paused simulation. */
  | { readonly kind: 'step' }
  /** A fault without `at` happens now. */
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
  /** Nodes, links and services as they are now, or were at an instant. */
  | { readonly kind: 'world'; readonly past?: PastInstant }
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
  /**
   * Tries what can go wrong, as one shard; `exploring` events tell how far it is. Answered when it is
   * over, or when a `cancel` has broken it off. Nothing is recorded.
   */
  | { readonly kind: 'explore'; readonly options: ExploreOptions }
  /** Runs a plan at every persistence level; nothing is recorded. */
  | { readonly kind: 'compare'; readonly options: CompareOptions }
  /** Runs a scenario, which is a file, absolute; nothing is recorded. */
  | { readonly kind: 'check'; readonly scenario: string }
  /** Does a run again, in memory and with all input beforehand, and asks checks about it. */
  | { readonly kind: 'judge'; readonly options: JudgeOptions }
  /**
   * A message of a debug session. `urgent` breaks off what the host is at, such as a long look at the
   * past; `session` tells sessions apart that attach, and is above 0.
   */
  | {
      readonly kind: 'dap';
      readonly message: object;
      readonly urgent?: Urgency;
      readonly session?: number;
    }
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
  readonly world: WorldSummary;
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
  readonly explore: ExploreReport;
  readonly check: ScenarioResult;
  readonly judge: ScenarioResult;
  readonly compare: readonly LevelReport[];
}

export type AnswerTo<K extends HostRequest['kind']> = K extends keyof HostAnswers
  ? HostAnswers[K]
  : null;

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
  | { readonly kind: 'exploring'; readonly progress: ExploreProgress }
  /** A finding of the exploration that is under way; one that is told again replaces the earlier. */
  | { readonly kind: 'finding'; readonly finding: Finding }
  /** What the exploration that is under way has come to so far, now and then. */
  | { readonly kind: 'explored'; readonly report: ExploreReport }
  /** The recording goes on in this part; the one before is complete, and is to be folded. */
  | { readonly kind: 'part'; readonly number: number }
  /** The recording has been folded into one SQLite file. */
  | { readonly kind: 'recorded'; readonly recording: string }
  | { readonly kind: 'dap'; readonly message: object; readonly session?: number };

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
