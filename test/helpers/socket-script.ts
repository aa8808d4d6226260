/** What programs do with sockets that others reach them at, over a component's imports. */
import { ComponentError } from '../../simulator/guest/preview2/component-error.ts';
import type { Pollable } from '../../simulator/guest/preview2/pollable.ts';
import type {
  IncomingDatagramStream,
  OutgoingDatagramStream,
} from '../../simulator/guest/preview2/sockets/datagram-streams.ts';
import type { ResolveAddressStream } from '../../simulator/guest/preview2/sockets/ip-name-lookup.ts';
import type { Network, SocketAddress } from '../../simulator/guest/preview2/sockets/network.ts';
import type { TcpSocket } from '../../simulator/guest/preview2/sockets/tcp-socket.ts';
import type { UdpSocket } from '../../simulator/guest/preview2/sockets/udp-socket.ts';
import type { ScriptImports } from './scripted-component.ts';
import { TcpClient, TcpScript } from './tcp-script.ts';

interface SocketImports {
  readonly 'wasi:sockets/instance-network': { instanceNetwork(): Network };
  readonly 'wasi:sockets/ip-name-lookup': {
    resolveAddresses(network: Network, name: string): ResolveAddressStream;
  };
  readonly 'wasi:sockets/tcp-create-socket': { createTcpSocket(family: 'ipv4'): TcpSocket };
  readonly 'wasi:sockets/udp-create-socket': { createUdpSocket(family: 'ipv4'): UdpSocket };
}

export type Address = readonly [a: number, b: number, c: number, d: number];

export const ANY: Address = [0, 0, 0, 0];
export const LOOPBACK: Address = [127, 0, 0, 1];

export function ipv4(address: Address, port: number): SocketAddress {
  return { tag: 'ipv4', val: { port, address } };
}

/** `10.128.0.1:7`. */
export function textOf({ val: { address, port } }: SocketAddress): string {
  return `${address.join('.')}:${port}`;
}

/** A datagram socket with its streams. */
export class UdpEnd {
  private incoming: IncomingDatagramStream;
  private outgoing: OutgoingDatagramStream;

  constructor(
    readonly socket: UdpSocket,
    remote?: SocketAddress,
  ) {
    [this.incoming, this.outgoing] = socket.stream(remote);
  }

  connect(remote: SocketAddress | undefined): void {
    [this.incoming, this.outgoing] = this.socket.stream(remote);
  }

  send(text: string, to?: SocketAddress): void {
    this.outgoing.checkSend();
    this.outgoing.send([{ data: Buffer.from(text), remoteAddress: to }]);
  }

  subscribe(): Pollable {
    return this.incoming.subscribe();
  }

  /** What is there, as `text from address`; an error by its code. */
  receive(): readonly string[] {
    try {
      return this.incoming
        .receive(16n)
        .map(({ data, remoteAddress }) => `${Buffer.from(data)} from ${textOf(remoteAddress)}`);
    } catch (error) {
      if (error instanceof ComponentError) return [String(error.payload)];
      throw error;
    }
  }

  /** Waits for at least one; an empty list when `tcp`'s time is over first. */
  await(script: SocketScript, ms: number): readonly string[] {
    const pollable = this.incoming.subscribe();
    const ready = script.poll([pollable, script.timer(ms)]);
    return ready.includes(0) ? this.receive() : [];
  }

  close(): void {
    this.socket[Symbol.dispose]();
  }
}

/** A program with sockets of all kinds. */
export class SocketScript extends TcpScript {
  private readonly world: SocketImports;

  constructor(imports: ScriptImports) {
    super(imports);
    this.world = imports as unknown as SocketImports;
  }

  get network(): Network {
    return this.world['wasi:sockets/instance-network'].instanceNetwork();
  }

  /** A socket that is bound; throws ComponentError with a code of the network. */
  udp(port = 0, address = ANY): UdpEnd {
    const socket = this.world['wasi:sockets/udp-create-socket'].createUdpSocket('ipv4');
    socket.startBind(this.network, ipv4(address, port));
    socket.finishBind();
    return new UdpEnd(socket);
  }

  listen(port: number, address = ANY, backlog?: number): TcpSocket {
    const socket = this.world['wasi:sockets/tcp-create-socket'].createTcpSocket('ipv4');
    socket.startBind(this.network, ipv4(address, port));
    socket.finishBind();
    if (backlog !== undefined) socket.setListenBacklogSize(BigInt(backlog));
    socket.startListen();
    socket.finishListen();
    return socket;
  }

  /** Waits for the next connection. */
  accept(listener: TcpSocket): TcpClient {
    for (;;) {
      listener.subscribe().block();
      try {
        return new TcpClient(...listener.accept());
      } catch (error) {
        const isEmpty = error instanceof ComponentError && error.payload === 'would-block';
        if (!isEmpty) throw error;
      }
    }
  }

  /** The addresses of a name. Throws ComponentError where it has none. */
  resolve(name: string): readonly Address[] {
    const lookup = this.world['wasi:sockets/ip-name-lookup'];
    const stream = lookup.resolveAddresses(this.network, name);
    const found: Address[] = [];
    for (;;) {
      const next = stream.resolveNextAddress();
      if (next === undefined) return found;
      found.push(next.val as unknown as Address);
    }
  }
}
