/** Failures of files as wasi:filesystem names them. */
import type { ErrnoName } from '../../../world/files/errno.ts';
import { FileError } from '../../../world/files/file-store.ts';
import { fail } from '../component-error.ts';
import type { IoError } from '../streams.ts';

export type ErrorCode =
  | 'access'
  | 'would-block'
  | 'already'
  | 'bad-descriptor'
  | 'busy'
  | 'deadlock'
  | 'quota'
  | 'exist'
  | 'file-too-large'
  | 'illegal-byte-sequence'
  | 'in-progress'
  | 'interrupted'
  | 'invalid'
  | 'io'
  | 'is-directory'
  | 'loop'
  | 'too-many-links'
  | 'message-size'
  | 'name-too-long'
  | 'no-device'
  | 'no-entry'
  | 'no-lock'
  | 'insufficient-memory'
  | 'insufficient-space'
  | 'not-directory'
  | 'not-empty'
  | 'not-recoverable'
  | 'unsupported'
  | 'no-tty'
  | 'no-such-device'
  | 'overflow'
  | 'not-permitted'
  | 'pipe'
  | 'read-only'
  | 'invalid-seek'
  | 'text-file-busy'
  | 'cross-device';

const CODES: Readonly<Partial<Record<ErrnoName, ErrorCode>>> = {
  acces: 'access',
  again: 'would-block',
  already: 'already',
  badf: 'bad-descriptor',
  busy: 'busy',
  deadlk: 'deadlock',
  dquot: 'quota',
  exist: 'exist',
  fbig: 'file-too-large',
  ilseq: 'illegal-byte-sequence',
  inprogress: 'in-progress',
  intr: 'interrupted',
  inval: 'invalid',
  io: 'io',
  isdir: 'is-directory',
  loop: 'loop',
  mlink: 'too-many-links',
  msgsize: 'message-size',
  nametoolong: 'name-too-long',
  nodev: 'no-device',
  noent: 'no-entry',
  nolck: 'no-lock',
  nomem: 'insufficient-memory',
  nospc: 'insufficient-space',
  notdir: 'not-directory',
  notempty: 'not-empty',
  notrecoverable: 'not-recoverable',
  notsup: 'unsupported',
  nosys: 'unsupported',
  notty: 'no-tty',
  nxio: 'no-such-device',
  overflow: 'overflow',
  perm: 'not-permitted',
  notcapable: 'not-permitted',
  pipe: 'pipe',
  rofs: 'read-only',
  spipe: 'invalid-seek',
  txtbsy: 'text-file-busy',
  xdev: 'cross-device',
  // WASI 0.2 has no name for what follows; these are the nearest.
  mfile: 'insufficient-memory',
  nfile: 'insufficient-memory',
  stale: 'bad-descriptor',
};

export function errorCodeOf({ code }: FileError): ErrorCode {
  return CODES[code] ?? 'io';
}

/** Does `step`; what fails in the files becomes the error case of a WIT `result`. */
export function withErrorCode<T>(step: () => T): T {
  try {
    return step();
  } catch (error) {
    if (error instanceof FileError) fail(errorCodeOf(error));
    throw error;
  }
}

/** The code behind an error of a stream, when that stream reads or writes a file. */
export function filesystemErrorCode({ cause }: IoError): ErrorCode | undefined {
  return cause instanceof FileError ? errorCodeOf(cause) : undefined;
}
