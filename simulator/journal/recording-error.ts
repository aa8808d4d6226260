export type RecordingErrorCode =
  | 'missing'
  | 'unreadable'
  | 'not-a-recording'
  | 'newer-version'
  | 'damaged'
  | 'foreign-log'
  | 'locked'
  | 'disk-full'
  | 'write-failed'
  | 'too-large'
  | 'query'
  | 'unknown-operation';

/** A recording could not be read or written. The message says what, where and what to do next. */
export class RecordingError extends Error {
  override readonly name = 'RecordingError';

  constructor(
    readonly code: RecordingErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** What was wrong with a recording that could be opened all the same. */
export type RecordingWarning =
  | {
      /** The last batch was cut off: its writer died, or the disk was full. It was dropped. */
      readonly kind: 'torn-tail';
      readonly offset: number;
      readonly bytes: number;
      readonly message: string;
    }
  | {
      /** A batch in the log does not match its checksum; it and all after it were dropped. */
      readonly kind: 'damaged-log';
      readonly offset: number;
      readonly bytes: number;
      readonly message: string;
    }
  | {
      /** The log belongs to another recording, and was left alone. */
      readonly kind: 'foreign-log';
      readonly message: string;
    }
  | {
      /** Pages of the file do not match their checksums; numbered from 1. */
      readonly kind: 'changed-pages';
      readonly pages: readonly number[];
      readonly where: string;
      readonly message: string;
    }
  | {
      /** Another program rewrote the file, so that it has no checksums any more. */
      readonly kind: 'no-checksums';
      readonly where: string;
      readonly message: string;
    };

/** The text of anything thrown; sql.js throws plain strings in places. */
export function thrownText(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

const FULL_DISK_CODES: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/** Every message about recordings is made here; `name` is how the user knows the file. */
export const recordingErrors = {
  missing: (name: string) =>
    new RecordingError('missing', `${name}: there is no such recording. Check the path.`),

  unreadable: (name: string, cause: unknown) =>
    new RecordingError('unreadable', `${name}: cannot be read: ${thrownText(cause)}.`, { cause }),

  notARecording: (name: string, found: string) =>
    new RecordingError(
      'not-a-recording',
      `${name}: not a Backstitch recording, but ${found}. ` +
        'Recordings are made by "backstitch run --record <file>".',
    ),

  wouldOverwrite: (name: string, found: string) =>
    new RecordingError(
      'not-a-recording',
      `${name}: exists and is not a recording, but ${found}; it was left alone. ` +
        'Choose another name for the recording.',
    ),

  notAFile: (name: string) =>
    new RecordingError(
      'not-a-recording',
      `${name}: is not a regular file, so no recording can be there. Choose another name.`,
    ),

  newer: (name: string, found: number, known: number) =>
    new RecordingError(
      'newer-version',
      `${name}: written by a newer Backstitch: format ${found}, this one reads up to ${known}. ` +
        'Update Backstitch.',
    ),

  damaged: (name: string, what: string, cause?: unknown) =>
    new RecordingError(
      'damaged',
      `${name}: damaged: ${what}. Restore it from a copy, or record it again.`,
      { cause },
    ),

  foreignLog: (name: string) =>
    new RecordingError(
      'foreign-log',
      `${name}-log: belongs to another recording than ${name}. Put the recording that it belongs ` +
        'to back beside it, or delete the log.',
    ),

  locked: (name: string, owner: string, lockName: string) =>
    new RecordingError(
      'locked',
      `${name}: is being recorded by ${owner}. Wait until it ends, record to another file, ` +
        `or delete ${lockName} when that process is not a Backstitch.`,
    ),

  writeFailed: (name: string, cause: unknown) => {
    const code = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : '';
    if (FULL_DISK_CODES.has(code)) {
      return new RecordingError(
        'disk-full',
        `${name}: the disk is full. All that was recorded before is kept; free some space and ` +
          'try again.',
        { cause },
      );
    }
    return new RecordingError(
      'write-failed',
      `${name}: cannot be written: ${thrownText(cause)}. All that was recorded before is kept.`,
      { cause },
    );
  },

  foldFailed: (name: string, cause: unknown) =>
    new RecordingError(
      'write-failed',
      `${name}: its log cannot be folded into the file: ${thrownText(cause)}. The log is kept; ` +
        'opening the recording tries again.',
      { cause },
    ),

  tooManyNames: (name: string, limit: number) =>
    new RecordingError(
      'too-large',
      `${name}: holds more than ${limit} executions and names. Record fewer executions.`,
    ),

  query: (name: string, problem: string, cause?: unknown) =>
    new RecordingError('query', `${name}: the query ${problem}.`, { cause }),

  unknownOperation: (name: string, operation: string, where: string) =>
    new RecordingError(
      'unknown-operation',
      `${name}: ${where} records the effect "${operation}", which this Backstitch does not know. ` +
        'Update Backstitch.',
    ),
} as const;
