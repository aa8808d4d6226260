export type ConfigProblemCode =
  | 'syntax'
  | 'unknown-key'
  | 'duplicate'
  | 'missing'
  | 'wrong-type'
  | 'bad-value'
  | 'out-of-range'
  | 'unknown-name';

/** One thing that is wrong with a configuration file, and where. */
export interface ConfigProblem {
  readonly code: ConfigProblemCode;
  /** Counts from 1. */
  readonly line: number;
  /** Counts from 1, in UTF-16 units. */
  readonly column: number;
  /** What is wrong and what is allowed, without the place. */
  readonly message: string;
}

/** A `backstitch.json` that cannot be used; names every problem in it, in the order of the file. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly code = 'config-invalid';

  constructor(
    readonly file: string,
    readonly problems: readonly ConfigProblem[],
  ) {
    super(problems.map((problem) => formatProblem(file, problem)).join('\n'));
  }
}

/** `file:line:column: message`, which terminals and problem matchers turn into a link. */
export function formatProblem(file: string, problem: ConfigProblem): string {
  return `${file}:${problem.line}:${problem.column}: ${problem.message}`;
}
