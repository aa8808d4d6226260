/**
 * The other side of HTTP: a request that an execution was started to answer, and its response.
 * The execution has one connection, so nothing here names one.
 */
import type { HttpBodyPart, HttpHeaders } from './http.ts';
import { jsonOperation } from './json-operation.ts';

/** The inbox of the request's body, for `wait.poll`. */
export const REQUEST_INBOX = 'request';

/** The head of a request that came in. */
export interface RequestHead {
  readonly method: string;
  /** Absolute: `http://localhost:8080/path?query`. */
  readonly url: string;
  /** Names in lower case, in the client's order. */
  readonly headers: HttpHeaders;
}

export interface ReceivedRequest extends RequestHead {
  /** Set while more of the body is to come, to be fetched with `request.body`. */
  readonly more?: true;
  /** Present and not empty when `body` is all of the body and trailers followed it. */
  readonly trailers?: HttpHeaders;
  readonly body: Uint8Array;
}

/** Takes the request that the execution was started for, with what is there of its body. */
export const requestReceive = jsonOperation<Record<never, never>, ReceivedRequest>(
  'request.receive',
  'wait',
);

export interface RequestBodyArgs {
  /** The most bytes the program has room for. */
  readonly length: number;
}

/** Waits for more of the request's body: at least one byte unless it has ended. */
export const requestBody = jsonOperation<RequestBodyArgs, HttpBodyPart>('request.body', 'wait');

export interface ResponseSendArgs {
  /** 100 to 599. */
  readonly status: number;
  readonly headers: HttpHeaders;
  /** Nothing comes after `body`. */
  readonly ended: boolean;
  readonly trailers?: HttpHeaders;
  readonly body: Uint8Array;
}

export interface ResponseInformArgs {
  /** 100 to 199, 101 excluded. */
  readonly informational: number;
  readonly headers: HttpHeaders;
}

export interface ResponseBodyArgs {
  readonly ended: boolean;
  readonly trailers?: HttpHeaders;
  readonly body: Uint8Array;
}

/** Sends an informational response; any number of them come before the response. */
export const responseInform = jsonOperation<ResponseInformArgs, Record<never, never>>(
  'response.inform',
  'output',
);

/** Sends the head of the response, with the beginning of its body or all of it; once. */
export const responseSend = jsonOperation<ResponseSendArgs, Record<never, never>>(
  'response.send',
  'output',
);

/** Sends more of the response's body. */
export const responseBody = jsonOperation<ResponseBodyArgs, Record<never, never>>(
  'response.body',
  'output',
);

/** Part of a response that a client may see, because it is durable. */
export type ResponsePart = ResponseInformArgs | ResponseSendArgs | ResponseBodyArgs;
