/**
 * The real port in front of a program that is served: HTTP or raw connections, as its handler is.
 * Whoever opens it says what to do about what it reports.
 */
import type { AddressInfo } from 'node:net';
import type { ServingStart } from '../../host/protocol.ts';
import type { ServingClient } from '../serving-client.ts';
import { ConnectionServer } from './connection-server.ts';
import { HttpServer, type HttpServerOptions } from './http-server.ts';

/** How long requests that are being answered may take when a server stops, in milliseconds. */
export const STOP_GRACE_MS = 5_000;

export interface ServingPortOptions extends Omit<HttpServerOptions, 'serving'> {
  readonly serving: ServingClient;
  readonly host: string;
  /** 0 takes any that is free. */
  readonly port: number;
}

/** The system does not give the port; the message says which and why, and not what to do. */
export class NoPortError extends Error {
  override readonly name = 'NoPortError';
}

export class ServingPort {
  private constructor(
    private readonly server: HttpServer | ConnectionServer,
    /** `http://127.0.0.1:8080/`, or `tcp://127.0.0.1:8080` for raw connections. */
    readonly address: string,
  ) {}

  /** Throws NoPortError. */
  static async open(start: ServingStart, options: ServingPortOptions): Promise<ServingPort> {
    const { handler } = start;
    const server = handler === 'http' ? new HttpServer(options) : new ConnectionServer(options);
    const { host, port } = options;
    const address = await orNoPort(server.listen(host, port), host, port);
    return new ServingPort(server, addressText(start, address));
  }

  /** How many are being answered. */
  get inFlight(): number {
    return this.server.inFlight;
  }

  /** Takes no more clients; resolves with how many were cut when the others are answered. */
  stop(graceMs: number): Promise<number> {
    return this.server.stop(graceMs);
  }
}

/** What listening comes to; throws NoPortError in place of the system's error. */
export async function orNoPort<T>(listening: Promise<T>, host: string, port: number): Promise<T> {
  try {
    return await listening;
  } catch (cause) {
    const { code = '', message } = cause as NodeJS.ErrnoException;
    const why = code === 'EADDRINUSE' ? 'something else listens there' : message;
    throw new NoPortError(`port ${port} of ${host} cannot be had: ${why}`, { cause });
  }
}

function addressText({ handler }: ServingStart, { address, port, family }: AddressInfo): string {
  const host = family === 'IPv6' ? `[${address}]` : address;
  return handler === 'http' ? `http://${host}:${port}/` : `tcp://${host}:${port}`;
}
