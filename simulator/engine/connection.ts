/**
 * One connection of a program, as its node has it: what has arrived, and what leaves. It belongs to
 * one attempt and ends with it; what has left goes on.
 *
 * N1  In each direction bytes arrive in the order in which they were sent, each once or never.
 * N2  After bytes that were lost, nothing more arrives in that direction.
 * N3  A connection always ends: by the program, by the other end, or as reset once bytes were lost.
 */
import type { ConnectionFailed, ConnectionReceived } from '../effects/connection.ts';
import type { EffectSite } from '../faults/injector.ts';
import { ByteQueue } from '../kernel/byte-queue.ts';
import type { QueuedEvent } from '../kernel/event-queue.ts';
import { INBOX_BYTES_MAX } from '../kernel/limits.ts';
import type { Happening } from './agenda.ts';
import type { Attempt } from './attempt.ts';
import { corrupt } from './corrupt.ts';
import { disturb } from './disturb.ts';
import type { InboxState } from './exchanges.ts';
import { CONNECTION_STALL_NANOS } from './traffic.ts';

/** What a connection leads over: to a service, or to another program. */
export interface Line {
  /** The service or execution at the other end. */
  readonly far: string;
  /** Carries the bytes of an effect, so much later, after those that were sent before. */
  send(bytes: Uint8Array, site: EffectSite, lateNanos: bigint): void;
  /** No more bytes come from here. */
  sendEnd(): void;
  /** Nobody here wants to hear of it any more. */
  forget(): void;
  /** This end is gone; `detail` says why, unless its program has come to its end. */
  hangUp(detail: string | undefined): void;
}

export class Connection {
  private readonly received = new ByteQueue();
  private failure: ConnectionFailed | undefined;
  /** Bytes that it has sent were lost, so that nothing follows them. */
  private isCutOff = false;
  /** The other end sends no more. */
  private ended = false;
  /** The program no longer wants to hear of it. */
  private over = false;
  private stall: QueuedEvent<Happening> | undefined;
  private readonly line: Line;

  /** @param lead makes the line that this end is to have */
  constructor(
    readonly attempt: Attempt,
    lead: (end: Connection) => Line,
  ) {
    this.line = lead(this);
  }

  /** Something is still to arrive. */
  get expectsMore(): boolean {
    return !this.ended && this.failure === undefined;
  }

  get reset(): ConnectionFailed | undefined {
    return this.failure;
  }

  /** The program has not closed it, and nothing has gone wrong with it. */
  get isOpen(): boolean {
    return !this.over && this.failure === undefined;
  }

  // The program's side.

  transmit(bytes: Uint8Array, site: EffectSite): void {
    if (this.failure !== undefined || this.isCutOff) return;
    this.trace('request.sent', site);
    if (this.attempt.engine.faults.take('lose-request', site) !== undefined) {
      this.trace('request.lost', site);
      this.isCutOff = true;
      this.giveUpLater(`bytes were lost on their way to ${this.line.far}`);
      return;
    }
    const { engine, node } = this.attempt;
    const isNow = ({ when }: { readonly when: string }): boolean => when === 'before';
    if (disturb(engine, 'reset', site, node.name, isNow) !== undefined) {
      this.resetBothEnds(`the connection to ${this.line.far} was reset`);
      return;
    }
    const late = disturb(engine, 'delay-request', site, node.name);
    this.line.send(this.corrupted(bytes, site), site, late?.byNanos ?? 0n);
  }

  private resetBothEnds(detail: string): void {
    this.isCutOff = true;
    this.breakOff(detail);
    this.line.hangUp(detail);
  }

  private corrupted(bytes: Uint8Array, site: EffectSite): Uint8Array {
    const { engine, node } = this.attempt;
    if (bytes.length === 0) return bytes;
    const fault = disturb(engine, 'corrupt-request', site, node.name);
    if (fault === undefined) return bytes;
    return corrupt(engine.choices, fault.kind, bytes, fault.bytes);
  }

  transmitEnd(): void {
    if (!this.isCutOff) this.line.sendEnd();
  }

  /** Up to `length` bytes; undefined while there is nothing to tell. */
  receive(length: number): ConnectionReceived | undefined {
    const { received } = this;
    if (received.length === 0 && this.failure !== undefined) return this.failure;
    if (received.length === 0 && !this.ended) return undefined;
    const body = received.take(length);
    return { ended: this.ended && received.length === 0, body };
  }

  get inbox(): InboxState | undefined {
    const available = this.received.length;
    const isOver = !this.expectsMore;
    return available > 0 || isOver ? { available, ended: isOver } : undefined;
  }

  /** Nothing arrives any more; what was handed over to be sent is sent. */
  abandon(): void {
    this.over = true;
    this.stall?.cancel();
    this.line.forget();
  }

  /** Its attempt has ended; `detail` says why, unless the program has come to its end. */
  die(detail: string | undefined): void {
    const { isOpen } = this;
    this.abandon();
    if (isOpen) this.line.hangUp(this.isCutOff ? 'bytes were lost before it ended' : detail);
  }

  // What arrives.

  arrive(bytes: Uint8Array, answered?: EffectSite): void {
    this.onNode(() => {
      if (answered !== undefined) this.trace('response.arrived', answered);
      this.take(bytes);
    });
  }

  arriveEnd(): void {
    this.onNode(() => {
      this.ended = true;
      this.attempt.poke();
    });
  }

  arriveReset(detail: string): void {
    this.onNode(() => this.breakOff(detail));
  }

  /** Bytes were lost on the way here or there: in the end, the node finds out. */
  giveUpLater(detail: string, inNanos = CONNECTION_STALL_NANOS): void {
    if (this.over || this.stall !== undefined) return;
    this.stall = this.attempt.engine.agenda.in(inNanos, () =>
      this.onNode(() => {
        this.breakOff(detail);
        this.line.hangUp(detail);
      }),
    );
  }

  trace(kind: ConnectionTrace, site: EffectSite, data?: Record<string, string | number>): void {
    this.attempt.engine.trace({
      kind,
      node: this.attempt.node.name,
      service: this.line.far,
      execution: site.execution,
      seq: site.seq,
      ...(data === undefined ? {} : { data }),
    });
  }

  private take(bytes: Uint8Array): void {
    if (this.failure !== undefined) return;
    if (this.received.length + bytes.length > INBOX_BYTES_MAX) {
      const detail = `more than ${INBOX_BYTES_MAX} bytes have come that nobody has read`;
      this.breakOff(detail);
      this.line.hangUp(detail);
      return;
    }
    this.received.push(bytes);
    this.attempt.poke();
  }

  private breakOff(detail: string): void {
    if (this.failure !== undefined) return;
    this.failure = { failure: 'reset', detail };
    this.stall?.cancel();
    this.line.forget();
    this.attempt.poke();
  }

  private onNode(step: () => void): void {
    this.attempt.node.deliver(this.attempt.incarnation, () => {
      if (!this.over) step();
    });
  }
}

export type ConnectionTrace =
  | 'request.sent'
  | 'request.arrived'
  | 'request.lost'
  | 'response.sent'
  | 'response.arrived'
  | 'response.lost'
  | 'service.failed';
