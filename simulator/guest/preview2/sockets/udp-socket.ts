import { datagramClose, datagramOpen } from '../../../effects/datagram.ts';
import { IncomingDatagramStream, OutgoingDatagramStream } from './datagram-streams.ts';
import {
  addressText,
  checkRemote,
  failNetwork,
  isUnspecified,
  type SocketAddress,
  socketAddress,
} from './network.ts';
import { Socket } from './socket.ts';

/** Where a socket's datagrams come and go, since its latest pair of streams. */
interface Streaming {
  /** The effect that opened it. */
  readonly socket: number;
  readonly remote: SocketAddress | undefined;
  /** Its own address, as others see it. */
  readonly address: string;
}

/**
 * A UDP socket. It receives from the moment that it has streams; a second pair takes the place of
 * the first, and what has come and was not received is gone.
 */
export class UdpSocket extends Socket {
  private streaming: Streaming | undefined;

  stream(remote: SocketAddress | undefined): [IncomingDatagramStream, OutgoingDatagramStream] {
    if (remote !== undefined) checkRemote(this.addressFamily(), remote);
    if (!this.isBound) failNetwork('invalid-state');
    this.closeStreams();
    const { port } = this;
    const local = super.localAddress();
    const bound = { host: addressText(local), port: local.val.port };
    const towards =
      remote === undefined ? {} : { remote: { host: addressText(remote), port: remote.val.port } };
    const { socket, address } = port.effect(datagramOpen, { ...bound, ...towards });
    this.streaming = { socket, remote, address };
    return [
      new IncomingDatagramStream(port, socket),
      new OutgoingDatagramStream(port, socket, this.addressFamily(), remote),
    ];
  }

  override localAddress(): SocketAddress {
    const local = super.localAddress();
    const { streaming } = this;
    if (streaming?.remote === undefined || !isUnspecified(local)) return local;
    return socketAddress(streaming.address, local.val.port);
  }

  remoteAddress(): SocketAddress {
    return this.streaming?.remote ?? failNetwork('invalid-state');
  }

  unicastHopLimit(): number {
    return this.hopCount;
  }

  setUnicastHopLimit(value: number): void {
    this.hopCount = value;
  }

  override [Symbol.dispose](): void {
    this.closeStreams();
    super[Symbol.dispose]();
  }

  protected override isBindable(): boolean {
    return true;
  }

  private closeStreams(): void {
    const { streaming } = this;
    this.streaming = undefined;
    if (streaming !== undefined) this.port.effect(datagramClose, { socket: streaming.socket });
  }
}
