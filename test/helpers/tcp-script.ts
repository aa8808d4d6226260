/** What programs do that speak HTTP over sockets themselves, over a component's imports. */
import { ComponentError } from '../../simulator/guest/preview2/component-error.ts';
import type { Network } from '../../simulator/guest/preview2/sockets/network.ts';
import type { TcpSocket } from '../../simulator/guest/preview2/sockets/tcp-socket.ts';
import type { InputStream, OutputStream } from '../../simulator/guest/preview2/streams.ts';
import { HttpScript, type ScriptImports } from './scripted-component.ts';

interface SocketImports {
  readonly 'wasi:sockets/instance-network': { instanceNetwork(): Network };
  readonly 'wasi:sockets/tcp-create-socket': { createTcpSocket(family: 'ipv4'): TcpSocket };
}

/** The connection is gone, as a program finds out. */
export class Lost extends Error {
  override readonly name = 'Lost';
}

/** One connection of a program, and what it has received and not read. */
export class TcpClient {
  private pending = '';

  constructor(
    readonly socket: TcpSocket,
    readonly input: InputStream,
    readonly output: OutputStream,
  ) {}

  send(text: string): void {
    orLost(() => this.output.blockingWriteAndFlush(Buffer.from(text, 'latin1')));
  }

  /** What is there, after waiting for at least one byte; undefined at the end. */
  receive(): string | undefined {
    try {
      return orLost(() => Buffer.from(this.input.blockingRead(64n)).toString('latin1'));
    } catch (error) {
      if (error instanceof ComponentError) return undefined;
      throw error;
    }
  }

  /** The status and the whole body of the next response. Throws Lost where it does not all come. */
  response(): string {
    const head = this.until('\r\n\r\n');
    const status = /^HTTP\/1\.1 (\d+)/.exec(head)?.[1];
    const length = /\r\ncontent-length: (\d+)/.exec(head)?.[1];
    if (length !== undefined) return `${status} ${this.take(Number(length))}`;
    let body = '';
    for (;;) {
      const size = Number.parseInt(this.until('\r\n'), 16);
      const chunk = this.take(size);
      this.take(2);
      if (size === 0) return `${status} ${body}`;
      body += chunk;
    }
  }

  close(): void {
    this.input[Symbol.dispose]();
    this.output[Symbol.dispose]();
    this.socket[Symbol.dispose]();
  }

  private until(mark: string): string {
    while (!this.pending.includes(mark)) this.more();
    return this.take(this.pending.indexOf(mark) + mark.length);
  }

  private take(count: number): string {
    while (this.pending.length < count) this.more();
    const taken = this.pending.slice(0, count);
    this.pending = this.pending.slice(count);
    return taken;
  }

  private more(): void {
    const text = this.receive();
    if (text === undefined) throw new Lost('it has ended');
    this.pending += text;
  }
}

/** A program that connects to the hosts of the world by their addresses. */
export class TcpScript extends HttpScript {
  private readonly sockets: SocketImports;

  constructor(imports: ScriptImports) {
    super(imports);
    this.sockets = imports as unknown as SocketImports;
  }

  /** Throws ComponentError with a code of the network. */
  connect(port = 80, ...address: readonly number[]): TcpClient {
    const socket = this.sockets['wasi:sockets/tcp-create-socket'].createTcpSocket('ipv4');
    const network = this.sockets['wasi:sockets/instance-network'].instanceNetwork();
    const to = address.length === 0 ? [10, 0, 0, 1] : address;
    socket.startConnect(network, { tag: 'ipv4', val: { port, address: to } });
    const [input, output] = socket.finishConnect();
    return new TcpClient(socket, input, output);
  }
}

/** A request of HTTP/1.1 as it is sent. */
export function requestText(
  method: string,
  path: string,
  fields: readonly string[] = [],
  body = '',
): string {
  const length = body === '' ? [] : [`Content-Length: ${body.length}`];
  const lines = [`${method} ${path} HTTP/1.1`, 'Host: counter', ...fields, ...length];
  return `${lines.join('\r\n')}\r\n\r\n${body}`;
}

/** Tells a stream that failed from one that has ended. */
function orLost<T>(step: () => T): T {
  try {
    return step();
  } catch (error) {
    if (!(error instanceof ComponentError)) throw error;
    const { tag } = error.payload as { tag: string };
    if (tag === 'closed') throw error;
    throw new Lost(tag);
  }
}
