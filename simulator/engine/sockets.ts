/**
 * The sockets of an attempt that others reach it at: those that listen, and those for datagrams.
 *
 * K1  A socket that the journal shows as open is open in every attempt that performs effects.
 * K2  What waits in a socket ends with the attempt: connections are reset, datagrams are lost.
 * K3  An attempt with an open socket is not given back: nobody could be reached meanwhile.
 */
import {
  type Accepted,
  connectionUnlisten,
  type Endpoint,
  type ListenArgs,
  type ListenerArgs,
  type NobodyConnected,
} from '../effects/connection.ts';
import {
  type DatagramConnectArgs,
  type DatagramReceiveArgs,
  type DatagramRefused,
  type DatagramSocketArgs,
  type DatagramsReceived,
  datagramClose,
  datagramConnect,
} from '../effects/datagram.ts';
import type { Entry } from '../journal/entry.ts';
import type { Attempt } from './attempt.ts';
import { DatagramSocket } from './datagram-socket.ts';
import type { InboxState } from './exchanges.ts';
import { Listener } from './listener.ts';
import { openSockets } from './open-sockets.ts';

const NOTHING: DatagramsReceived = { datagrams: [], body: new Uint8Array(0) };
/** The names that `listenerInbox` and `datagramInbox` make. */
const SOCKET_INBOX = /^(listener|datagrams):(\d+)$/;

export class Sockets {
  private readonly listeners = new Map<number, Listener>();
  private readonly datagrams = new Map<number, DatagramSocket>();
  private resumed = false;

  constructor(private readonly attempt: Attempt) {}

  get areOpen(): boolean {
    return this.listeners.size + this.datagrams.size > 0;
  }

  /** Opens again what earlier attempts left open; to be called before anything is performed. */
  resume(): void {
    if (this.resumed) return;
    this.resumed = true;
    const { listeners, datagrams } = openSockets(this.attempt.view);
    for (const [seq, args] of listeners) this.listen(seq, args);
    for (const [seq, { local, remote }] of datagrams) this.open(seq, local).connect(remote);
  }

  listen(seq: number, args: ListenArgs): ListenerArgs {
    this.listeners.set(seq, new Listener(this.attempt, args));
    return { listener: seq };
  }

  accept({ listener }: ListenerArgs, seq: number): Accepted | NobodyConnected {
    const { connections } = this.attempt;
    const accepted = this.listeners
      .get(listener)
      ?.accept(seq, (connection) => connections.add(seq, connection));
    return accepted ?? { again: true };
  }

  /** The socket that is connected to by who connects to this address and port. */
  listenerAt({ host, port }: Endpoint): Listener | undefined {
    for (const listener of this.listeners.values()) if (listener.takes(host, port)) return listener;
    return undefined;
  }

  open(seq: number, local: Endpoint): DatagramSocket {
    const socket = new DatagramSocket(local);
    this.datagrams.set(seq, socket);
    return socket;
  }

  receive({ socket, count }: DatagramReceiveArgs): DatagramsReceived | DatagramRefused {
    return this.datagrams.get(socket)?.receive(count) ?? NOTHING;
  }

  datagramSocket(seq: number): DatagramSocket | undefined {
    return this.datagrams.get(seq);
  }

  /** The socket that gets what is sent to this address and port. */
  datagramSocketAt({ host, port }: Endpoint): DatagramSocket | undefined {
    for (const socket of this.datagrams.values()) if (socket.takes(host, port)) return socket;
    return undefined;
  }

  /** What an output does that changes or ends a socket. */
  output({ operation, args }: Entry): void {
    if (operation.name === connectionUnlisten.name) {
      const { listener } = args as ListenerArgs;
      this.listeners.get(listener)?.close('it was not accepted');
      this.listeners.delete(listener);
    }
    if (operation.name === datagramConnect.name) {
      const { socket, remote } = args as DatagramConnectArgs;
      this.datagrams.get(socket)?.connect(remote);
    }
    if (operation.name === datagramClose.name) {
      this.datagrams.delete((args as DatagramSocketArgs).socket);
    }
  }

  /** What is to be read of an inbox now; undefined when a reader would have to wait. */
  inbox(name: string): InboxState | undefined {
    const [, kind, seq] = SOCKET_INBOX.exec(name) ?? [];
    const socket = (kind === 'listener' ? this.listeners : this.datagrams).get(Number(seq));
    return socket === undefined ? { available: 0, ended: true } : socket.inbox;
  }

  closeAll(detail: string): void {
    for (const listener of this.listeners.values()) listener.close(detail);
    this.listeners.clear();
    this.datagrams.clear();
  }
}

/** Whether an inbox belongs to a socket that others reach the program at. */
export function isSocketInbox(name: string): boolean {
  return SOCKET_INBOX.test(name);
}
