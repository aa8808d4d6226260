/**
 * One connection of a program, from its node to a service: what has arrived, and what leaves. It
 * belongs to one attempt and ends with it; what has left goes on.
 *
 * N1  In each direction bytes arrive in the order in which they were sent, each once or never.
 * N2  After bytes that were lost, nothing more arrives in that direction.
 * N3  A connection always ends: by the program, by the service, or as reset once bytes were lost.
 */
import type { ConnectionFailed, ConnectionReceived } from '../effects/connection.ts';
import type { EffectSite } from '../faults/injector.ts';
import { ByteQueue } from '../kernel/byte-queue.ts';
import type { QueuedEvent } from '../kernel/event-queue.ts';
import { INBOX_BYTES_MAX } from '../kernel/limits.ts';
import { after, NANOS_PER_SECOND, VIRTUAL_START } from '../kernel/time.ts';
import type { Service } from '../world/service.ts';
import type { Happening } from './agenda.ts';
import type { Attempt } from './attempt.ts';
import type { Engine } from './engine.ts';
import type { InboxState } from './exchanges.ts';
import { type ConnectionClient, ServiceEnd } from './service-end.ts';

/** How long bytes that were lost are repeated in vain, until the connection is given up. */
export const CONNECTION_STALL_NANOS = 30n * NANOS_PER_SECOND;

/** One direction: in order, and stopped for good by the first loss. */
class OneWay {
  private lastAt = VIRTUAL_START;
  isStalled = false;

  constructor(
    private readonly engine: Engine,
    private readonly from: string,
    private readonly to: string,
  ) {}

  send(arrive: () => void): void {
    if (this.isStalled) return;
    const { agenda, network } = this.engine;
    const instant = after(agenda.now, network.delayNanos(this.from, this.to));
    // Nothing overtakes what was sent before (N1).
    if (instant > this.lastAt) this.lastAt = instant;
    agenda.at(this.lastAt, arrive);
  }
}

export class Connection implements ConnectionClient {
  private readonly received = new ByteQueue();
  private readonly there: OneWay;
  private readonly back: OneWay;
  private readonly server: ServiceEnd;
  private failure: ConnectionFailed | undefined;
  /** The service sends no more. */
  private ended = false;
  /** The program no longer wants to hear of it. */
  private over = false;
  private stall: QueuedEvent<Happening> | undefined;

  constructor(
    private readonly attempt: Attempt,
    private readonly service: Service,
    authority: string,
  ) {
    const { engine, node } = attempt;
    this.there = new OneWay(engine, node.name, service.name);
    this.back = new OneWay(engine, service.name, node.name);
    this.server = new ServiceEnd(engine, service, authority, this);
  }

  /** Something is still to arrive. */
  get expectsMore(): boolean {
    return !this.ended && this.failure === undefined;
  }

  get reset(): ConnectionFailed | undefined {
    return this.failure;
  }

  // The program's side.

  transmit(bytes: Uint8Array, site: EffectSite): void {
    if (this.failure !== undefined || this.there.isStalled) return;
    this.trace('request.sent', site);
    if (this.attempt.engine.faults.loses('lose-request', site)) {
      this.trace('request.lost', site);
      this.there.isStalled = true;
      this.giveUpLater(`bytes were lost on their way to ${this.service.name}`);
      return;
    }
    this.there.send(() => this.server.receive(bytes, site));
  }

  transmitEnd(): void {
    this.there.send(() => this.server.clientEnds());
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
    this.server.forget();
  }

  // The service's side.

  deliver(bytes: Uint8Array, answered?: EffectSite): void {
    this.back.send(() =>
      this.onNode(() => {
        if (answered !== undefined) this.trace('response.arrived', answered);
        this.arrive(bytes);
      }),
    );
  }

  deliverEnd(): void {
    this.back.send(() =>
      this.onNode(() => {
        this.ended = true;
        this.attempt.poke();
      }),
    );
  }

  deliverReset(detail: string): void {
    this.back.send(() => this.onNode(() => this.breakOff(detail)));
  }

  /** What the service has just sent is lost. */
  loseResponse(): void {
    this.back.isStalled = true;
    this.giveUpLater(`bytes were lost on their way from ${this.service.name}`);
  }

  trace(kind: ConnectionTrace, site: EffectSite, data?: Record<string, string | number>): void {
    this.attempt.engine.trace({
      kind,
      node: this.attempt.node.name,
      service: this.service.name,
      execution: site.execution,
      seq: site.seq,
      ...(data === undefined ? {} : { data }),
    });
  }

  private arrive(bytes: Uint8Array): void {
    if (this.failure !== undefined) return;
    if (this.received.length + bytes.length > INBOX_BYTES_MAX) {
      this.breakOff(`more than ${INBOX_BYTES_MAX} bytes have come that nobody has read`);
      return;
    }
    this.received.push(bytes);
    this.attempt.poke();
  }

  private giveUpLater(detail: string): void {
    if (this.over || this.stall !== undefined) return;
    this.stall = this.attempt.engine.agenda.in(CONNECTION_STALL_NANOS, () =>
      this.onNode(() => this.breakOff(detail)),
    );
  }

  private breakOff(detail: string): void {
    if (this.failure !== undefined) return;
    this.failure = { failure: 'reset', detail };
    this.stall?.cancel();
    this.server.forget();
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
