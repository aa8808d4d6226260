/**
 * The part of a real port that is Backstitch's own: below `/.backstitch/`, programs of this machine
 * keep promises, send messages, look at executions (docs/conversations.md) and let faults happen.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { JsonObject } from '../../effects/operation.ts';
import type { ServingClient } from '../serving-client.ts';
import { HostProblemError } from './host-client.ts';

/** Below it is Backstitch's own. */
export const PREFIX = '/.backstitch/';
const PATH = /^(promises)\/(.+)$|^(executions)\/([^/]+)(?:\/(messages))?$/s;
const FAULTS = 'faults';
const LOOPBACK = /^(::ffff:)?127\.|^::1$/;
const DEFAULT_TYPE = 'application/octet-stream';

/** What it needs of the client of the host. */
export type OutsideServing = Pick<ServingClient, 'ask'>;

interface Reply {
  readonly status: number;
  readonly body: object;
}

/** Whether a request is for Backstitch itself and starts no execution. */
export function isOutsideRequest({ url = '' }: IncomingMessage): boolean {
  return url.startsWith(PREFIX);
}

/** Answers such a request, with JSON. */
export async function answerOutside(
  request: IncomingMessage,
  response: ServerResponse,
  serving: OutsideServing,
  bodyBytesMax: number,
): Promise<void> {
  const { status, body } = await replyTo(request, serving, bodyBytesMax);
  if (!request.complete) response.setHeader('Connection', 'close');
  request.resume();
  response.statusCode = status;
  response.setHeader('Content-Type', 'application/json');
  response.end(`${JSON.stringify(body)}\n`);
}

async function replyTo(
  request: IncomingMessage,
  serving: OutsideServing,
  bodyBytesMax: number,
): Promise<Reply> {
  const { headers, socket } = request;
  if (!LOOPBACK.test(socket.remoteAddress ?? '')) {
    return problem(403, `${PREFIX} answers only programs of this machine`);
  }
  // A page of some web site in a browser on this machine is no such program.
  if (headers.origin !== undefined) return problem(403, `${PREFIX} answers no web pages`);
  const bytes = await bodyOf(request, bodyBytesMax);
  if (bytes === undefined) return problem(413, `a body may have ${bodyBytesMax} bytes`);
  try {
    return await perform(request, bytes, serving);
  } catch (error) {
    if (!(error instanceof HostProblemError)) throw error;
    const { code, message } = error.problem;
    return problem(STATUS_OF_CODE[code] ?? 503, message);
  }
}

/** Anything else is a host that is gone; another one takes over. */
const STATUS_OF_CODE: Readonly<Record<string, number>> = {
  'unknown-execution': 404,
  request: 400,
};

/** Why a host is gone that was asked. */
const LOSSES: ReadonlySet<string> = new Set(['host-ended', 'stuck']);

async function perform(
  request: IncomingMessage,
  bytes: Uint8Array,
  serving: OutsideServing,
): Promise<Reply> {
  const { method = '', url = '', headers } = request;
  const [, promises, promise = '', , execution = '', part = ''] = PATH.exec(pathOf(url)) ?? [];
  const contentType = headers['content-type'] ?? DEFAULT_TYPE;
  if (method === 'POST' && pathOf(url) === FAULTS) return injectFault(bytes, serving);
  switch (`${method} ${promises ?? 'executions'} ${part}`.trimEnd()) {
    case 'PUT promises': {
      const settled = await serving.ask({ kind: 'promise', promise, contentType, bytes });
      return { status: settled ? 200 : 409, body: { settled } };
    }
    case 'POST executions messages': {
      const sent = await serving.ask({ kind: 'message', execution, contentType, bytes });
      return sent ? { status: 202, body: {} } : problem(410, `${execution} has ended`);
    }
    case 'GET executions': {
      if (execution === '') break;
      const found = await serving.ask({ kind: 'execution', execution });
      const { id, workflow, status, exitCode, reason, promises: awaited } = found;
      return { status: 200, body: { id, workflow, status, exitCode, reason, promises: awaited } };
    }
  }
  return problem(404, `there is no ${method} ${url}`);
}

/** Lets a fault happen: one of a plan, now unless it says where. */
async function injectFault(bytes: Uint8Array, serving: OutsideServing): Promise<Reply> {
  let fault: unknown;
  try {
    fault = JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    return problem(400, `the body is not JSON: ${(error as Error).message}`);
  }
  if (typeof fault !== 'object' || fault === null || Array.isArray(fault)) {
    return problem(400, 'the body is no fault: expected an object with a "kind"');
  }
  try {
    await serving.ask({ kind: 'inject', fault: fault as JsonObject });
  } catch (error) {
    const isGone = !(error instanceof HostProblemError) || LOSSES.has(error.problem.code);
    if (isGone) throw error;
    return problem(400, error.problem.message);
  }
  return { status: 202, body: {} };
}

function pathOf(url: string): string {
  const path = url.slice(PREFIX.length).replace(/\?.*$/s, '');
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** Undefined when it is too long. */
async function bodyOf(request: IncomingMessage, bytesMax: number): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Uint8Array>) {
    length += chunk.length;
    if (length > bytesMax) return undefined;
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks));
}

function problem(status: number, error: string): Reply {
  return { status, body: { error } };
}
