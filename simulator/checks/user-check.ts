/** Checks that a workspace has written: what they are asked with, and what they answer. */
import type { Json, JsonObject } from '../effects/operation.ts';

/**
 * When a check is asked: at the `end` of a run; after every step of it, as it has to hold `always`;
 * at the end, as it has to hold `sometimes`, in one run at least; or after the last fault, as it has to
 * hold `eventually`.
 */
export const CHECK_KINDS = ['end', 'always', 'sometimes', 'eventually'] as const;
export type CheckKind = (typeof CHECK_KINDS)[number];

export interface UserCheck {
  /** As it is exported. */
  readonly name: string;
  readonly kind: CheckKind;
}

/** Something that happened in a run: what it is, and its fields; docs/checks.md describes them. */
export type RunStep = readonly [kind: RunStepKind, row: JsonObject];
export type RunStepKind =
  | 'execution'
  | 'entry'
  | 'restart'
  | 'output'
  | 'ledger'
  | 'trace'
  | 'fault'
  | 'volumes';

/** A run, as steps that a check's view is built from. */
export interface RunSteps {
  /** The names of all services. */
  readonly services: readonly string[];
  readonly steps: readonly RunStep[];
  /** The step of the last fault; 0 when there was none. */
  readonly lastFault: number;
  /** Wall time at the end, in milliseconds since 1970: what the clock of a check shows. */
  readonly nowMs: number;
}

export interface CheckAnswer {
  readonly name: string;
  /** What is wrong; nothing when the check passes. */
  readonly texts: readonly string[];
  /** Whether one of the kind `sometimes` holds in this run; null for the others. */
  readonly held: Json;
}

export interface CheckAnswers {
  readonly answers: readonly CheckAnswer[];
  /** Checks that threw or did not end; they gave no answer. */
  readonly errors: readonly CheckError[];
}

/** The checks of a workspace, ready to be asked. */
export interface CheckProgram {
  readonly checks: readonly UserCheck[];
  /** The same answers for the same run, whatever was asked before. */
  ask(run: RunSteps): CheckAnswers;
}

/** A check went wrong: an error of the workspace, which says nothing of the run. */
export class CheckError extends Error {
  override readonly name = 'CheckError';
  readonly code = 'check';
  /** @param where file and line in the source, when known */
  constructor(
    /** The check's name; `module` for the module itself. */
    readonly check: string,
    message: string,
    where: string,
    options?: ErrorOptions,
  ) {
    super(`check ${check} failed at ${where}: ${message}`, options);
  }
}
