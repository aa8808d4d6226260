/** The lines of HTTP: exchanges that a program begins, and requests that it answers. */
import type {
  ExchangeArgs,
  HttpBodyArgs,
  HttpBodyResult,
  HttpRequestArgs,
  HttpResult,
  HttpWriteArgs,
  HttpWritten,
} from '../../effects/http.ts';
import type { EffectValue } from '../../effects/operation.ts';
import type {
  ReceivedRequest,
  RequestBodyArgs,
  ResponseBodyArgs,
  ResponseInformArgs,
  ResponseSendArgs,
} from '../../effects/request.ts';
import { bodyLine, countText, quote, visibleText } from './bytes-text.ts';
import type { OperationText } from './operation-text.ts';

const BODY_LENGTH_MAX = 100;

const http: OperationText<HttpRequestArgs, HttpResult> = {
  asked: ({ method, url }) => `${method} ${visibleText(url)}`,
  got: responseText,
  failed: isFailedResponse,
};

const httpSent: OperationText<HttpRequestArgs, ExchangeArgs> = {
  asked: (args, names) =>
    `${http.asked(args, names)}${args.open === undefined ? '' : ' (more to come)'}`,
  got: () => '',
};

const httpWritten: OperationText<HttpWriteArgs, HttpWritten> = {
  asked: ({ exchange, ...piece }) => `to #${exchange}: ${pieceText(piece)}`,
  got: ({ closed }) => (closed === undefined ? '' : 'nobody takes it any more'),
  failed: ({ closed }) => closed === true,
};

const httpAwaited: OperationText<ExchangeArgs, HttpResult> = {
  asked: ({ exchange }) => `to #${exchange}`,
  got: responseText,
  failed: isFailedResponse,
};

const httpBodyRead: OperationText<HttpBodyArgs, HttpBodyResult> = {
  asked: ({ exchange, length }) => `of #${exchange}, up to ${countText(length, 'byte')}`,
  got: (result) => {
    if ('failure' in result) return `${result.failure}: ${result.detail}`;
    if (result.body.length === 0) return 'end of body';
    return `${quote(result.body)}${result.ended ? ', its end' : ''}`;
  },
  failed: (result) => 'failure' in result,
};

const httpCancelled: OperationText<ExchangeArgs, EffectValue> = {
  asked: ({ exchange }) => `#${exchange}`,
  got: () => '',
};

const received: OperationText<EffectValue, ReceivedRequest> = {
  asked: () => '',
  got: ({ method, url, body, more }) => {
    const line = bodyLine(body, BODY_LENGTH_MAX);
    const request = `${method} ${visibleText(url)}${line === '' ? '' : ` ${line}`}`;
    return more === undefined ? request : `${request} (more to come)`;
  },
};

const requestBodyRead: OperationText<RequestBodyArgs, HttpBodyResult> = {
  asked: ({ length }) => `up to ${countText(length, 'byte')}`,
  got: httpBodyRead.got as (result: HttpBodyResult) => string,
};

const responseSent: OperationText<ResponseSendArgs, EffectValue> = {
  asked: ({ status, body, ended }) => {
    const line = bodyLine(body, BODY_LENGTH_MAX);
    return `${status}${line === '' ? '' : ` ${line}`}${ended ? '' : ' (more to come)'}`;
  },
  got: () => '',
};

const responseInformed: OperationText<ResponseInformArgs, EffectValue> = {
  asked: ({ informational }) => `${informational}`,
  got: () => '',
};

const responseBodySent: OperationText<ResponseBodyArgs, EffectValue> = {
  asked: pieceText,
  got: () => '',
};

/** By the operation's name; each row is only ever given values of its own operation. */
export const HTTP_TEXTS = {
  'http.request': http,
  'http.send': httpSent,
  'http.write': httpWritten,
  'http.response': httpAwaited,
  'http.body': httpBodyRead,
  'http.cancel': httpCancelled,
  'request.receive': received,
  'request.body': requestBodyRead,
  'response.inform': responseInformed,
  'response.send': responseSent,
  'response.body': responseBodySent,
};

const INBOX_PHRASES: Readonly<Record<string, string>> = {
  response: 'the response to #',
  body: 'the body of #',
  connection: 'connection #',
  listener: 'a connection at #',
  datagrams: 'a datagram at #',
  result: 'the end of ',
  promise: 'the promise ',
};

/** `the response to #3`, `the end of order-2`, or the inbox's own name. */
export function inboxText(inbox: string): string {
  const [, kind = '', name] = /^([a-z]+):(.*)$/.exec(inbox) ?? [];
  const phrase = INBOX_PHRASES[kind];
  return phrase === undefined ? inbox : `${phrase}${name}`;
}

function pieceText({ body, ended }: Pick<ResponseBodyArgs, 'body' | 'ended'>): string {
  if (body.length === 0) return ended ? 'end of body' : 'nothing';
  return `${quote(body)}${ended ? ', its end' : ''}`;
}

function responseText(result: HttpResult): string {
  if ('failure' in result) return `${result.failure}: ${result.detail}`;
  const body = bodyLine(result.body, BODY_LENGTH_MAX);
  const status = body === '' ? `${result.status}` : `${result.status} ${body}`;
  return result.more === undefined ? status : `${status} (more to come)`;
}

function isFailedResponse(result: HttpResult): boolean {
  return 'failure' in result || result.status >= 400;
}
