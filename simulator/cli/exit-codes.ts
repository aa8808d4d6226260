/** The exit codes of the command; docs/command-line.md lists them. From BSD's sysexits.h. */
export const EXIT = {
  ok: 0,
  /** Two recordings that were compared differ. */
  different: 1,
  usage: 64,
  badInput: 65,
  noInput: 66,
  /** Something that is needed is not there, or the execution did not come to its own end. */
  unavailable: 69,
  /** A divergence, or a fault of Backstitch itself. */
  software: 70,
  checkFailed: 71,
  cannotCreate: 73,
  /** It waits for something that never comes. */
  waiting: 75,
  timeout: 124,
  interrupted: 130,
} as const;

export type ExitCode = number;

/** Codes of problems that are not bad input. */
const BY_CODE: Readonly<Record<string, ExitCode>> = {
  request: EXIT.usage,
  query: EXIT.usage,
  usage: EXIT.usage,
  'unknown-workflow': EXIT.usage,
  'unknown-execution': EXIT.usage,
  'unclear-workflow': EXIT.usage,
  'unknown-service': EXIT.usage,
  missing: EXIT.noInput,
  unreadable: EXIT.noInput,
  'no-config': EXIT.noInput,
  'source-missing': EXIT.noInput,
  'module-missing': EXIT.noInput,
  'no-compiler': EXIT.unavailable,
  'host-memory': EXIT.unavailable,
  'client-failed': EXIT.unavailable,
  divergence: EXIT.software,
  internal: EXIT.software,
  'host-ended': EXIT.software,
  stuck: EXIT.timeout,
  timeout: EXIT.timeout,
  'time-up': EXIT.timeout,
  interrupted: EXIT.interrupted,
  locked: EXIT.cannotCreate,
  'disk-full': EXIT.cannotCreate,
  'write-failed': EXIT.cannotCreate,
};

/** Warnings of a recording whose content cannot be relied on, although it can be shown. */
const DAMAGE: ReadonlySet<string> = new Set(['changed-pages', 'damaged-log']);

export function isDamage(warningCode: string): boolean {
  return DAMAGE.has(warningCode);
}

/** The exit code for a problem's code; whatever is not listed is something wrong with the input. */
export function exitCodeOf(problemCode: string): ExitCode {
  return BY_CODE[problemCode] ?? EXIT.badInput;
}
