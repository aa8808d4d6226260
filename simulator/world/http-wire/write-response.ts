/** Writes responses as HTTP/1.1 sends them (RFC 9112), in the pieces in which a service sends them. */
import type { HttpHeaders } from '../../effects/http.ts';
import { concatBytes } from '../../kernel/concat-bytes.ts';
import type { ResponsePiece, ServiceResponse } from '../service.ts';
import type { Malformed } from './request-head.ts';
import type { WireRequest } from './request-parser.ts';
import { reasonPhrase } from './status-text.ts';

export interface WrittenResponse {
  /** The first begins with the head; there is at least one. */
  readonly runs: readonly ResponsePiece[];
  /** The connection ends after it. */
  readonly closes: boolean;
}

type WholeResponse = Pick<ServiceResponse, 'status' | 'headers' | 'pieces' | 'trailers'>;

/** How a client finds the end of a body. */
type Framing = 'none' | 'length' | 'chunked' | 'close';

const CRLF = '\r\n';
const LAST_CHUNK = '0\r\n';
/** The server decides these. */
const SERVER_FIELDS: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'keep-alive',
  'transfer-encoding',
]);

export const CONTINUE = latin1('HTTP/1.1 100 Continue\r\n\r\n');

export function writeResponse(
  request: Pick<WireRequest, 'method' | 'minor' | 'keepAlive'>,
  response: WholeResponse,
): WrittenResponse {
  const { status, pieces, trailers = [] } = response;
  const framing = framingOf(request, response);
  // A client would go on to wait for the response that follows an interim one.
  const closes = !request.keepAlive || framing === 'close' || status < 200;
  const head = latin1(headText(request, response, framing, closes));
  const [first, ...others] = framing === 'none' ? [] : pieces;
  const runs = [first, ...others].map((piece, index) => {
    const parts = index === 0 ? [head] : [];
    const bytes = piece?.bytes ?? new Uint8Array(0);
    if (framing !== 'chunked') parts.push(bytes);
    // An empty chunk would be the last.
    else if (bytes.length > 0) parts.push(latin1(bytes.length.toString(16) + CRLF), bytes, END);
    if (framing === 'chunked' && index === others.length) {
      const lines = fieldsOf(trailers).map((line) => line + CRLF);
      parts.push(latin1(`${LAST_CHUNK}${lines.join('')}${CRLF}`));
    }
    const delayNanos = piece?.delayNanos ?? pieces[0]?.delayNanos ?? 0n;
    return { bytes: concatBytes(parts), delayNanos };
  });
  return { runs, closes };
}

/** What a server answers itself, before it closes the connection. */
export function writeRefusal({ status, reason }: Omit<Malformed, 'kind'>): Uint8Array {
  const bytes = latin1(`${reason}\n`);
  const headers = [['content-type', 'text/plain']] as const;
  const request = { method: 'GET', minor: 1, keepAlive: false } as const;
  const { runs } = writeResponse(request, { status, headers, pieces: [{ bytes, delayNanos: 0n }] });
  return concatBytes(runs.map((run) => run.bytes));
}

const END = latin1(CRLF);

function framingOf(
  { method, minor }: Pick<WireRequest, 'method' | 'minor'>,
  { status, headers, pieces, trailers = [] }: WholeResponse,
): Framing {
  if (method === 'HEAD' || hasNoBody(status)) return 'none';
  // Only chunks can be followed by trailers; others have to do without them.
  if (trailers.length > 0 && minor === 1) return 'chunked';
  const stated = headers.find(([name]) => name.toLowerCase() === 'content-length')?.[1];
  if (pieces.length <= 1 || stated === String(lengthOf(pieces))) return 'length';
  return minor === 0 ? 'close' : 'chunked';
}

/** RFC 9110, section 6.4.1. */
function hasNoBody(status: number): boolean {
  return status < 200 || status === 204 || status === 304;
}

function headText(
  { method, minor }: Pick<WireRequest, 'method' | 'minor'>,
  { status, headers, pieces }: WholeResponse,
  framing: Framing,
  closes: boolean,
): string {
  const lines = [`HTTP/1.1 ${status} ${reasonPhrase(status)}`, ...fieldsOf(headers)];
  if (framing === 'chunked') lines.push('transfer-encoding: chunked');
  if (framing === 'length') lines.push(`content-length: ${lengthOf(pieces)}`);
  // What a GET would have had: what the service says of it, or the body that is left out.
  if (method === 'HEAD' && !hasNoBody(status))
    lines.push(`content-length: ${statedFor(headers, pieces)}`);
  if (closes) lines.push('connection: close');
  else if (minor === 0) lines.push('connection: keep-alive');
  return `${lines.join(CRLF)}${CRLF}${CRLF}`;
}

function statedFor(headers: HttpHeaders, pieces: readonly ResponsePiece[]): string {
  const stated = headers.find(([name]) => name.toLowerCase() === 'content-length')?.[1];
  return stated !== undefined && /^\d+$/.test(stated) ? stated : String(lengthOf(pieces));
}

/** The lines of what a service decides, without their ends. */
function fieldsOf(headers: HttpHeaders): readonly string[] {
  return headers.filter(([name]) => !SERVER_FIELDS.has(name.toLowerCase())).map(fieldLine);
}

/** A service's values are its own; none may begin another line. */
function fieldLine([name, value]: readonly [string, string]): string {
  return `${name.replace(/[^!#$%&'*+.^_`|~\w-]/g, '-')}: ${value.replace(/[\0\r\n]/g, ' ')}`;
}

function lengthOf(pieces: readonly ResponsePiece[]): number {
  return pieces.reduce((total, { bytes }) => total + bytes.length, 0);
}

/** A character a byte; what does not fit into one is written as UTF-8. */
function latin1(text: string): Uint8Array {
  const isPlain = [...text].every((character) => character.charCodeAt(0) < 256);
  if (!isPlain) return new TextEncoder().encode(text);
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
