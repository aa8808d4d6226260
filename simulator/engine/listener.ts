import type { Accepted, Endpoint, ListenArgs, NobodyConnected } from '../effects/connection.ts';
import { isBoundFor } from '../world/addresses.ts';
import type { Attempt } from './attempt.ts';
import type { Connection } from './connection.ts';
import type { InboxState } from './exchanges.ts';

/** The most that wait to be accepted, whatever the program asks for (as `somaxconn` has it). */
export const BACKLOG_MAX = 4096;

/** One that has connected and was not accepted yet. */
interface Waiting {
  readonly connection: Connection;
  /** Where it comes from. */
  readonly remote: Endpoint;
  /** Which of this machine's addresses it has connected to. */
  readonly address: string;
}

/** A listening socket of an attempt, with those that wait to be accepted. */
export class Listener {
  private readonly waiting: Waiting[] = [];

  constructor(
    private readonly attempt: Attempt,
    private readonly args: ListenArgs,
  ) {}

  takes(host: string, port: number): boolean {
    return port === this.args.port && isBoundFor(this.args.host, host);
  }

  get isFull(): boolean {
    return this.waiting.length >= Math.min(this.args.backlog, BACKLOG_MAX);
  }

  offer(waiting: Waiting): void {
    this.waiting.push(waiting);
    this.attempt.poke();
  }

  /** Takes the first; `add` is told of it under the number of the effect that accepts. */
  accept(seq: number, add: (connection: Connection) => void): Accepted | NobodyConnected {
    const first = this.waiting.shift();
    if (first === undefined) return { again: true };
    add(first.connection);
    return { connection: seq, ...first.remote, address: first.address };
  }

  get inbox(): InboxState | undefined {
    return this.waiting.length > 0 ? { available: this.waiting.length, ended: false } : undefined;
  }

  close(detail: string): void {
    for (const { connection } of this.waiting.splice(0)) connection.die(detail);
  }
}
