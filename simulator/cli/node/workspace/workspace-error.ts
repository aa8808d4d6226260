export type WorkspaceErrorCode =
  | 'no-config'
  | 'unreadable'
  | 'unknown-workflow'
  | 'unclear-workflow'
  | 'unknown-service'
  | 'too-large';

/** What a configuration names cannot be had. The message says what to do next. */
export class WorkspaceError extends Error {
  override readonly name = 'WorkspaceError';

  constructor(
    readonly code: WorkspaceErrorCode,
    /** The absolute path of the file or folder in question. */
    readonly file: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** @param role what the file is for, such as `the script of service payment` */
export function unreadable(file: string, role: string, cause: unknown): WorkspaceError {
  const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
  const reason = missing ? 'does not exist' : `cannot be read (${(cause as Error).message})`;
  const next = 'correct the path in backstitch.json, which is relative to that file, or make it.';
  return new WorkspaceError('unreadable', file, `${file}, ${role}, ${reason}; ${next}`, { cause });
}
