import {
  type HttpFailure,
  type HttpHeaders,
  type HttpRequestArgs,
  type HttpResult,
  httpRequest,
} from '../../effects/http.ts';
import type { EffectPort } from '../../effects/operation.ts';
import type { ErrnoName } from '../../world/files/errno.ts';
import { conversationFor } from '../conversation.ts';
import { GuestError } from './guest-error.ts';
import { type GuestMemory, utf8 } from './guest-memory.ts';
import type { Host } from './host.ts';

/** Limits on one request; more is `2big`. */
export const HTTP_LIMITS = {
  methodBytesMax: 64,
  urlBytesMax: 64 * 1024,
  headersBytesMax: 256 * 1024,
  bodyBytesMax: 16 * 1024 * 1024,
} as const;

/** Responses that a program holds at one time; more is `mfile`. */
export const OPEN_RESPONSES_MAX = 256;

/** How long a program waits for a response when it does not say. */
export const TIMEOUT_MS_DEFAULT = 30_000;
const NANOS_PER_MS = 1_000_000n;

const ERRNO_OF_FAILURE: Readonly<Record<HttpFailure, ErrnoName>> = {
  timeout: 'timedout',
  refused: 'connrefused',
  reset: 'connreset',
  'unknown-host': 'hostunreach',
  'outcome-unknown': 'canceled',
  'service-failed': 'io',
};

/** A token of RFC 9110, section 5.6.2: methods and header names. */
export const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const URL_SHAPE = /^https?:\/\/[^\s/?#]+[^\s]*$/i;
const HEADER_VALUE = /^[^\0\r\n]*$/;

interface Response {
  readonly parts: readonly [headers: Uint8Array, body: Uint8Array];
}

/** The import module `backstitch`: outgoing HTTP. Documented in examples/include/backstitch.h. */
export function httpCalls({ port, memory }: Host) {
  const responses = new Map<number, Response>();
  let nextHandle = 1;
  const responseOf = (handle: number): Response => {
    const response = responses.get(handle >>> 0);
    if (response === undefined) throw new GuestError('badf', `there is no response ${handle}`);
    return response;
  };
  return {
    http_request: (
      method: number,
      methodLength: number,
      url: number,
      urlLength: number,
      headers: number,
      headersLength: number,
      body: number,
      bodyLength: number,
      timeoutMs: number,
      out: number,
    ) => {
      memory.check(out, 16);
      const args = {
        method: methodAt(memory, method, methodLength),
        url: urlAt(memory, url, urlLength),
        headers: headersAt(memory, headers, headersLength),
        timeoutNanos: timeoutNanos(timeoutMs >>> 0),
        body: bodyAt(memory, body, bodyLength),
      };
      if (responses.size >= OPEN_RESPONSES_MAX) {
        throw new GuestError('mfile', `${OPEN_RESPONSES_MAX} responses are open: close some`);
      }
      const { status, parts } = responseFrom(request(port, args));
      const handle = nextHandle++;
      responses.set(handle, { parts });
      const fields = [handle, status, parts[0].length, parts[1].length];
      fields.forEach((field, index) => {
        memory.setU32((out >>> 0) + index * 4, field);
      });
    },
    http_read: (
      handle: number,
      part: number,
      offset: number,
      buffer: number,
      length: number,
      out: number,
    ) => {
      const bytes = responseOf(handle).parts[part >>> 0];
      if (bytes === undefined) {
        throw new GuestError('inval', `part ${part} is neither 0 (headers) nor 1 (body)`);
      }
      memory.check(out, 4);
      memory.check(buffer, length >>> 0);
      const start = offset >>> 0;
      const run = bytes.subarray(start, start + (length >>> 0));
      memory.set(buffer, run);
      memory.setU32(out, run.length);
    },
    http_close: (handle: number) => {
      responseOf(handle);
      responses.delete(handle >>> 0);
    },
  };
}

function request(port: EffectPort, args: HttpRequestArgs): HttpResult {
  return conversationFor(args)?.perform(port) ?? port.effect(httpRequest, args);
}

function responseFrom(result: HttpResult): { status: number; parts: Response['parts'] } {
  if ('failure' in result) {
    throw new GuestError(ERRNO_OF_FAILURE[result.failure], result.detail);
  }
  const headers = result.headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return { status: result.status, parts: [utf8(headers), result.body] };
}

function timeoutNanos(timeoutMs: number): string {
  return String(BigInt(timeoutMs === 0 ? TIMEOUT_MS_DEFAULT : timeoutMs) * NANOS_PER_MS);
}

function limitedText(
  memory: GuestMemory,
  pointer: number,
  length: number,
  lengthMax: number,
): string {
  if (length >>> 0 > lengthMax) {
    throw new GuestError('2big', `${length >>> 0} bytes are more than ${lengthMax}`);
  }
  return memory.text(pointer, length);
}

function methodAt(memory: GuestMemory, pointer: number, length: number): string {
  const method = limitedText(memory, pointer, length, HTTP_LIMITS.methodBytesMax);
  if (!TOKEN.test(method)) throw new GuestError('inval', `${method} is not an HTTP method`);
  return method;
}

function urlAt(memory: GuestMemory, pointer: number, length: number): string {
  const url = limitedText(memory, pointer, length, HTTP_LIMITS.urlBytesMax);
  if (!URL_SHAPE.test(url)) throw new GuestError('inval', `${url} is not an http or https URL`);
  return url;
}

function headersAt(memory: GuestMemory, pointer: number, length: number): HttpHeaders {
  const text = limitedText(memory, pointer, length, HTTP_LIMITS.headersBytesMax);
  const headers: [string, string][] = [];
  for (const line of text.split(/\r?\n/)) {
    if (line === '') continue;
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(colon, 0));
    const value = line.slice(colon + 1).trim();
    if (!TOKEN.test(name) || !HEADER_VALUE.test(value)) {
      throw new GuestError('inval', `${line} is not a header of the form Name: value`);
    }
    headers.push([name.toLowerCase(), value]);
  }
  return headers;
}

function bodyAt(memory: GuestMemory, pointer: number, length: number): Uint8Array {
  if (length >>> 0 > HTTP_LIMITS.bodyBytesMax) {
    throw new GuestError('2big', `the body is over ${HTTP_LIMITS.bodyBytesMax} bytes long`);
  }
  // A copy: the journal keeps it, and the program goes on writing to its memory.
  return memory.range(pointer, length).slice();
}
