/** What a client asks a host to start, and with what. */
import type { JsonObject } from '../effects/operation.ts';
import type { OutcomeAnswer } from '../engine/http-exchange.ts';
import type { PersistenceLevel } from '../journal/records.ts';
import type { Choice } from '../kernel/choices.ts';
import type { PartLimits } from './parted-recording.ts';

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

/** What exploration found, to be run again with everything recorded. */
export interface TrialOptions {
  /** A fault plan, as in a file; replaces the configured one. */
  readonly plan: JsonObject;
  /** Decisions that differ from those of the seed. */
  readonly choices?: readonly Choice[];
}

export interface RunOptions {
  readonly target: RunTarget;
  readonly seed?: number;
  readonly persistence?: PersistenceLevel;
  /** A fault plan file, absolute; replaces the configured one. `none` disturbs nothing. */
  readonly faults?: string | 'none';
  /** Instead of `faults`. */
  readonly trial?: TrialOptions;
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

/** A run that checks are asked about. */
export interface JudgeOptions {
  readonly run: RunOptions;
  /** A module of checks, absolute; replaces the configured one. */
  readonly module?: string;
  /** The checks that have to pass; all when left out. */
  readonly checks?: readonly string[];
}

/** A plan that is run at every persistence level. */
export interface CompareOptions {
  readonly target: RunTarget;
  /** A fault plan file, absolute; the configured one when left out. */
  readonly plan?: string;
  readonly seed?: number;
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
  /** Whether waits of programs take real time, which is what is done unless told, or none. */
  readonly time?: 'real' | 'virtual';
  /** When the recording goes on in another part; without it, never. */
  readonly parts?: PartLimits;
}

export interface ServeAgainOptions {
  /** Of the host that has gone, absolute. */
  readonly recording: string;
  /** Where the simulation is recorded from now on, absolute. */
  readonly record: string;
  /** Where the first part of its recording is, absolute; the others are beside it. */
  readonly firstPart: string;
  readonly parts?: PartLimits;
  /** Who still waits, and the last part that it was given; nobody else is given anything again. */
  readonly open: readonly { readonly execution: string; readonly seq: number }[];
  /** They computed for ever after this effect, or without any when that is -1: are cancelled. */
  readonly stuck: readonly { readonly execution: string; readonly seq: number }[];
  readonly answer?: OutcomeAnswer;
  /** As it was before; see RunOptions. */
  readonly changes?: boolean;
}
