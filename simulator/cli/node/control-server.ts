/**
 * A port of Backstitch's own, for programs of this machine: they keep promises, send messages and
 * look at executions below `/.backstitch/`, whatever is served. A port of raw connections has no
 * paths for that, and one that is open to other machines may better have none.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { listenOn } from './in-flight.ts';
import {
  answerOutside,
  isOutsideRequest,
  type OutsideServing,
  PREFIX,
} from './outside-requests.ts';
import { orNoPort } from './serving-port.ts';

export interface ControlServerOptions {
  readonly serving: OutsideServing;
  /** Bytes of a promise's value or a message. */
  readonly maxBodyBytes: number;
  readonly onNote: (text: string) => void;
}

/** No other machine reaches it. */
const HOST = '127.0.0.1';

export class ControlServer {
  private readonly server: Server;

  constructor(private readonly options: ControlServerOptions) {
    this.server = createServer((request, response) => this.take(request, response));
  }

  /** Gives its address. Throws NoPortError. */
  async listen(port: number): Promise<string> {
    const listening = listenOn(this.server, HOST, port, this.options.onNote);
    const address = await orNoPort(listening, HOST, port);
    return `http://${HOST}:${address.port}${PREFIX}`;
  }

  stop(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  private take(request: IncomingMessage, response: ServerResponse): void {
    const { serving, maxBodyBytes, onNote } = this.options;
    if (!isOutsideRequest(request)) {
      request.resume();
      response.statusCode = 404;
      response.setHeader('Content-Type', 'application/json');
      response.end(`${JSON.stringify({ error: `there is ${PREFIX} only` })}\n`);
      return;
    }
    answerOutside(request, response, serving, maxBodyBytes).catch((error: Error) => {
      onNote(error.message);
      response.destroy();
    });
  }
}
