/**
 * The real TCP port of an inetd-style program: each connection is the standard input and output of
 * an execution, which begins with it and whose end closes it.
 */
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { ServedEnd, ServedPart } from '../../host/protocol.ts';
import type { ServeLimits } from '../serve-limits.ts';
import type { Answering, ServingClient } from '../serving-client.ts';
import type { ServedReport } from './http-served.ts';
import { InFlight, listenOn } from './in-flight.ts';

export interface ConnectionServerOptions {
  readonly limits: ServeLimits;
  readonly serving: Pick<ServingClient, 'connect' | 'more'>;
  readonly onServed: (report: ServedReport) => void;
  readonly onNote: (text: string) => void;
}

/** Most clients speak first; one that does not is served after this long. */
const FIRST_BYTES_MS = 20;
/** How long a client may take to close its side once the program has ended. */
const LINGER_MS = 2_000;

export class ConnectionServer {
  private readonly server: Server;
  private readonly open = new InFlight<ServedConnection>();

  constructor(private readonly options: ConnectionServerOptions) {
    this.server = createServer({ allowHalfOpen: true }, (socket) => this.take(socket));
  }

  /** Throws the system's error when the port cannot be had. */
  listen(host: string, port: number): Promise<AddressInfo> {
    return listenOn(this.server, host, port, this.options.onNote);
  }

  /** How many are being answered. */
  get inFlight(): number {
    return this.open.size;
  }

  /** Takes no more connections; resolves with how many were cut when the others are over. */
  async stop(graceMs: number): Promise<number> {
    this.server.close();
    const cut = await this.open.drain(graceMs);
    for (const connection of cut) connection.cut();
    return cut.length;
  }

  private take(socket: Socket): void {
    const { limits, onNote } = this.options;
    if (this.open.size >= limits.maxConcurrent) {
      onNote(`refused a connection: --max-concurrent ${limits.maxConcurrent}`);
      socket.on('error', () => undefined);
      socket.destroy();
      return;
    }
    const connection: ServedConnection = new ServedConnection(socket, this.options, () =>
      this.open.delete(connection),
    );
    this.open.add(connection);
    connection.begin();
  }
}

class ServedConnection implements Answering {
  private readonly startedAt = performance.now();
  private readonly peer: string;
  private execution: string | undefined;
  private first: NodeJS.Timeout | undefined;
  private received = 0;
  private hasEnded = false;
  private isGone = false;
  /** The program has said all that it will. */
  private isAnswered = false;

  constructor(
    private readonly socket: Socket,
    private readonly options: ConnectionServerOptions,
    private readonly onClosed: () => void,
  ) {
    this.peer = `${socket.remoteAddress}:${socket.remotePort}`;
  }

  begin(): void {
    const { socket } = this;
    socket.setNoDelay(true);
    this.first = setTimeout(() => this.receive(new Uint8Array(0), false), FIRST_BYTES_MS);
    socket.on('data', (chunk: Uint8Array) => this.receive(Uint8Array.from(chunk), false));
    socket.once('end', () => this.receive(new Uint8Array(0), true));
    socket.on('error', () => undefined);
    socket.once('close', () => this.close());
  }

  part(part: ServedPart['part']): void {
    if ('bytes' in part && this.socket.writable) this.socket.write(part.bytes);
  }

  end(end: ServedEnd): void {
    this.isAnswered = true;
    // One that did not come to its own end must not look as if it had.
    if (end.status === 'completed') this.finish();
    else this.cut();
    const realMs = performance.now() - this.startedAt;
    const { execution = '', peer, isGone, options } = this;
    const what = `connection ${peer}`;
    options.onServed({ what, execution, status: undefined, realMs, end, isGone });
  }

  /** Closing while the client still sends would take away what it has not read yet. */
  private finish(): void {
    this.socket.end();
    setTimeout(() => this.cut(), LINGER_MS).unref();
  }

  stuck(): void {
    this.cut();
  }

  cut(): void {
    this.socket.destroy();
  }

  private receive(bytes: Uint8Array, ends: boolean): void {
    clearTimeout(this.first);
    if (this.hasEnded) return;
    const { limits, serving, onNote } = this.options;
    this.hasEnded = ends;
    this.received += bytes.length;
    if (this.received > limits.maxBodyBytes) {
      onNote(`cut the connection of ${this.peer}: it sent more than ${limits.maxBodyBytes} bytes`);
      this.cut();
      return;
    }
    if (this.execution === undefined) this.execution = serving.connect(bytes, ends, this);
    else serving.more(this.execution, { body: bytes, ends });
  }

  private close(): void {
    clearTimeout(this.first);
    if (!this.isAnswered && this.execution !== undefined) {
      this.isGone = true;
      this.options.onNote(`the client ${this.peer} went away; ${this.execution} goes on`);
      // Whatever it waits to read does not come.
      this.receive(new Uint8Array(0), true);
    }
    this.onClosed();
  }
}
