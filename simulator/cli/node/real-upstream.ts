/**
 * Sends requests to real hosts, for services that the configuration calls real. It follows no
 * redirects, which would lead to hosts that nobody has named, and keeps no connection open. The
 * request and the response are passed on as they are: no header is added but those that the
 * transport needs, and no body is decompressed.
 */
import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { HttpHeaders } from '../../effects/http.ts';
import type { RealAnswer, RealFailure, RealRequest } from '../../engine/real-requests.ts';
import type { RealSending, RealWorld } from '../../host/upstream-real.ts';
import { HTTP_BODY_BYTES_MAX } from '../../kernel/limits.ts';

const NANOS_PER_MS = 1_000_000n;
const MS_PER_SECOND = 1000;

/** Headers that speak of one connection and not of the message (RFC 9110, 7.6.1). */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Errors after which it is certain that no request was sent, besides those of TLS. */
const UNKNOWN_HOST: ReadonlySet<string> = new Set(['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL']);

export class NodeRealWorld implements RealWorld {
  /** When the next request to each service may be sent, by `performance.now`. */
  private readonly turns = new Map<string, number>();

  send(request: RealRequest): RealSending {
    return new Sending(request, this.delayMs(request));
  }

  /** How long a request has to wait for its turn. */
  private delayMs({ service, rateLimit }: RealRequest): number {
    if (rateLimit === undefined) return 0;
    const now = performance.now();
    const turn = Math.max(now, this.turns.get(service) ?? 0);
    this.turns.set(service, turn + MS_PER_SECOND / rateLimit);
    return turn - now;
  }
}

class Sending implements RealSending {
  readonly answer: Promise<RealAnswer>;
  private resolve: (answer: RealAnswer) => void = () => {};
  private sentAt: number | undefined;
  private client: ClientRequest | undefined;
  private timer: NodeJS.Timeout | undefined;
  /** The request may have reached the host. */
  private isConnected = false;
  private isOver = false;

  constructor(
    private readonly request: RealRequest,
    delayMs: number,
  ) {
    this.answer = new Promise((resolve) => {
      this.resolve = resolve;
    });
    if (delayMs > 0) this.timer = setTimeout(() => this.begin(), delayMs);
    else this.begin();
  }

  elapsedNanos(): bigint {
    if (this.sentAt === undefined) return 0n;
    return BigInt(Math.round((performance.now() - this.sentAt) * Number(NANOS_PER_MS)));
  }

  cancel(): void {
    this.fail('reset', 'it was broken off');
  }

  private begin(): void {
    const { timeoutNanos } = this.request;
    this.sentAt = performance.now();
    const timeoutMs = Number(timeoutNanos / NANOS_PER_MS);
    this.timer = setTimeout(() => {
      this.fail('timeout', `no response within ${timeoutMs / MS_PER_SECOND} s (timeoutSeconds)`);
    }, timeoutMs);
    try {
      this.start();
    } catch (error) {
      // Such as a header that HTTP does not allow: nothing was sent.
      this.fail('refused', messageOf(error));
    }
  }

  private start(): void {
    const { method, url, headers, body, trailers = [] } = this.request.request;
    const target = new URL(url);
    const isSecure = target.protocol === 'https:';
    const client = (isSecure ? httpsRequest : httpRequest)(target, {
      method,
      headers:
        trailers.length > 0
          ? headersWithTrailers(headers, trailers)
          : headersToSend(headers, body.length, method),
      // A connection of its own, which ends with the response.
      agent: false,
    });
    this.client = client;
    client.on('socket', (socket) => {
      socket.once(isSecure ? 'secureConnect' : 'connect', () => {
        this.isConnected = true;
      });
    });
    client.on('response', (response) => this.receive(response));
    client.on('error', (error) => this.fail(this.failureOf(error), messageOf(error)));
    if (trailers.length > 0) client.addTrailers([...trailers] as [string, string][]);
    client.end(body);
  }

  private receive(response: IncomingMessage): void {
    const chunks: Buffer[] = [];
    let size = 0;
    response.on('data', (chunk: Buffer) => {
      size += chunk.length;
      chunks.push(chunk);
      if (size > HTTP_BODY_BYTES_MAX) {
        this.fail('reset', `the response is longer than ${HTTP_BODY_BYTES_MAX} bytes`);
      }
    });
    response.on('end', () => {
      if (!response.complete) return;
      const { statusCode: status = 0, rawHeaders } = response;
      const headers = receivedHeaders(rawHeaders);
      const body = new Uint8Array(Buffer.concat(chunks));
      this.finish({ kind: 'answered', status, headers, body, realNanos: this.elapsedNanos() });
    });
    response.on('error', (error) => this.fail('reset', messageOf(error)));
    response.on('close', () => this.fail('reset', 'the connection was closed in the response'));
  }

  private failureOf(error: Error): RealFailure {
    if (this.isConnected) return 'reset';
    const { code = '' } = error as NodeJS.ErrnoException;
    return UNKNOWN_HOST.has(code) ? 'unknown-host' : 'refused';
  }

  private fail(failure: RealFailure, detail: string): void {
    this.finish({ kind: 'failed', failure, detail, realNanos: this.elapsedNanos() });
    this.client?.destroy();
  }

  private finish(answer: RealAnswer): void {
    if (this.isOver) return;
    this.isOver = true;
    clearTimeout(this.timer);
    this.resolve(answer);
  }
}

function headersToSend(
  headers: HttpHeaders,
  bodyLength: number,
  method: string,
): Record<string, string[]> {
  const sent: Record<string, string[]> = {};
  for (const [name, value] of headers) {
    const lower = name.toLowerCase();
    // The body is there as a whole, so its length is known.
    if (HOP_BY_HOP.has(lower) || lower === 'content-length') continue;
    const values = sent[lower] ?? [];
    values.push(value);
    sent[lower] = values;
  }
  const hasBody = bodyLength > 0 || !['GET', 'HEAD', 'OPTIONS', 'TRACE'].includes(method);
  if (hasBody) sent['content-length'] = [`${bodyLength}`];
  return sent;
}

/** Only what is sent in chunks can be followed by trailers. */
function headersWithTrailers(
  headers: HttpHeaders,
  trailers: HttpHeaders,
): Record<string, string[]> {
  const { 'content-length': _length, ...sent } = headersToSend(headers, 0, 'GET');
  const names = [...new Set(trailers.map(([name]) => name))].join(', ');
  return { ...sent, 'transfer-encoding': ['chunked'], trailer: [names] };
}

function receivedHeaders(raw: readonly string[]): HttpHeaders {
  const headers: [string, string][] = [];
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = raw[at]?.toLowerCase() ?? '';
    if (!HOP_BY_HOP.has(name)) headers.push([name, raw[at + 1] ?? '']);
  }
  return headers;
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Several addresses were tried: their errors are inside, and the outer one has no message.
  const [first] = error instanceof AggregateError ? error.errors : [];
  return error.message === '' && first !== undefined ? messageOf(first) : error.message;
}
