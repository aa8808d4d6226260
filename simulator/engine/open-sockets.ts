/** The sockets that a journal shows as open: those that every attempt has from its beginning. */
import {
  connectionListen,
  connectionUnlisten,
  type Endpoint,
  type ListenArgs,
  type ListenerArgs,
} from '../effects/connection.ts';
import {
  type DatagramConnectArgs,
  type DatagramSocketArgs,
  datagramClose,
  datagramConnect,
  datagramOpen,
} from '../effects/datagram.ts';
import type { Entry, Seq } from '../journal/entry.ts';

export interface OpenSockets {
  readonly listeners: ReadonlyMap<Seq, ListenArgs>;
  readonly datagrams: ReadonlyMap<Seq, OpenDatagrams>;
}

/** A datagram socket: where it is bound, and whom it is connected to. */
export interface OpenDatagrams {
  readonly local: Endpoint;
  remote: Endpoint | undefined;
}

/** By the effect that opened each, in that order. */
export function openSockets(view: readonly Entry[]): OpenSockets {
  const listeners = new Map<Seq, ListenArgs>();
  const datagrams = new Map<Seq, OpenDatagrams>();
  for (const { seq, operation, args } of view) {
    switch (operation.name) {
      case connectionListen.name:
        listeners.set(seq, args as ListenArgs);
        break;
      case connectionUnlisten.name:
        listeners.delete((args as ListenerArgs).listener as Seq);
        break;
      case datagramOpen.name:
        datagrams.set(seq, { local: args as Endpoint, remote: undefined });
        break;
      case datagramConnect.name: {
        const { socket, remote } = args as DatagramConnectArgs;
        const open = datagrams.get(socket as Seq);
        if (open !== undefined) open.remote = remote;
        break;
      }
      case datagramClose.name:
        datagrams.delete((args as DatagramSocketArgs).socket as Seq);
        break;
    }
  }
  return { listeners, datagrams };
}
