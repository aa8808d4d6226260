import {
  type ConnectionFailure,
  connectionAccept,
  connectionListen,
  connectionOpen,
  connectionUnlisten,
  listenerInbox,
} from '../../../effects/connection.ts';
import type { Interest } from '../../waiting.ts';
import { InputStream, OutputStream } from '../streams.ts';
import {
  addressText,
  checkRemote,
  failNetwork,
  isUnspecified,
  type Network,
  type NetworkErrorCode,
  type SocketAddress,
  socketAddress,
} from './network.ts';
import { positive } from './socket.ts';
import { TcpConnection } from './tcp-connection.ts';
import { TcpOptions } from './tcp-options.ts';

/** As many systems have it that a program does not tell. */
const BACKLOG = 128;

const CODES: Readonly<Record<ConnectionFailure, NetworkErrorCode>> = {
  refused: 'connection-refused',
  unreachable: 'remote-unreachable',
  timeout: 'timeout',
  reset: 'connection-reset',
};

export type ShutdownType = 'receive' | 'send' | 'both';

type State =
  | { readonly kind: 'new' | 'listen-started' | 'closed' }
  | { readonly kind: 'connecting'; readonly remote: SocketAddress }
  /** `listener` is the effect that began to listen. */
  | { readonly kind: 'listening'; readonly listener: number }
  | {
      readonly kind: 'connected';
      readonly remote: SocketAddress;
      /** Its own address, as the other end sees it. */
      readonly address: string;
      readonly connection: TcpConnection;
    };

/**
 * A TCP socket: it can connect to services and to other executions, or listen for those.
 *
 * T1: after an attempt to connect that failed, a socket is closed for good.
 * T2: connecting is one effect, performed when the program asks for its outcome; virtual time passes
 *     in it, so that a socket which is connecting never has to be waited for.
 * T3: accepting never waits; a socket that listens is ready when somebody has connected.
 */
export class TcpSocket extends TcpOptions {
  private state: State = { kind: 'new' };
  private backlog = BACKLOG;

  startConnect(_network: Network, remote: SocketAddress): void {
    checkRemote(this.addressFamily(), remote);
    this.checkNew();
    this.state = { kind: 'connecting', remote };
  }

  finishConnect(): [InputStream, OutputStream] {
    const { state, port } = this;
    if (state.kind !== 'connecting') failNetwork('not-in-progress');
    const { remote } = state;
    const from = this.bindSilently();
    const args = { host: addressText(remote), port: remote.val.port, from };
    const opened = port.effect(connectionOpen, args);
    if ('failure' in opened) {
      this.state = { kind: 'closed' };
      this.unbind();
      failNetwork(CODES[opened.failure]);
    }
    return this.connect(remote, opened.address, opened.connection);
  }

  startListen(): void {
    this.checkNew();
    if (!this.isBound) failNetwork('invalid-state');
    this.state = { kind: 'listen-started' };
  }

  finishListen(): void {
    if (this.state.kind !== 'listen-started') failNetwork('not-in-progress');
    const local = super.localAddress();
    const { backlog } = this;
    const args = { host: addressText(local), port: local.val.port, backlog };
    const { listener } = this.port.effect(connectionListen, args);
    this.state = { kind: 'listening', listener };
  }

  /** The connection that has waited longest, with its streams; `would-block` when none has. */
  accept(): [TcpSocket, InputStream, OutputStream] {
    const { state, port, ports } = this;
    if (state.kind !== 'listening') failNetwork('invalid-state');
    const socket = new TcpSocket(port, ports, this.addressFamily());
    const accepted = port.effect(connectionAccept, { listener: state.listener });
    if ('again' in accepted) {
      socket[Symbol.dispose]();
      failNetwork('would-block');
    }
    socket.inheritOptions(this);
    socket.shareAddress(super.localAddress());
    const remote = socketAddress(accepted.host, accepted.port);
    const streams = socket.connect(remote, accepted.address, accepted.connection);
    return [socket, ...streams];
  }

  override localAddress(): SocketAddress {
    if (this.state.kind === 'listen-started') failNetwork('invalid-state');
    const local = super.localAddress();
    if (this.state.kind !== 'connected' || !isUnspecified(local)) return local;
    return socketAddress(this.state.address, local.val.port);
  }

  remoteAddress(): SocketAddress {
    return this.state.kind === 'connected' ? this.state.remote : failNetwork('invalid-state');
  }

  isListening(): boolean {
    return this.state.kind === 'listening';
  }

  /** It counts when the socket begins to listen; later, it changes nothing. */
  setListenBacklogSize(value: bigint): void {
    const size = positive(value);
    const { kind } = this.state;
    if (kind !== 'new' && kind !== 'listening') failNetwork('invalid-state');
    this.backlog = Number(BigInt.asUintN(31, size));
  }

  shutdown(what: ShutdownType): void {
    if (this.state.kind !== 'connected') failNetwork('invalid-state');
    const { input, output } = this.state.connection;
    if (what !== 'send') input.shut();
    if (what !== 'receive') output.shut();
  }

  override [Symbol.dispose](): void {
    const { state, port } = this;
    if (state.kind === 'connected') state.connection.close();
    if (state.kind === 'listening') port.effect(connectionUnlisten, { listener: state.listener });
    super[Symbol.dispose]();
  }

  protected override interest(): Interest {
    if (this.state.kind !== 'listening') return super.interest();
    return { kind: 'inbox', inbox: listenerInbox(this.state.listener) };
  }

  protected override isBindable(): boolean {
    return this.state.kind === 'new';
  }

  private connect(
    remote: SocketAddress,
    address: string,
    number: number,
  ): [InputStream, OutputStream] {
    const { port } = this;
    const connection = new TcpConnection(port, number);
    this.state = { kind: 'connected', remote, address, connection };
    return [new InputStream(port, connection.input), new OutputStream(port, connection.output)];
  }

  /** Throws where something else has been begun, or done. */
  private checkNew(): void {
    const { kind } = this.state;
    if (kind === 'connecting' || kind === 'listen-started' || this.isBinding) {
      failNetwork('concurrency-conflict');
    }
    if (kind !== 'new') failNetwork('invalid-state');
  }
}
