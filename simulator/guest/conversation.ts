/**
 * HTTP to the reserved hosts: how any program, in any language, speaks to other executions without
 * a library of ours. Each request becomes one effect; both ABIs use this (docs/conversations.md).
 */
import {
  type ConversationFailure,
  type ExecutionState,
  executionCancel,
  executionLook,
  executionResult,
  executionStart,
  MESSAGES_INBOX,
  type Message,
  messageReceive,
  messageSend,
  promiseInbox,
  promiseKeep,
  promiseWait,
  resultInbox,
  type Settled,
  type Started,
  type TimedOut,
} from '../effects/conversation.ts';
import type { HttpHeaders, HttpRequestArgs, HttpResult } from '../effects/http.ts';
import type { EffectPort } from '../effects/operation.ts';
import { parseDuration } from '../kernel/time.ts';

export const EXECUTIONS_HOST = 'executions.backstitch';
export const PROMISES_HOST = 'promises.backstitch';

const DEFAULT_TYPE = 'application/octet-stream';
const EMPTY = new Uint8Array(0);

const STATUS_OF_FAILURE: Readonly<Record<ConversationFailure['failure'], number>> = {
  'unknown-workflow': 404,
  'unknown-execution': 404,
  ended: 410,
  full: 507,
};

/** A request to a reserved host, understood. */
export interface Conversation {
  /** What is waited for before `perform` answers at once; undefined when it never waits. */
  readonly inbox: string | undefined;
  /** Whether waiting in `perform` can come to an end before that; a timeout was set. */
  readonly timeoutNanos: string | undefined;
  perform(port: EffectPort): HttpResult;
}

/** What a request to a reserved host asks for; undefined when it goes to any other host. */
export function conversationFor(args: HttpRequestArgs): Conversation | undefined {
  const url = reservedUrl(args.url);
  if (url === undefined) return undefined;
  const timeout = timeoutOf(url);
  if (timeout === 'invalid') {
    return refusal(400, `timeout=${url.searchParams.get('timeout')} is no duration such as 30s`);
  }
  const path = decodePath(url.pathname);
  const request: Asked = { ...args, path, timeoutNanos: timeout };
  const found =
    url.host === EXECUTIONS_HOST ? executionConversation(request) : promiseConversation(request);
  return found ?? refusal(404, `there is no ${args.method} ${url.pathname} at ${url.host}`);
}

interface Asked extends Omit<HttpRequestArgs, 'timeoutNanos'> {
  readonly path: string;
  /** How long it waits at most; the request's own timeout is for the network. */
  readonly timeoutNanos: string | undefined;
}

/** Whether a request to this URL is one of those that `conversationFor` understands. */
export function isReserved(url: string): boolean {
  return reservedUrl(url) !== undefined;
}

function reservedUrl(text: string): URL | undefined {
  // Nearly every request is to another host, and parsing a URL costs more than looking.
  if (!text.includes('.backstitch')) return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url?.host === EXECUTIONS_HOST || url?.host === PROMISES_HOST ? url : undefined;
}

function timeoutOf(url: URL): string | undefined | 'invalid' {
  const text = url.searchParams.get('timeout');
  if (text === null) return undefined;
  const nanos = parseDuration(text);
  return nanos === undefined || nanos < 0n ? 'invalid' : nanos.toString();
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path.slice(1));
  } catch {
    return path.slice(1);
  }
}

const EXECUTION_PATH = /^([^/]+)(?:\/(result|messages))?$/;

function executionConversation(request: Asked): Conversation | undefined {
  const [, name = '', part = ''] = EXECUTION_PATH.exec(request.path) ?? [];
  if (name === '') return undefined;
  switch (`${request.method.toUpperCase()} ${part}`) {
    case 'POST ':
      return at((port) => startWorkflow(port, name, request.body));
    case 'GET ':
      return at((port) => stateAnswer(port.effect(executionLook, { execution: name })));
    case 'DELETE ':
      return at((port) => settledAnswer(port.effect(executionCancel, { execution: name })));
    case 'GET result':
      return resultConversation(name, request.timeoutNanos);
    case 'POST messages':
      return at((port) => sendMessage(port, name, request));
    case 'GET messages':
      return name === 'self' ? messagesConversation(request.timeoutNanos) : undefined;
    default:
      return undefined;
  }
}

function promiseConversation(request: Asked): Conversation | undefined {
  const { path: promise, method, timeoutNanos } = request;
  if (promise === '') return undefined;
  switch (method.toUpperCase()) {
    case 'GET':
      return {
        inbox: promiseInbox(promise),
        timeoutNanos,
        perform: (port) => {
          const got = port.effect(promiseWait, { promise, ...withTimeout(timeoutNanos) });
          return 'timedOut' in got ? TIMED_OUT : content(got.contentType, got.body);
        },
      };
    case 'PUT':
    case 'POST':
      return at((port) => {
        const contentType = contentTypeOf(request);
        const value = { promise, contentType, body: request.body };
        return settledAnswer(port.effect(promiseKeep, value), 409);
      });
    default:
      return undefined;
  }
}

function resultConversation(execution: string, timeoutNanos: string | undefined): Conversation {
  return {
    inbox: resultInbox(execution),
    timeoutNanos,
    perform: (port) => {
      const got = port.effect(executionResult, { execution, ...withTimeout(timeoutNanos) });
      if ('timedOut' in got) return TIMED_OUT;
      if ('failure' in got) return failed(got);
      const { status, exitCode, reason, body } = got;
      const headers: [string, string][] = [['backstitch-status', status]];
      if (exitCode !== undefined) headers.push(['backstitch-exit-code', String(exitCode)]);
      if (reason !== undefined) headers.push(['backstitch-reason', oneLine(reason)]);
      return { status: exitCode === 0 ? 200 : 424, headers, body };
    },
  };
}

function messagesConversation(timeoutNanos: string | undefined): Conversation {
  return {
    inbox: MESSAGES_INBOX,
    timeoutNanos,
    perform: (port) => {
      const got: Message | TimedOut = port.effect(messageReceive, withTimeout(timeoutNanos));
      if ('timedOut' in got) return TIMED_OUT;
      const from: HttpHeaders = got.from === undefined ? [] : [['backstitch-from', got.from]];
      return { status: 200, headers: [['content-type', got.contentType], ...from], body: got.body };
    },
  };
}

function startWorkflow(port: EffectPort, workflow: string, body: Uint8Array): HttpResult {
  const got: Started | ConversationFailure = port.effect(executionStart, { workflow, body });
  if ('failure' in got) return failed(got);
  const location = `http://${EXECUTIONS_HOST}/${got.execution}`;
  return json(201, { id: got.execution, workflow }, [['location', location]]);
}

function sendMessage(port: EffectPort, execution: string, request: Asked): HttpResult {
  const contentType = contentTypeOf(request);
  const got = port.effect(messageSend, { execution, contentType, body: request.body });
  return 'failure' in got ? failed(got) : { status: 202, headers: [], body: EMPTY };
}

/** A request that is answered without waiting for anybody. */
function at(perform: (port: EffectPort) => HttpResult): Conversation {
  return { inbox: undefined, timeoutNanos: undefined, perform };
}

function refusal(status: number, error: string): Conversation {
  return at(() => json(status, { error }));
}

const TIMED_OUT: HttpResult = json(504, { error: 'it did not happen in time' });

function stateAnswer(got: ExecutionState | ConversationFailure): HttpResult {
  return 'failure' in got ? failed(got) : json(200, { ...got });
}

function settledAnswer(got: Settled | ConversationFailure, otherwise = 200): HttpResult {
  if ('failure' in got) return failed(got);
  return json(got.settled ? 200 : otherwise, { ...got });
}

function failed({ failure, detail }: ConversationFailure): HttpResult {
  return json(STATUS_OF_FAILURE[failure], { error: detail });
}

function json(status: number, value: object, headers: HttpHeaders = []): HttpResult {
  const body = new TextEncoder().encode(`${JSON.stringify(value)}\n`);
  return { status, headers: [['content-type', 'application/json'], ...headers], body };
}

function content(contentType: string, body: Uint8Array): HttpResult {
  return { status: 200, headers: [['content-type', contentType]], body };
}

function contentTypeOf({ headers }: Asked): string {
  return headers.find(([name]) => name === 'content-type')?.[1] ?? DEFAULT_TYPE;
}

function withTimeout(timeoutNanos: string | undefined): { timeoutNanos?: string } {
  return timeoutNanos === undefined ? {} : { timeoutNanos };
}

/** A header's value is one line. */
function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
