import type { ProblemReport } from '../host/protocol.ts';
import { problemText } from '../host/text/problem-text.ts';
import { EXIT, type ExitCode, exitCodeOf } from './exit-codes.ts';

/** Ends the command: the message says what happened, where, and what to do next. */
export class CommandError extends Error {
  override readonly name = 'CommandError';

  constructor(
    readonly exitCode: ExitCode,
    /** As in ProblemReport. */
    readonly code: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The command line itself is wrong. */
export function usageError(message: string, command?: string): CommandError {
  const help = command === undefined ? 'backstitch --help' : `backstitch ${command} --help`;
  return new CommandError(EXIT.usage, 'usage', `${message}\nSee ${help}.`);
}

export function problemError(problem: ProblemReport): CommandError {
  return new CommandError(exitCodeOf(problem.code), problem.code, problemText(problem));
}
