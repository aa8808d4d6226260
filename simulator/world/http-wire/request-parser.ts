/**
 * Reads the requests of HTTP/1.x off a stream of bytes (RFC 9112). Pure: what it finds depends on
 * the bytes and not on the runs in which they came.
 *
 * W1  Bytes split anywhere give the same messages.
 * W2  After a malformed message there is no other.
 * W3  It keeps no more than one request and what has come after it.
 */
import type { HttpHeaders } from '../../effects/http.ts';
import { ByteQueue } from '../../kernel/byte-queue.ts';
import {
  checkLength,
  finishHead,
  listIn,
  type Malformed,
  malformed,
  parseField,
  parseRequestLine,
  type RequestHead,
  type RequestLine,
} from './request-head.ts';

/** Bytes of a request line and header fields together, and of trailer fields. */
export const HEAD_BYTES_MAX = 64 * 1024;
/** Bytes of the line before a chunk. */
export const CHUNK_LINE_BYTES_MAX = 4096;

export interface WireRequest {
  readonly method: string;
  /** As in the request line: `/path?query`, or a URL, or `*`. */
  readonly target: string;
  readonly minor: 0 | 1;
  /** What concerns the request, and not only this connection; names in lower case. */
  readonly headers: HttpHeaders;
  readonly body: Uint8Array;
  /** Present and not empty when trailers followed the body; names in lower case. */
  readonly trailers?: HttpHeaders;
  /** The client wants to go on with this connection. */
  readonly keepAlive: boolean;
}

export type WireMessage =
  | { readonly kind: 'request'; readonly request: WireRequest }
  /** The client waits for leave to send the body of the request that follows. */
  | { readonly kind: 'continue' }
  | Malformed;

type State =
  | { readonly kind: 'line' }
  | { readonly kind: 'fields'; readonly line: RequestLine; readonly fields: [string, string][] }
  | { readonly kind: 'body'; readonly head: RequestHead; readonly length: number }
  | { readonly kind: 'chunk-line'; readonly head: RequestHead }
  | { readonly kind: 'chunk'; readonly head: RequestHead; readonly left: number }
  | { readonly kind: 'chunk-end'; readonly head: RequestHead }
  | { readonly kind: 'trailers'; readonly head: RequestHead; readonly fields: [string, string][] }
  | { readonly kind: 'broken' };

/** Fields that concern one connection only (RFC 9110, section 7.6.1), or how the body was sent. */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'expect',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

const CR = 13;
const LF = 10;
const CHUNK_LINE = /^([0-9a-f]{1,8})[ \t]*(;[\t -~\x80-\xff]*)?$/i;
const LINE: State = { kind: 'line' };
const BROKEN: State = { kind: 'broken' };

export class RequestParser {
  private readonly queue = new ByteQueue();
  private state: State = LINE;
  /** Bytes of lines that the section being read has had so far. */
  private sectionBytes = 0;
  /** The queue has no end of a line before here. */
  private searched = 0;
  private chunks = new ByteQueue();

  /** Bytes that have come and are no part of a message yet. */
  get buffered(): number {
    return this.queue.length + this.chunks.length;
  }

  /** Nothing of a request has come. */
  get isBetween(): boolean {
    return this.state.kind === 'line' && this.queue.length === 0;
  }

  push(bytes: Uint8Array): void {
    if (this.state.kind !== 'broken') this.queue.push(bytes);
  }

  /** The next message; undefined while not all of it has come. */
  next(): WireMessage | undefined {
    for (;;) {
      const { state } = this;
      const message = this.step(state);
      if (message?.kind === 'malformed') this.break();
      if (message !== undefined) return message;
      if (this.state === state) return undefined;
    }
  }

  /** Goes on as far as the bytes reach; without a message and a new state, more are needed. */
  private step(state: State): WireMessage | undefined {
    switch (state.kind) {
      case 'line':
        return this.readRequestLine();
      case 'fields':
        return this.readField(state);
      case 'body':
        if (this.queue.length < state.length) return undefined;
        return this.finish(state.head, this.queue.take(state.length));
      case 'chunk-line':
        return this.readChunkLine(state.head);
      case 'chunk':
        return this.readChunk(state.head, state.left);
      case 'chunk-end':
        return this.readChunkEnd(state.head);
      case 'trailers':
        return this.readTrailer(state);
      case 'broken':
        return undefined;
    }
  }

  private readRequestLine(): WireMessage | undefined {
    const first = this.queue.at(0);
    // What is no text at all, such as the beginning of TLS, may never have an end of a line.
    if (first !== undefined && (first < 32 || first > 126) && first !== CR && first !== LF) {
      return malformed(400, 'it is no text: perhaps TLS, which is not spoken at this port');
    }
    const text = this.line(HEAD_BYTES_MAX, 414, 'the request line');
    if (text === undefined || typeof text !== 'string') return text;
    // An empty line too many after the request before is forgiven (RFC 9112, section 2.2).
    if (text === '') {
      this.state = { ...LINE };
      return undefined;
    }
    const line = parseRequestLine(text);
    if ('kind' in line) return line;
    this.state = { kind: 'fields', line, fields: [] };
    return undefined;
  }

  private readField({ line, fields }: State & { kind: 'fields' }): WireMessage | undefined {
    const text = this.line(HEAD_BYTES_MAX, 431, 'the head');
    if (text === undefined || typeof text !== 'string') return text;
    if (text !== '') {
      const field = parseField(text);
      if ('kind' in field) return field;
      fields.push([...field]);
      this.state = { kind: 'fields', line, fields };
      return undefined;
    }
    const head = finishHead(line, fields);
    if ('kind' in head) return head;
    this.sectionBytes = 0;
    const { framing } = head;
    this.state =
      framing.kind === 'chunked'
        ? { kind: 'chunk-line', head }
        : { kind: 'body', head, length: framing.length };
    return head.expectsContinue ? { kind: 'continue' } : undefined;
  }

  private readChunkLine(head: RequestHead): WireMessage | undefined {
    const text = this.line(CHUNK_LINE_BYTES_MAX, 400, 'the line before a chunk');
    if (text === undefined || typeof text !== 'string') return text;
    const [, digits] = CHUNK_LINE.exec(text) ?? [];
    if (digits === undefined) return malformed(400, 'a chunk does not begin with its size');
    const left = Number.parseInt(digits, 16);
    this.sectionBytes = 0;
    this.state =
      left === 0 ? { kind: 'trailers', head, fields: [] } : { kind: 'chunk', head, left };
    return checkLength(this.chunks.length + left);
  }

  private readChunk(head: RequestHead, left: number): WireMessage | undefined {
    if (this.queue.length === 0) return undefined;
    const bytes = this.queue.take(left);
    this.chunks.push(bytes);
    const rest = left - bytes.length;
    this.state = rest > 0 ? { kind: 'chunk', head, left: rest } : { kind: 'chunk-end', head };
    return undefined;
  }

  private readChunkEnd(head: RequestHead): WireMessage | undefined {
    const text = this.line(2, 400, 'what follows a chunk');
    if (text === undefined || typeof text !== 'string') return text;
    if (text !== '') return malformed(400, 'a chunk is longer than its size says');
    this.sectionBytes = 0;
    this.state = { kind: 'chunk-line', head };
    return undefined;
  }

  private readTrailer({ head, fields }: State & { kind: 'trailers' }): WireMessage | undefined {
    const text = this.line(HEAD_BYTES_MAX, 431, 'the trailer section');
    if (text === undefined || typeof text !== 'string') return text;
    if (text !== '') {
      const field = parseField(text);
      if ('kind' in field) return field;
      fields.push([...field]);
      this.state = { kind: 'trailers', head, fields };
      return undefined;
    }
    return this.finish(head, this.chunks.take(this.chunks.length), fields);
  }

  private finish(head: RequestHead, body: Uint8Array, trailing: HttpHeaders = []): WireMessage {
    this.state = LINE;
    this.sectionBytes = 0;
    this.chunks = new ByteQueue();
    const { method, target, minor, fields } = head;
    const named = listIn(fields, 'connection').map((name) => name.toLowerCase());
    const ofMessage = ([name]: HttpHeaders[number]): boolean =>
      !HOP_BY_HOP.has(name) && !named.includes(name);
    const headers = fields.filter(ofMessage);
    const trailers = trailing.filter(ofMessage);
    const keepAlive = minor === 0 ? named.includes('keep-alive') : !named.includes('close');
    const request = { method, target, minor, headers, body, keepAlive };
    return { kind: 'request', request: trailers.length > 0 ? { ...request, trailers } : request };
  }

  /**
   * The next line without its end, a byte a character; undefined while it is not there.
   *
   * @param bytesMax of all lines of its section
   * @param status what a longer section is answered with
   */
  private line(bytesMax: number, status: number, what: string): string | Malformed | undefined {
    const end = this.queue.indexOf(LF, this.searched);
    const length = end < 0 ? this.queue.length : end + 1;
    if (this.sectionBytes + length > bytesMax) {
      return malformed(status, `${what} is longer than ${bytesMax} bytes`);
    }
    if (end < 0) {
      this.searched = length;
      return undefined;
    }
    this.searched = 0;
    this.sectionBytes += length;
    const bytes = this.queue.take(length);
    const text = textOf(bytes.subarray(0, bytes.at(-2) === CR ? -2 : -1));
    return text.includes('\r') ? malformed(400, `${what} has a bare carriage return`) : text;
  }

  private break(): void {
    this.state = BROKEN;
    this.queue.take(this.queue.length);
    this.chunks = new ByteQueue();
  }
}

function textOf(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}
