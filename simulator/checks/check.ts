/** What a check says of a run. Checks look at runs that are over and change nothing. */
import type { Observed } from './observed.ts';

export interface Violation {
  /** The name of the check. */
  readonly check: string;
  /** One or two sentences: what is wrong, and where. */
  readonly message: string;
  /** The effect to look at; both or none. */
  readonly execution?: string;
  readonly seq?: number;
  /** Warnings do not fail a run. */
  readonly severity: 'error' | 'warning';
}

/** What a check compares. */
export interface Judged {
  readonly run: Observed;
  /** The undisturbed run of the same seed; undefined when `run` is that one itself. */
  readonly calm: Observed | undefined;
  /**
   * An undisturbed run in which every clock and random number shows what it showed in `run`, to the
   * programs and to the services. What differs from it is no matter of time or chance. Made when it is
   * asked for.
   */
  alike(): Observed;
  /** Undisturbed runs with the same readings, in which other executions go first. */
  reordered(): readonly Observed[];
}

export interface Check {
  readonly name: string;
  /** One sentence: what holds when the check passes. */
  readonly says: string;
  judge(judged: Judged): readonly Violation[];
}
