/** The command's server as it ships, for tests to talk to. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { startBackstitch } from '../helpers/dist.ts';

/** A line of `serve --json`. */
export interface ServeEvent {
  readonly event: string;
  readonly [field: string]: unknown;
}

export interface Reply {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

export class ServeProcess {
  readonly events: ServeEvent[] = [];
  private readonly child: ReturnType<typeof startBackstitch>;
  /** Its exit code, when it ends by itself. */
  readonly exit: Promise<number | null>;
  private watchers: (() => void)[] = [];
  private errors = '';
  private hasExited = false;

  constructor(args: readonly string[], cwd: string) {
    this.child = startBackstitch(['serve', ...args, '--port', '0', '--json'], { cwd });
    createInterface({ input: this.child.stdout }).on('line', (line) => {
      this.events.push(JSON.parse(line) as ServeEvent);
      for (const watcher of this.watchers) watcher();
    });
    this.child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.errors += text;
    });
    this.exit = once(this.child, 'close').then(([code]) => {
      this.hasExited = true;
      for (const watcher of this.watchers) watcher();
      return code as number | null;
    });
  }

  /** The first event that fits, once it is there. */
  event(name: string, fits: (event: ServeEvent) => boolean = () => true): Promise<ServeEvent> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const found = this.events.find((event) => event.event === name && fits(event));
        if (found !== undefined) resolve(found);
        else if (this.hasExited) reject(new Error(`it ended without ${name}: ${this.log()}`));
        else return;
        this.watchers = this.watchers.filter((watcher) => watcher !== look);
      };
      this.watchers.push(look);
      look();
    });
  }

  /** The line about an execution, once it is over. */
  served(execution: string): Promise<ServeEvent> {
    return this.event('served', (event) => event.execution === execution);
  }

  async address(): Promise<URL> {
    const { address } = await this.event('listening');
    return new URL(String(address));
  }

  async url(path: string): Promise<string> {
    return new URL(path, await this.address()).href;
  }

  async connect(): Promise<RawClient> {
    const { hostname, port } = await this.address();
    const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
    await once(socket, 'connect');
    return new RawClient(socket);
  }

  interrupt(): void {
    this.child.kill('SIGINT');
  }

  /** Ends it at once, as the system does when it has no memory left. */
  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.exit;
  }

  /** Ends it in good order, and gives its exit code. */
  async stop(): Promise<number | null> {
    if (!this.hasExited) this.interrupt();
    return this.exit;
  }

  log(): string {
    return `${this.errors}${this.events.map((event) => JSON.stringify(event)).join('\n')}`;
  }
}

/** A connection whose bytes the test writes itself. */
export class RawClient {
  text = '';
  readonly ended: Promise<void>;
  private watchers: (() => void)[] = [];

  constructor(readonly socket: Socket) {
    socket.setEncoding('latin1').on('data', (text: string) => {
      this.text += text;
      for (const watcher of this.watchers) watcher();
    });
    socket.on('error', () => undefined);
    this.ended = new Promise((resolve) => {
      socket.once('end', resolve);
      socket.once('close', () => resolve());
    });
  }

  send(text: string): void {
    this.socket.write(text, 'latin1');
  }

  /** Resolves once what was received contains the text; rejects when the connection ends before. */
  async until(text: string): Promise<string> {
    const found = new Promise<void>((resolve) => {
      const look = (): void => {
        if (this.text.includes(text)) resolve();
      };
      this.watchers.push(look);
      look();
    });
    await Promise.race([found, this.ended]);
    if (this.text.includes(text)) return this.text;
    throw new Error(`the connection ended without ${JSON.stringify(text)}: ${this.text}`);
  }

  /** All that came until the end of the connection. */
  async all(): Promise<string> {
    await this.ended;
    return this.text;
  }
}
