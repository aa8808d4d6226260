/**
 * The real HTTP port: takes requests in, hands each to an execution, and gives its response back.
 * It keeps to its limits whatever clients do, and holds no state of the simulation.
 *
 * P1  A request that is refused starts no execution; one that is taken starts exactly one.
 * P2  Every request that is taken is answered once, or its connection is cut.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { ServeLimits } from '../serve-limits.ts';
import { type Served, type ServedReport, ServedRequest } from './http-served.ts';
import { InFlight, listenOn } from './in-flight.ts';
import { answerOutside, isOutsideRequest, type OutsideServing } from './outside-requests.ts';

export interface HttpServerOptions {
  readonly limits: ServeLimits;
  readonly serving: Served & OutsideServing;
  readonly onServed: (report: ServedReport) => void;
  readonly onNote: (text: string) => void;
}

/** Slow clients get this long for the head, and for the whole request, in milliseconds. */
const HEADERS_MS_MAX = 15_000;
const REQUEST_MS_MAX = 120_000;
const SLOW_CHECK_MS = 1_000;
const KEEP_ALIVE_MS = 5_000;

const STATUS_TEXTS: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  408: 'Request Timeout',
  431: 'Request Header Fields Too Large',
};

export class HttpServer {
  private readonly server: Server;
  private readonly open = new InFlight<ServedRequest>();
  /** How many requests of a connection are being answered. */
  private readonly busy = new WeakMap<Socket, number>();
  private isStopping = false;

  constructor(private readonly options: HttpServerOptions) {
    this.server = createServer(
      {
        headersTimeout: HEADERS_MS_MAX,
        requestTimeout: REQUEST_MS_MAX,
        connectionsCheckingInterval: SLOW_CHECK_MS,
        keepAliveTimeout: KEEP_ALIVE_MS,
      },
      (request, response) => this.take(request, response),
    );
    this.server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) =>
      this.refuseMalformed(error, socket),
    );
  }

  /** Throws the system's error when the port cannot be had. */
  listen(host: string, port: number): Promise<AddressInfo> {
    return listenOn(this.server, host, port, this.options.onNote);
  }

  /** How many are being answered. */
  get inFlight(): number {
    return this.open.size;
  }

  /** Takes no more requests; resolves with how many were cut when the others are answered. */
  async stop(graceMs: number): Promise<number> {
    this.isStopping = true;
    this.server.close();
    this.server.closeIdleConnections();
    const cut = await this.open.drain(graceMs);
    this.server.closeAllConnections();
    return cut.length;
  }

  private take(request: IncomingMessage, response: ServerResponse): void {
    const { limits, onNote } = this.options;
    const { socket } = request;
    const length = Number(request.headers['content-length'] ?? 0);
    if (this.isStopping) {
      refuse(request, response, 503, 'the server is stopping');
      return;
    }
    if (isOutsideRequest(request)) {
      answerOutside(request, response, this.options.serving, limits.maxBodyBytes).catch(
        (error: Error) => {
          onNote(error.message);
          response.destroy();
        },
      );
      return;
    }
    if (this.open.size >= limits.maxConcurrent) {
      response.setHeader('Retry-After', '1');
      refuse(request, response, 503, `${limits.maxConcurrent} requests are being answered`);
      onNote(`refused ${request.method} ${request.url}: --max-concurrent ${limits.maxConcurrent}`);
      return;
    }
    if (length > limits.maxBodyBytes) {
      refuse(request, response, 413, `a body may have ${limits.maxBodyBytes} bytes`);
      onNote(`refused ${request.method} ${request.url}: its ${length} bytes are too many`);
      return;
    }
    this.busy.set(socket, (this.busy.get(socket) ?? 0) + 1);
    const { serving, onServed } = this.options;
    const served: ServedRequest = new ServedRequest(request, response, {
      limits,
      serving,
      onNote,
      onServed,
      onClosed: () => this.forget(served, socket),
    });
    this.open.add(served);
    served.begin();
  }

  private forget(served: ServedRequest, socket: Socket): void {
    this.busy.set(socket, (this.busy.get(socket) ?? 1) - 1);
    this.open.delete(served);
  }

  /** What is no HTTP is told so, unless earlier requests of the connection are being answered. */
  private refuseMalformed(error: NodeJS.ErrnoException, socket: Socket): void {
    if (error.code === 'ECONNRESET' || !socket.writable || (this.busy.get(socket) ?? 0) > 0) {
      socket.destroy();
      return;
    }
    const status = statusOf(error.code);
    this.options.onNote(`refused a request with ${status}: ${error.message}`);
    const text = `${status} ${STATUS_TEXTS[status] ?? ''}`;
    socket.end(
      `HTTP/1.1 ${text}\r\nConnection: close\r\nContent-Type: text/plain\r\n` +
        `Content-Length: ${text.length + 1}\r\n\r\n${text}\n`,
    );
  }
}

function statusOf(code: string | undefined): number {
  if (code === 'HPE_HEADER_OVERFLOW') return 431;
  return code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400;
}

/** Says no without an execution, and reads no more of what the client sends. */
function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  reason: string,
): void {
  response.statusCode = status;
  response.setHeader('Connection', 'close');
  response.setHeader('Content-Type', 'text/plain; charset=utf-8');
  response.end(`${reason}\n`);
  request.resume();
}
