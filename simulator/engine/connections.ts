/**
 * The connections that an attempt has open. They die with it: bytes are not idempotent, and a service
 * that has them cannot be told that they are the same ones.
 *
 * C1  What the journal holds of a connection is answered from it, in every attempt.
 * C2  The first thing asked of a connection that an earlier attempt opened, and which the journal
 *     does not hold, fails as reset. Nothing is sent again.
 * C3  Bytes leave once the effect that sends them is durable, in the order of the effects.
 */
import {
  type ConnectionArgs,
  type ConnectionFailed,
  type ConnectionReceiveArgs,
  type ConnectionReceived,
  type ConnectionSendArgs,
  connectionClose,
  connectionSend,
  connectionShutdown,
} from '../effects/connection.ts';
import type { EffectValue } from '../effects/operation.ts';
import type { Entry } from '../journal/entry.ts';
import type { Attempt } from './attempt.ts';
import type { Connection } from './connection.ts';
import type { InboxState } from './exchanges.ts';

export class Connections {
  private readonly open = new Map<number, Connection>();

  constructor(private readonly attempt: Attempt) {}

  /** Whether something is still to arrive at this node. */
  get expectMore(): boolean {
    for (const connection of this.open.values()) if (connection.expectsMore) return true;
    return false;
  }

  add(seq: number, connection: Connection): void {
    this.open.set(seq, connection);
  }

  /** Performs an output of a connection and gives its result; undefined for other effects. */
  output(entry: Entry): EffectValue | undefined {
    const perform = OUTPUTS[entry.operation.name];
    if (perform === undefined) return undefined;
    const { connection: seq } = entry.args as ConnectionArgs;
    const connection = this.open.get(seq);
    if (entry.operation.name === connectionClose.name) this.forget(seq);
    const failure = connection === undefined ? gone(seq) : connection.reset;
    if (connection === undefined || failure !== undefined) {
      return entry.operation.name === connectionSend.name ? failure : {};
    }
    this.attempt.commits.whenDurable(() => perform(connection, entry, this.attempt));
    return {};
  }

  /** The result of `connection.receive`; undefined while there is none. */
  receive({ connection: seq, length }: ConnectionReceiveArgs): ConnectionReceived | undefined {
    const connection = this.open.get(seq);
    return connection === undefined ? gone(seq) : connection.receive(length);
  }

  /** What is to be read of an inbox now; undefined when a reader would have to wait. */
  inbox(name: string): InboxState | undefined {
    const [, seq] = CONNECTION_INBOX.exec(name) ?? [];
    const connection = this.open.get(Number(seq));
    return connection === undefined ? { available: 0, ended: true } : connection.inbox;
  }

  /** The attempt has ended; `detail` says why, unless the program has come to its end. */
  endAll(detail: string | undefined): void {
    for (const connection of this.open.values()) connection.die(detail);
    this.open.clear();
  }

  private forget(seq: number): void {
    this.open.get(seq)?.abandon();
    this.open.delete(seq);
  }
}

/** The names that `connectionInbox` makes. */
const CONNECTION_INBOX = /^connection:(\d+)$/;

/** Whether an inbox belongs to a connection. */
export function isConnectionInbox(name: string): boolean {
  return CONNECTION_INBOX.test(name);
}

type Output = (connection: Connection, entry: Entry, attempt: Attempt) => void;

const OUTPUTS: Readonly<Record<string, Output>> = {
  [connectionSend.name]: (connection, { seq, operation, args }, { execution }) => {
    const site = { execution: execution.id, seq, effect: operation.name };
    connection.transmit((args as ConnectionSendArgs).body, site);
  },
  [connectionShutdown.name]: (connection) => connection.transmitEnd(),
  [connectionClose.name]: (connection) => connection.transmitEnd(),
};

function gone(seq: number): ConnectionFailed {
  const detail = `connection ${seq} ended with the node that had opened it`;
  return { failure: 'reset', detail };
}
