/** wasi:http/types error-code: why there is no response, or not all of one. */
import type { HttpFailed } from '../../../effects/http.ts';
import { fail } from '../component-error.ts';
import { failed, type IoError } from '../streams.ts';

/** The cases that the engine tells of; a handler of its own may give others. */
export type ErrorCode =
  | { readonly tag: 'DNS-error'; readonly val: DnsError }
  | { readonly tag: SizeErrorTag; readonly val: bigint | undefined }
  | { readonly tag: 'HTTP-request-header-section-size'; readonly val: number | undefined }
  | { readonly tag: 'internal-error'; readonly val: string | undefined }
  | { readonly tag: PlainErrorTag };

export type SizeErrorTag = 'HTTP-request-body-size' | 'HTTP-response-body-size';

type PlainErrorTag =
  | 'connection-refused'
  | 'connection-terminated'
  | 'connection-read-timeout'
  | 'connection-limit-reached'
  | 'HTTP-request-URI-invalid'
  | 'HTTP-request-URI-too-long'
  | 'HTTP-response-timeout'
  | 'HTTP-protocol-error';

interface DnsError {
  readonly rcode: string | undefined;
  readonly infoCode: number | undefined;
}

export function internalError(text: string): ErrorCode {
  return { tag: 'internal-error', val: text };
}

/** Only an internal error can carry the details. */
export function codeOfFailure({ failure, detail }: HttpFailed): ErrorCode {
  switch (failure) {
    case 'timeout':
      return { tag: 'HTTP-response-timeout' };
    case 'refused':
      return { tag: 'connection-refused' };
    case 'reset':
      return { tag: 'connection-terminated' };
    case 'unknown-host':
      return { tag: 'DNS-error', val: { rcode: 'NXDOMAIN', infoCode: undefined } };
    case 'outcome-unknown':
    case 'service-failed':
      return internalError(detail);
  }
}

/** What the error of a body's stream holds, so that http-error-code finds it. */
class HttpErrorCause {
  constructor(readonly code: ErrorCode) {}
}

/** Throws the error case of a function whose result has an error-code. */
export function failHttp(code: ErrorCode): never {
  fail(code);
}

/** Throws stream-error `last-operation-failed`, from which http-error-code gets `code`. */
export function failStream(code: ErrorCode): never {
  const text = code.tag === 'internal-error' ? `${code.tag}: ${code.val}` : code.tag;
  failed(text, new HttpErrorCause(code));
}

/** The error of a body's stream; undefined for those of other streams. */
export function httpErrorCode({ cause }: IoError): ErrorCode | undefined {
  return cause instanceof HttpErrorCause ? cause.code : undefined;
}
