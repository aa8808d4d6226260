/**
 * A port of this machine at which debuggers attach to what a command runs. It owns the port and its
 * connections; the host with the simulation is somebody else's.
 */
import { createServer, type Socket } from 'node:net';
import type { HostEvent, ProblemReport } from '../simulator/host/protocol.ts';
import { connectStreams, type MessageHandler } from './message-stream.ts';
import { type SessionHost, SessionProxy } from './session-proxy.ts';

/** Whoever connects can change what runs, so that no other machine may. */
const ADDRESS = '127.0.0.1';

/** How long a connection that is ended may take to end on its other side too. */
const END_MS_MAX = 1000;

export class DebugPort {
  private readonly server = createServer((socket) => void this.serve(socket));
  private readonly sessions = new Map<SessionProxy, Socket>();
  private begun = 0;
  private whenIdle: (() => void)[] = [];
  private hasAttached = false;
  private isStopped = false;
  private end: () => void = () => {};
  /** The port is stopped and the host is gone: there will be nothing to debug. */
  private readonly over = new Promise<void>((resolve) => {
    this.end = resolve;
  });

  /**
   * @param ready resolves when there is something to debug, until when debuggers wait
   * @param onIdle no debugger is connected any more; told whether any has attached so far
   */
  constructor(
    private readonly host: SessionHost,
    private readonly ready: Promise<void>,
    private readonly onIdle: (hasAttached: boolean) => void,
  ) {}

  /** Whether a debugger is connected. */
  get isBusy(): boolean {
    return this.sessions.size > 0;
  }

  /**
   * Gives its address, such as `127.0.0.1:4711`. Rejects when the port cannot be had.
   *
   * @param port 0 takes any that is free
   */
  listen(port: number): Promise<string> {
    return new Promise((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(port, ADDRESS, () => {
        const address = this.server.address();
        const taken = typeof address === 'object' && address !== null ? address.port : port;
        resolve(`${ADDRESS}:${taken}`);
      });
    });
  }

  /** An event of the host. */
  hear(event: HostEvent): void {
    if (event.kind !== 'dap') return;
    if ((event.message as { readonly event?: string }).event === 'initialized') {
      this.hasAttached = true;
    }
    for (const session of this.sessions.keys()) session.hear(event);
  }

  /** The host is gone, or another goes on for it. A port that is stopped ends its connections. */
  lose(problem: ProblemReport): void {
    for (const session of this.sessions.keys()) session.died(problem);
    if (!this.isStopped) return;
    this.end();
    for (const socket of this.sessions.values()) endSoon(socket);
  }

  /** Resolves when no debugger is connected. */
  idle(): Promise<void> {
    if (!this.isBusy) return Promise.resolve();
    return new Promise((resolve) => this.whenIdle.push(resolve));
  }

  /** Takes no more debuggers. */
  stop(): void {
    this.isStopped = true;
    this.server.close();
  }

  private async serve(socket: Socket): Promise<void> {
    const session = new SessionProxy(this.host, ++this.begun);
    this.sessions.set(session, socket);
    socket.on('error', () => {});
    await Promise.race([this.ready, this.over]);
    // Somebody may only have looked whether the port is open.
    if (!socket.destroyed && !socket.readableEnded && !socket.writableEnded) {
      await connectStreams(session satisfies MessageHandler, socket, socket);
      // A client that has just gone leaves what it debugged as if it had disconnected.
      await session.leave();
    }
    this.sessions.delete(session);
    socket.destroy();
    if (this.isBusy) return;
    this.onIdle(this.hasAttached);
    for (const resolve of this.whenIdle.splice(0)) resolve();
  }
}

/** Ends a connection also when its other side stays silent. */
function endSoon(socket: Socket): void {
  if (socket.destroyed) return;
  const timer = setTimeout(() => socket.destroy(), END_MS_MAX);
  socket.once('close', () => clearTimeout(timer));
  socket.end();
}

/** For commands, which load the debug adapter only when they need it. */
export function debugPort(...setup: ConstructorParameters<typeof DebugPort>): DebugPort {
  return new DebugPort(...setup);
}
