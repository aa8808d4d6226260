import {
  type ConnectionFailed,
  connectionClose,
  connectionInbox,
  connectionReceive,
  connectionSend,
  connectionShutdown,
} from '../../../effects/connection.ts';
import { type Interest, lookAtAll } from '../../waiting.ts';
import {
  type ByteSink,
  type ByteSource,
  closed,
  failed,
  READ_BYTES_MAX,
  WRITE_BYTES_MAX,
} from '../streams.ts';
import type { TimerPort } from '../timer.ts';
import { NetworkFailure } from './network.ts';

const EMPTY = new Uint8Array(0);
const READY: Interest = { kind: 'ready' };

/** A connection that is there: its two directions, by effects. */
export class TcpConnection {
  readonly input: TcpInput;
  readonly output: TcpOutput;
  /** It is gone, as one of its directions has found out. */
  failure: ConnectionFailed | undefined;
  private isClosed = false;

  /** @param number the effect that opened it */
  constructor(
    readonly port: TimerPort,
    readonly number: number,
  ) {
    this.input = new TcpInput(this);
    this.output = new TcpOutput(this);
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.input.shut();
    this.output.shutSilently();
    if (this.failure === undefined) {
      this.port.effect(connectionClose, { connection: this.number });
    }
  }

  /** Throws stream-error `last-operation-failed` with a code of the network. */
  failStream({ detail }: ConnectionFailed): never {
    failed(`connection reset: ${detail}`, new NetworkFailure('connection-reset'));
  }
}

/** What comes in: fetched as it is there, and kept until it is read. */
export class TcpInput implements ByteSource {
  private buffered: Uint8Array = EMPTY;
  /** The inbox was found readable, so that fetching does not wait. */
  private isReadable = false;
  private isOver = false;
  private isFailureTold = false;

  constructor(private readonly connection: TcpConnection) {}

  interest(): Interest {
    if (this.buffered.length > 0 || this.isReadable || this.hasEnded) return READY;
    return { kind: 'inbox', inbox: connectionInbox(this.connection.number) };
  }

  waitAlone(): void {
    if (this.interest().kind !== 'ready') this.fetch();
  }

  settle(): void {
    this.isReadable = this.buffered.length === 0 && !this.hasEnded;
  }

  read(length: number): Uint8Array {
    if (this.interest().kind !== 'ready') {
      const [found] = lookAtAll(this.connection.port, [this.interest()]);
      if (found === undefined) return EMPTY;
      this.settle();
    }
    return this.blockingRead(length);
  }

  blockingRead(length: number): Uint8Array {
    if (this.buffered.length === 0 && !this.hasEnded) this.fetch();
    if (this.buffered.length === 0) this.tellEnd();
    const bytes = this.buffered.subarray(0, length);
    this.buffered = this.buffered.subarray(bytes.length);
    return bytes;
  }

  /** The program receives no more: what has come is not for it. */
  shut(): void {
    this.isOver = true;
    this.buffered = EMPTY;
  }

  private get hasEnded(): boolean {
    return this.isOver || this.connection.failure !== undefined;
  }

  private fetch(): void {
    const { connection } = this;
    this.isReadable = false;
    const args = { connection: connection.number, length: READ_BYTES_MAX };
    const part = connection.port.effect(connectionReceive, args);
    if ('failure' in part) {
      connection.failure = part;
      return;
    }
    this.buffered = part.body;
    this.isOver = part.ended;
  }

  /** A failure is told once; after it the stream is closed, as after its end. */
  private tellEnd(): never {
    const { failure } = this.connection;
    if (this.isOver || failure === undefined || this.isFailureTold) closed();
    this.isFailureTold = true;
    this.connection.failStream(failure);
  }
}

/** What goes out: each write is an effect, which leaves once it is durable. */
export class TcpOutput implements ByteSink {
  private isShut = false;
  private isFailureTold = false;

  constructor(private readonly connection: TcpConnection) {}

  interest(): Interest {
    return READY;
  }

  room(): number {
    this.check();
    return WRITE_BYTES_MAX;
  }

  write(bytes: Uint8Array): void {
    this.check();
    if (bytes.length === 0) return;
    const { connection } = this;
    const args = { connection: connection.number, body: bytes };
    const sent = connection.port.effect(connectionSend, args);
    if (!('failure' in sent)) return;
    connection.failure = sent;
    this.check();
  }

  flush(): void {
    this.check();
  }

  /** The program sends no more, and the other end is told so. */
  shut(): void {
    const { connection, isShut } = this;
    this.isShut = true;
    if (isShut || connection.failure !== undefined) return;
    connection.port.effect(connectionShutdown, { connection: connection.number });
  }

  shutSilently(): void {
    this.isShut = true;
  }

  /** Throws where nothing more can be sent; a failure is told once. */
  private check(): void {
    const { failure } = this.connection;
    if (failure !== undefined && !this.isShut && !this.isFailureTold) {
      this.isFailureTold = true;
      this.connection.failStream(failure);
    }
    if (this.isShut || failure !== undefined) closed();
  }
}
