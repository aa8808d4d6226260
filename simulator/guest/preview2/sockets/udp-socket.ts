import { datagramClose, datagramConnect, datagramOpen } from '../../../effects/datagram.ts';
import { IncomingDatagramStream, OutgoingDatagramStream } from './datagram-streams.ts';
import {
  addressText,
  checkRemote,
  failNetwork,
  isLoopback,
  isUnspecified,
  type SocketAddress,
  socketAddress,
} from './network.ts';
import { Socket } from './socket.ts';

/** A socket that has its address. */
interface Opened {
  /** The effect that opened it. */
  readonly socket: number;
  /** The address of its host, as others see it. */
  readonly address: string;
}

/** A UDP socket. It receives from the moment that it is bound, whether it has streams or not. */
export class UdpSocket extends Socket {
  private opened: Opened | undefined;
  private remote: SocketAddress | undefined;

  override finishBind(): void {
    super.finishBind();
    const local = super.localAddress();
    const bound = { host: addressText(local), port: local.val.port };
    this.opened = this.port.effect(datagramOpen, bound);
  }

  stream(remote: SocketAddress | undefined): [IncomingDatagramStream, OutgoingDatagramStream] {
    if (remote !== undefined) checkRemote(this.addressFamily(), remote);
    const { opened, port } = this;
    if (opened === undefined) failNetwork('invalid-state');
    const { socket } = opened;
    if (remote !== undefined) {
      const to = { host: addressText(remote), port: remote.val.port };
      port.effect(datagramConnect, { socket, remote: to });
    } else if (this.remote !== undefined) {
      port.effect(datagramConnect, { socket });
    }
    this.remote = remote;
    return [
      new IncomingDatagramStream(port, socket),
      new OutgoingDatagramStream(port, socket, this.addressFamily(), remote),
    ];
  }

  override localAddress(): SocketAddress {
    const local = super.localAddress();
    const { remote, opened } = this;
    if (remote === undefined || opened === undefined || !isUnspecified(local)) return local;
    const address = isLoopback(remote) ? addressText(remote) : opened.address;
    return socketAddress(address, local.val.port);
  }

  remoteAddress(): SocketAddress {
    return this.remote ?? failNetwork('invalid-state');
  }

  unicastHopLimit(): number {
    return this.hopCount;
  }

  setUnicastHopLimit(value: number): void {
    this.hopCount = value;
  }

  override [Symbol.dispose](): void {
    const { opened, port } = this;
    if (opened !== undefined) port.effect(datagramClose, { socket: opened.socket });
    super[Symbol.dispose]();
  }

  protected override isBindable(): boolean {
    return true;
  }
}
