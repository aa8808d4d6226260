/** The head of an HTTP/1.x request (RFC 9112, sections 3 and 5), and what it says about its body. */
import type { HttpHeaders } from '../../effects/http.ts';
import { HTTP_BODY_BYTES_MAX } from '../../kernel/limits.ts';

/** A request that a server answers itself, with this status, before it closes the connection. */
export interface Malformed {
  readonly kind: 'malformed';
  /** 400 to 599. */
  readonly status: number;
  readonly reason: string;
}

export interface RequestLine {
  readonly method: string;
  readonly target: string;
  /** The digit after `HTTP/1.`; greater ones count as 1. */
  readonly minor: 0 | 1;
}

/** Where the body of a request ends. */
export type BodyFraming =
  | { readonly kind: 'length'; readonly length: number }
  | { readonly kind: 'chunked' };

export interface RequestHead extends RequestLine {
  /** Names in lower case, in the order in which they came; all of them. */
  readonly fields: HttpHeaders;
  readonly framing: BodyFraming;
  /** The client waits for `100 Continue` before it sends the body. */
  readonly expectsContinue: boolean;
}

const REQUEST_LINE = /^([!#$%&'*+.^_`|~\w-]+) ([!-~\x80-\xff]+) HTTP\/(\d)\.(\d)$/;
const FIELD = /^([!#$%&'*+.^_`|~\w-]+):[ \t]*([\t -~\x80-\xff]*)$/;
const LENGTH = /^\d{1,15}$/;

export function malformed(status: number, reason: string): Malformed {
  return { kind: 'malformed', status, reason };
}

export function parseRequestLine(line: string): RequestLine | Malformed {
  const [, method, target, major, minor] = REQUEST_LINE.exec(line) ?? [];
  if (method === undefined || target === undefined) {
    return malformed(400, 'the request line is not METHOD TARGET HTTP/1.1');
  }
  if (major !== '1') return malformed(505, `HTTP/${major} is not spoken here; HTTP/1.1 is`);
  return { method, target, minor: minor === '0' ? 0 : 1 };
}

/** A line such as `Content-Type: text/plain`; a folded line is none. */
export function parseField(line: string): readonly [name: string, value: string] | Malformed {
  const [, name, value] = FIELD.exec(line) ?? [];
  if (name === undefined || value === undefined) {
    return malformed(400, 'a header field is not NAME: VALUE');
  }
  return [name.toLowerCase(), value.replace(/[ \t]+$/, '')];
}

export function finishHead(line: RequestLine, fields: HttpHeaders): RequestHead | Malformed {
  const hosts = valuesOf(fields, 'host').length;
  if (hosts > 1 || (hosts === 0 && line.minor === 1)) {
    return malformed(400, `a request of HTTP/1.1 has one Host field, this one ${hosts}`);
  }
  const framing = framingOf(line, fields);
  if (framing.kind === 'malformed') return framing;
  const expected = line.minor === 0 ? [] : valuesOf(fields, 'expect');
  if (expected.some((value) => value.toLowerCase() !== '100-continue')) {
    return malformed(417, 'only 100-continue can be expected');
  }
  const hasBody = framing.kind === 'chunked' || framing.length > 0;
  return { ...line, fields, framing, expectsContinue: hasBody && expected.length > 0 };
}

/** Both ways to say where the body ends, or contradictions, are refused: RFC 9112, section 6.3. */
function framingOf({ minor }: RequestLine, fields: HttpHeaders): BodyFraming | Malformed {
  const codings = listIn(fields, 'transfer-encoding');
  const lengths = new Set(listIn(fields, 'content-length'));
  if (codings.length > 0) {
    if (lengths.size > 0) return malformed(400, 'it has Content-Length and Transfer-Encoding');
    if (minor === 0) return malformed(400, 'HTTP/1.0 has no Transfer-Encoding');
    if (codings.length === 1 && codings[0]?.toLowerCase() === 'chunked') return { kind: 'chunked' };
    return malformed(501, 'the only Transfer-Encoding that is understood is chunked');
  }
  const [length = '0', ...others] = lengths;
  if (others.length > 0 || !LENGTH.test(length)) {
    return malformed(400, 'Content-Length is not one number');
  }
  return checkLength(Number(length)) ?? { kind: 'length', length: Number(length) };
}

/** What is wrong with a body of that many bytes. */
export function checkLength(length: number): Malformed | undefined {
  if (length <= HTTP_BODY_BYTES_MAX) return undefined;
  return malformed(413, `the body is longer than ${HTTP_BODY_BYTES_MAX} bytes`);
}

export function valuesOf(fields: HttpHeaders, name: string): readonly string[] {
  return fields.filter(([each]) => each === name).map(([, value]) => value);
}

/** The members of the comma-separated lists of all fields of that name. */
export function listIn(fields: HttpHeaders, name: string): readonly string[] {
  return valuesOf(fields, name).flatMap((value) => value.split(',').map((part) => part.trim()));
}
