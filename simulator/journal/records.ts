/**
 * Everything that a simulation writes down, as rows. The engine writes them to a RecordingSink;
 * docs/recording.md documents the tables that they become.
 */
import type { HttpHeaders } from '../effects/http.ts';
import type { JsonObject } from '../effects/operation.ts';
import type { VirtualNanos } from '../kernel/time.ts';
import type { Entry, ExecutionId, Seq } from './entry.ts';

/** How much of an execution outlives a crash (DESIGN: persistence level). */
export const PERSISTENCE_LEVELS = ['none', 'workflow', 'step', 'effect'] as const;
export type PersistenceLevel = (typeof PERSISTENCE_LEVELS)[number];

export type ExecutionStatus =
  | 'running'
  | 'waiting'
  | 'asking'
  | 'completed'
  | 'trapped'
  | 'failed'
  | 'diverged'
  | 'lost'
  | 'cancelled';

export interface ExecutionRow {
  readonly id: ExecutionId;
  readonly workflow: string;
  /** Content hash of the module's bytes; a key into the blobs. */
  readonly module: string;
  readonly level: PersistenceLevel;
  readonly status: ExecutionStatus;
  /** The program's own exit code; undefined until it exits. */
  readonly exitCode: number | undefined;
  /** One paragraph saying why it trapped, failed, diverged or was lost. */
  readonly reason: string | undefined;
  readonly startedAt: VirtualNanos;
  readonly endedAt: VirtualNanos | undefined;
}

export type AttemptOutcome =
  | 'completed'
  | 'suspended'
  | 'crashed'
  | 'fenced'
  | 'trapped'
  | 'failed'
  | 'diverged'
  | 'cancelled';

export interface AttemptRow {
  readonly execution: ExecutionId;
  /** Counts from 1. */
  readonly number: number;
  readonly node: string;
  readonly epoch: number;
  /** How many entries the journal held when it began: what it replays. */
  readonly replayed: number;
  readonly startedAt: VirtualNanos;
  readonly endedAt: VirtualNanos | undefined;
  /** Undefined while it lives. */
  readonly outcome: AttemptOutcome | undefined;
  readonly detail: string | undefined;
}

/** One request that a service saw: the truth about duplicate side effects. */
export interface LedgerRow {
  readonly service: string;
  /** Counts from 1 in each service. */
  readonly number: number;
  readonly at: VirtualNanos;
  readonly execution: ExecutionId | undefined;
  readonly seq: Seq | undefined;
  /** The Idempotency-Key it came with. */
  readonly key: string | undefined;
  readonly method: string;
  readonly url: string;
  readonly headers: HttpHeaders;
  readonly body: Uint8Array;
  /** Undefined when the service failed instead of answering. */
  readonly status: number | undefined;
  readonly responseHeaders: HttpHeaders;
  readonly responseBody: Uint8Array;
  /**
   * The number of an earlier row that this one repeats, and how that was seen: by its key, or by
   * an unsafe request that is equal to another of the same effect but has no key.
   */
  readonly duplicateOf: number | undefined;
  readonly duplicateBy: 'key' | 'content' | undefined;
  /** What the service noted about it, such as `charged 4200`. */
  readonly note: string | undefined;
}

export type TraceKind =
  | 'node.crashed'
  | 'node.restarted'
  | 'node.paused'
  | 'node.resumed'
  | 'clock.jumped'
  | 'clock.drifted'
  | 'clock.frozen'
  | 'clock.thawed'
  | 'clock.strobed'
  | 'clock.smeared'
  | 'clock.reset'
  | 'timer.moved'
  | 'timer.lost'
  | 'timer.repeated'
  | 'journal.torn'
  | 'workflow.deployed'
  | 'fault.fired'
  | 'faults.ended'
  | 'lease.claimed'
  | 'lease.expired'
  | 'commit.held'
  | 'commit.refused'
  | 'request.sent'
  | 'request.arrived'
  | 'request.held'
  | 'request.lost'
  | 'response.sent'
  | 'response.arrived'
  | 'response.held'
  | 'response.lost'
  | 'link.healed'
  | 'volume.healed'
  | 'volume.lost'
  | 'write.misdirected'
  | 'call.retried'
  | 'question.asked'
  | 'question.answered'
  | 'service.failed'
  | 'input.arrived'
  | 'execution.started'
  | 'message.arrived'
  | 'promise.kept'
  | 'result.edited'
  | 'memory.patched'
  | 'client.sent'
  | 'client.answered';

/** Something that happened in the world, for timelines and reports; no run is derived from it. */
export interface TraceRow {
  readonly at: VirtualNanos;
  readonly kind: TraceKind;
  readonly node?: string;
  readonly service?: string;
  readonly execution?: ExecutionId;
  readonly seq?: Seq;
  readonly data?: JsonObject;
}

/** One fault of the plan: `plan` is its text form, a JSON object (docs/faults.md). */
export interface FaultRow {
  /** Counts from 1, in plan order; injected faults follow. */
  readonly number: number;
  readonly plan: JsonObject;
  /** True when it was injected by hand and appended to the plan. */
  readonly injected: boolean;
  /** How often it has happened so far. */
  readonly fired: number;
}

/** In an input's `data`: the instant up to which time passed before it. */
export const PASSED_TO = 'passedTo';

/** A real input, written ahead: something that came from outside the simulation. */
export interface InputRow {
  /** Counts from 1. */
  readonly number: number;
  /** The count of steps of the simulation before it took this in; see Simulation. */
  readonly step: number;
  readonly kind:
    | 'promise'
    | 'message'
    | 'request'
    | 'inbox'
    | 'answer'
    | 'cancel'
    | 'fault'
    | 'edit'
    | 'patch'
    | 'upstream';
  readonly data: JsonObject;
  readonly body: Uint8Array | undefined;
}

/** One random or scheduling decision: a draw from a stream. */
export interface ChoiceRow {
  readonly stream: string;
  /** A 53-bit integer at most. */
  readonly value: number;
}

/**
 * Takes down a simulation. Rows of `execution`, `attempt`, `entry` and `fault` replace an earlier
 * row with the same key; all others are appended.
 */
export interface RecordingSink {
  meta(key: string, value: string): void;
  /** Content-addressed bytes: modules, service sources, files. */
  blob(hash: string, label: string, bytes: Uint8Array): void;
  execution(row: ExecutionRow): void;
  attempt(row: AttemptRow): void;
  /** Writes the entry as it is now. */
  entry(execution: ExecutionId, entry: Entry): void;
  /** An entry that a crash or a fence took away before it was durable. */
  lost(execution: ExecutionId, attempt: number, entry: Entry): void;
  /** Forgets the journal of an execution that starts again from its beginning. */
  restart(execution: ExecutionId): void;
  ledger(row: LedgerRow): void;
  trace(row: TraceRow): void;
  fault(row: FaultRow): void;
  input(row: InputRow): void;
  choice(row: ChoiceRow): void;
  /** Makes everything so far survive the death of this process. */
  flush(): void;
}
