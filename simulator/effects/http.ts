import { jsonOperation } from './json-operation.ts';

export type HttpHeaders = readonly (readonly [name: string, value: string])[];

export interface HttpRequestArgs {
  readonly method: string;
  readonly url: string;
  /** Names in lower case, in the program's order. */
  readonly headers: HttpHeaders;
  /** Nanoseconds, decimal; how long the program is ready to wait. */
  readonly timeoutNanos: string;
  readonly body: Uint8Array;
}

/** Why no response came. */
export type HttpFailure =
  | 'timeout'
  | 'refused'
  | 'reset'
  | 'unknown-host'
  | 'outcome-unknown'
  | 'service-failed';

export type HttpResult =
  | { readonly status: number; readonly headers: HttpHeaders; readonly body: Uint8Array }
  | { readonly failure: HttpFailure; readonly detail: string; readonly body?: never };

/** One request to a service and its response. */
export const httpRequest = jsonOperation<HttpRequestArgs, HttpResult>('http.request', 'call');

/** Methods that change nothing at the service, and so need no idempotency key (RFC 9110, 9.2.1). */
const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);

export function isSafeMethod(method: string): boolean {
  return SAFE_METHODS.has(method.toUpperCase());
}
