import { jsonOperation } from './json-operation.ts';

export type HttpHeaders = readonly (readonly [name: string, value: string])[];

export interface HttpRequestArgs {
  readonly method: string;
  readonly url: string;
  /** Names in lower case, in the program's order. */
  readonly headers: HttpHeaders;
  /** Nanoseconds, decimal; how long the program is ready to wait. */
  readonly timeoutNanos: string;
  /** The program takes the body as it comes: the result may tell only of its beginning. */
  readonly stream?: true;
  /** Only with `http.send`: more of the body follows, by `http.write`. */
  readonly open?: true;
  /** Present and not empty when `body` is all of the body and trailers follow it. */
  readonly trailers?: HttpHeaders;
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

export interface HttpFailed {
  readonly failure: HttpFailure;
  readonly detail: string;
  readonly body?: never;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: HttpHeaders;
  /** Present and not empty when the whole body was followed by trailers. */
  readonly trailers?: HttpHeaders;
  /** Set while more of the body is to come: the exchange to fetch it from with `http.body`. */
  readonly more?: number;
  readonly body: Uint8Array;
}

export type HttpResult = HttpAnswer | HttpFailed;

/** One request to a service and its response. */
export const httpRequest = jsonOperation<HttpRequestArgs, HttpResult>('http.request', 'call');

/** The exchange is named by the seq of the effect that began it. */
export interface ExchangeArgs {
  readonly exchange: number;
}

/**
 * Sends a request and does not wait for its response, so that a program can have several exchanges
 * at a time. The inbox `response:<exchange>` is readable when `http.response` would not wait.
 */
export const httpSend = jsonOperation<HttpRequestArgs, ExchangeArgs>('http.send', 'call');

export interface HttpWriteArgs extends ExchangeArgs {
  /** Nothing comes after `body`. */
  readonly ended: boolean;
  /** Present and not empty when the body has ended and trailers follow it. */
  readonly trailers?: HttpHeaders;
  readonly body: Uint8Array;
}

export interface HttpWritten {
  /** Nobody takes more of this body: the exchange is over, or is none. */
  readonly closed?: true;
}

/**
 * Sends more of the body of a request that was sent with `open`. It leaves once this effect is
 * durable; when the request is sent again, so is every piece of its body that was not `closed`.
 */
export const httpWrite = jsonOperation<HttpWriteArgs, HttpWritten>('http.write', 'output');

/** Waits for the response to a request that was sent: its head, and as much of the body as is there. */
export const httpResponse = jsonOperation<ExchangeArgs, HttpResult>('http.response', 'wait');

export interface HttpBodyArgs extends ExchangeArgs {
  /** The most bytes the program has room for. */
  readonly length: number;
}

export interface HttpBodyPart {
  /** Nothing comes after `body`. */
  readonly ended: boolean;
  /** Present and not empty when the body has ended and trailers followed it. */
  readonly trailers?: HttpHeaders;
  readonly body: Uint8Array;
}

export type HttpBodyResult = HttpBodyPart | HttpFailed;

/**
 * Waits for more of a response's body: at least one byte unless it has ended. The inbox
 * `body:<exchange>` is readable when this would not wait.
 */
export const httpBody = jsonOperation<HttpBodyArgs, HttpBodyResult>('http.body', 'wait');

/** The program no longer wants the rest of an exchange. */
export const httpCancel = jsonOperation<ExchangeArgs, Record<never, never>>(
  'http.cancel',
  'output',
);

/** The inboxes of an exchange, for `wait.poll`. */
export function responseInbox(exchange: number): string {
  return `response:${exchange}`;
}

export function bodyInbox(exchange: number): string {
  return `body:${exchange}`;
}

/** Methods that change nothing at the service, and so need no idempotency key (RFC 9110, 9.2.1). */
const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);

export function isSafeMethod(method: string): boolean {
  return SAFE_METHODS.has(method.toUpperCase());
}
