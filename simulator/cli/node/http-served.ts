/** One real request that an execution answers, from its head to the end of its response. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HttpHeaders } from '../../effects/http.ts';
import type { ResponseBodyArgs, ResponseSendArgs } from '../../effects/request.ts';
import type { IncomingBody } from '../../engine/incoming.ts';
import type { ServedEnd, ServedPart } from '../../host/protocol.ts';
import type { ServeLimits } from '../serve-limits.ts';
import type { Answering, ServingClient } from '../serving-client.ts';
import { writeInformational } from './informational.ts';

/** What a request needs of the client of the host. */
export type Served = Pick<ServingClient, 'request' | 'more' | 'drop'>;

/** A request that was answered, for a line about it. */
export interface ServedReport {
  /** `GET /orders`, or `connection` for a raw one. */
  readonly what: string;
  readonly execution: string;
  /** Undefined when the client got none, and for a raw connection. */
  readonly status: number | undefined;
  /** From its arrival to its end, in real milliseconds. */
  readonly realMs: number;
  readonly end: ServedEnd;
  /** The client did not wait for the end. */
  readonly isGone: boolean;
}

export interface ServedRequestSetup {
  readonly limits: ServeLimits;
  readonly serving: Served;
  readonly onServed: (report: ServedReport) => void;
  readonly onNote: (text: string) => void;
  /** The response is over, or its connection. */
  readonly onClosed: () => void;
}

/** A body that is longer is handed over in pieces, as it comes. */
const WHOLE_BYTES_MAX = 64 * 1024;
/** A body that comes slower than this is handed over as it comes. */
const WHOLE_MS_MAX = 50;
/** Headers of the connection between client and port, about which a handler decides nothing. */
const CONNECTION_HEADERS: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
]);

export class ServedRequest implements Answering {
  private readonly startedAt = performance.now();
  private execution: string | undefined;
  private chunks: Uint8Array[] = [];
  private held = 0;
  private received = 0;
  private hasEnded = false;
  private isGone = false;
  private isOver = false;
  private status: number | undefined;
  private slow: NodeJS.Timeout | undefined;
  private patience: NodeJS.Timeout | undefined;

  constructor(
    private readonly request: IncomingMessage,
    private readonly response: ServerResponse,
    private readonly setup: ServedRequestSetup,
  ) {}

  begin(): void {
    const { request, response } = this;
    response.once('close', () => this.close());
    response.on('error', () => undefined);
    request.on('error', () => undefined);
    if (hasNoBody(request)) {
      request.resume();
      this.hasEnded = true;
      this.start();
      return;
    }
    this.slow = setTimeout(() => this.start(), WHOLE_MS_MAX);
    request.on('data', (chunk: Uint8Array) => this.receive(chunk));
    request.once('end', () => this.receiveEnd());
  }

  // Answering.

  part(part: ServedPart['part']): void {
    if ('bytes' in part || this.isOver) return;
    try {
      if ('informational' in part) writeInformational(this.request, this.response, part);
      else this.write(part);
    } catch (error) {
      this.refuse(502, `the response cannot be sent: ${(error as Error).message}`);
    }
  }

  end(end: ServedEnd): void {
    const { response, execution = '' } = this;
    if (!this.isOver && !response.writableEnded) {
      const { reason = `its program ended as ${end.status} without a response` } = end;
      this.refuse(502, `${execution} gave no response: ${reason}`);
    }
    this.setup.onServed({
      what: this.what,
      execution,
      status: this.status,
      realMs: performance.now() - this.startedAt,
      end,
      isGone: this.isGone,
    });
  }

  stuck(seconds: number): void {
    this.refuse(504, `${this.execution} computed for ${seconds} s without an effect`);
  }

  // The request.

  private get what(): string {
    return `${this.request.method} ${this.request.url}`;
  }

  private receive(chunk: Uint8Array): void {
    const { limits, onNote, serving } = this.setup;
    if (this.isOver) return;
    this.received += chunk.length;
    if (this.received > limits.maxBodyBytes) {
      onNote(`refused ${this.what}: it has more than ${limits.maxBodyBytes} bytes`);
      if (this.execution !== undefined) serving.drop(this.execution);
      this.response.shouldKeepAlive = false;
      this.refuse(413, `a body may have ${limits.maxBodyBytes} bytes`);
      return;
    }
    // A buffer may be part of a larger one, which is not to be sent with it.
    const bytes = Uint8Array.from(chunk);
    if (this.execution !== undefined) {
      serving.more(this.execution, { body: bytes, ends: false });
      return;
    }
    this.chunks.push(bytes);
    this.held += bytes.length;
    if (this.held >= WHOLE_BYTES_MAX) this.start();
  }

  private receiveEnd(): void {
    if (this.isOver) return;
    this.hasEnded = true;
    if (this.execution === undefined) this.start();
    else this.setup.serving.more(this.execution, this.incoming(new Uint8Array(0)));
  }

  private start(): void {
    clearTimeout(this.slow);
    if (this.execution !== undefined || this.isOver) return;
    const { serving, limits } = this.setup;
    const body = new Uint8Array(Buffer.concat(this.chunks));
    this.chunks = [];
    this.execution = serving.request(headOf(this.request), this.incoming(body), this);
    const { execution } = this;
    this.response.setHeader('Backstitch-Execution', execution);
    const late = `${execution} gave no response within ${limits.responseMs / 1000} s; it goes on`;
    this.patience = setTimeout(() => this.refuse(504, late), limits.responseMs);
  }

  private incoming(body: Uint8Array): IncomingBody {
    const trailers = fieldsOf(this.request.rawTrailers).filter(isOfMessage);
    return { body, ends: this.hasEnded, ...(trailers.length > 0 ? { trailers } : {}) };
  }

  private close(): void {
    clearTimeout(this.slow);
    clearTimeout(this.patience);
    const { response, setup, execution } = this;
    if (!this.isOver) {
      this.isOver = true;
      this.isGone = !response.writableFinished;
    }
    if (this.isGone && execution !== undefined) {
      if (this.hasEnded) {
        setup.onNote(`the client of ${this.what} went away; ${execution} goes on`);
      } else {
        setup.onNote(
          `the client of ${this.what} went away before its end; ${execution} is cancelled`,
        );
        setup.serving.drop(execution);
      }
    }
    setup.onClosed();
  }

  // The response.

  private write(part: ResponseSendArgs | ResponseBodyArgs): void {
    const { response } = this;
    if ('status' in part) this.writeHead(part.status, part.headers);
    const trailers = part.trailers ?? [];
    if (!part.ended) {
      if (part.body.length > 0) response.write(part.body);
      else response.flushHeaders();
      return;
    }
    if (trailers.length > 0) {
      response.flushHeaders();
      response.addTrailers(trailers.filter(isOfMessage) as [string, string][]);
    }
    clearTimeout(this.patience);
    response.end(part.body);
  }

  private writeHead(status: number, headers: readonly (readonly [string, string])[]): void {
    if (status < 200 || status > 599) throw new RangeError(`${status} is no status of a response`);
    const { response } = this;
    const values = new Map<string, string[]>();
    for (const [name, value] of headers) {
      if (!isOfMessage([name, value])) continue;
      values.set(name, [...(values.get(name) ?? []), value]);
    }
    for (const [name, list] of values) {
      const [first = ''] = list;
      response.setHeader(name, list.length === 1 ? first : list);
    }
    response.strictContentLength = true;
    response.statusCode = status;
    this.status = status;
  }

  /** Answers in the handler's place; a response that has begun is cut instead. */
  private refuse(status: number, reason: string): void {
    const { response } = this;
    if (this.isOver) return;
    clearTimeout(this.slow);
    clearTimeout(this.patience);
    this.isOver = true;
    if (response.headersSent) {
      // The client gets what there is of it, and no end.
      response.socket?.destroySoon();
      return;
    }
    for (const name of response.getHeaderNames()) {
      if (name !== 'backstitch-execution') response.removeHeader(name);
    }
    response.strictContentLength = false;
    response.statusCode = status;
    this.status = status;
    if (!this.hasEnded) response.setHeader('Connection', 'close');
    response.setHeader('Content-Type', 'text/plain; charset=utf-8');
    response.end(`${reason}\n`);
    this.request.resume();
  }
}

/** Names and values that follow one another in a list, as fields with names in lower case. */
function fieldsOf(raw: readonly string[]): HttpHeaders {
  return raw.flatMap((name, index) =>
    index % 2 === 0 ? [[name.toLowerCase(), raw[index + 1] ?? ''] as const] : [],
  );
}

function isOfMessage([name]: HttpHeaders[number]): boolean {
  return !CONNECTION_HEADERS.has(name.toLowerCase());
}

function hasNoBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) === 0;
}

function headOf({ method = 'GET', url = '/', rawHeaders, headers, socket }: IncomingMessage) {
  const fields = fieldsOf(rawHeaders);
  const authority = headers.host ?? `localhost:${socket.localPort}`;
  const isAbsolute = /^https?:\/\//i.test(url);
  return { method, url: isAbsolute ? url : `http://${authority}${url}`, headers: fields };
}
