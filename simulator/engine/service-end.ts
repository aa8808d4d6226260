/**
 * The service's end of a connection: an HTTP/1.1 server in front of its program. It answers one
 * request after the other, in the order in which they came.
 *
 * S1  A request that has arrived whole is handed to the service, once, whatever has become of its
 *     client since; unless the connection was to end before it.
 * S2  A connection on which nothing happens is closed after IDLE_NANOS.
 */
import type { EffectSite } from '../faults/injector.ts';
import type { QueuedEvent } from '../kernel/event-queue.ts';
import { HTTP_BODY_BYTES_MAX } from '../kernel/limits.ts';
import { after, NANOS_PER_SECOND } from '../kernel/time.ts';
import { type Malformed, malformed } from '../world/http-wire/request-head.ts';
import {
  RequestParser,
  type WireMessage,
  type WireRequest,
} from '../world/http-wire/request-parser.ts';
import { requestUrl } from '../world/http-wire/request-url.ts';
import { CONTINUE, writeRefusal, writeResponse } from '../world/http-wire/write-response.ts';
import { type Service, ServiceError, type ServiceResponse } from '../world/service.ts';
import type { Happening } from './agenda.ts';
import type { ConnectionTrace } from './connection.ts';
import { disturb } from './disturb.ts';
import { disturbAnswer, withoutLast } from './disturbed-answer.ts';
import type { Engine } from './engine.ts';

/** How long a server waits for the next request, or for the rest of one. */
export const IDLE_NANOS = 60n * NANOS_PER_SECOND;

/** Requests that a client has sent before it has the response to the first. */
export const PIPELINED_MAX = 1000;

/** The other end, as the server has it. */
export interface ConnectionClient {
  readonly nodeName: string;
  /** @param answered the effect whose response these bytes begin */
  deliver(bytes: Uint8Array, answered?: EffectSite): void;
  deliverEnd(): void;
  deliverReset(detail: string): void;
  loseResponse(): void;
  trace(kind: ConnectionTrace, site: EffectSite, data?: Record<string, string | number>): void;
}

interface Queued {
  readonly message: WireMessage;
  /** The effect whose bytes completed it. */
  readonly site: EffectSite;
}

export class ServiceEnd {
  private readonly parser = new RequestParser();
  private readonly queue: Queued[] = [];
  /** Bytes of the bodies in `queue`. */
  private queuedBytes = 0;
  private isAnswering = false;
  private closed = false;
  /** The client sends no more. */
  private clientEnded = false;
  /** Nobody would learn that it closes the connection. */
  private forgotten = false;
  private idle: QueuedEvent<Happening> | undefined;

  /** @param authority the host that the client has connected to, with its port where not 80 */
  constructor(
    private readonly engine: Engine,
    private readonly service: Service,
    private readonly authority: string,
    private readonly client: ConnectionClient,
  ) {
    this.armIdle();
  }

  receive(bytes: Uint8Array, site: EffectSite): void {
    if (this.closed) return;
    this.parser.push(bytes);
    for (let next = this.parser.next(); next !== undefined; next = this.parser.next()) {
      this.queue.push({ message: next, site });
      if (next.kind === 'request') this.queuedBytes += next.request.body.length;
    }
    if (this.queue.length > PIPELINED_MAX || this.queuedBytes > HTTP_BODY_BYTES_MAX) {
      this.reset(`${this.service.name} has more requests at a time than it takes`);
      return;
    }
    this.proceed();
  }

  clientEnds(): void {
    this.clientEnded = true;
    this.proceed();
  }

  /** The client's node no longer listens: requests are still answered, to nobody. */
  forget(): void {
    this.forgotten = true;
    this.idle?.cancel();
  }

  /** Goes on with what has come, unless a response is on its way out. */
  private proceed(): void {
    this.idle?.cancel();
    while (!this.isAnswering && !this.closed) {
      const next = this.queue.shift();
      if (next === undefined) break;
      this.handle(next);
    }
    if (this.isAnswering || this.closed) return;
    if (this.clientEnded) this.close();
    else this.armIdle();
  }

  private armIdle(): void {
    if (this.forgotten) return;
    this.idle = this.engine.agenda.in(IDLE_NANOS, () => {
      if (this.parser.isBetween) this.close();
      else this.refuse(malformed(408, `the rest of the request did not come`));
    });
  }

  private handle({ message, site }: Queued): void {
    switch (message.kind) {
      case 'continue':
        this.client.deliver(CONTINUE);
        return;
      case 'malformed':
        this.refuse(message, site);
        return;
      case 'request': {
        this.queuedBytes -= message.request.body.length;
        const url = requestUrl(message.request, this.authority);
        if (url !== undefined) this.ask(message.request, url, site);
        else this.refuse(malformed(400, 'the request is for no URL'), site);
      }
    }
  }

  private ask(request: WireRequest, url: string, site: EffectSite): void {
    const { engine, service, client } = this;
    const { method, headers, body, trailers } = request;
    const whole = { method, url, headers, body, ...(trailers === undefined ? {} : { trailers }) };
    const node = client.nodeName;
    const turned = disturb(engine, 'status', site, node, ({ when }) => when === 'before');
    if (turned !== undefined) {
      this.isAnswering = true;
      const nothing = { headers: [], pieces: [], delayNanos: 0n, note: undefined };
      this.answer(request, { status: turned.status, ...nothing }, site);
      return;
    }
    client.trace('request.arrived', site);
    let response: ServiceResponse;
    try {
      response = engine.callService(service, whole, site);
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      client.trace('service.failed', site, { message: error.message });
      engine.noteProblem(error);
      this.reset(error.message);
      return;
    }
    this.isAnswering = true;
    engine.agenda.in(response.delayNanos, () => this.answer(request, response, site));
  }

  private answer(request: WireRequest, response: ServiceResponse, site: EffectSite): void {
    const { engine, client } = this;
    client.trace('response.sent', site, { status: response.status });
    if (engine.faults.take('lose-response', site) !== undefined) {
      client.trace('response.lost', site);
      this.closed = true;
      client.loseResponse();
      return;
    }
    const place = { engine, site, node: client.nodeName, service: this.service.name };
    const whole = { ...response, head: response, ended: true };
    const { head, missing, breaks, ...answer } = disturbAnswer(whole, { ...place, isStream: true });
    if (head === undefined) {
      this.reset(breaks ?? 'the response broke off');
      return;
    }
    const { pieces, trailers = [] } = answer;
    const { status, headers } = head;
    // One that breaks off says how long it would have been.
    const written = writeResponse(request, { status, headers, pieces, trailers });
    const closes = written.closes || breaks !== undefined;
    const runs = missing === 0 ? written.runs : withoutLast(written.runs, missing);
    let sentAt = after(engine.agenda.now, answer.lateNanos);
    runs.forEach(({ bytes, delayNanos }, index) => {
      sentAt = after(sentAt, delayNanos);
      engine.agenda.at(sentAt, () => {
        client.deliver(bytes, index === 0 ? site : undefined);
        if (index === runs.length - 1) this.finishAnswer(closes);
      });
    });
  }

  private finishAnswer(closes: boolean): void {
    this.isAnswering = false;
    if (closes) this.close();
    else this.proceed();
  }

  /** Answers instead of the service, and closes the connection. */
  private refuse(what: Malformed, site?: EffectSite): void {
    if (site !== undefined) this.client.trace('response.sent', site, { status: what.status });
    this.client.deliver(writeRefusal(what));
    this.close();
  }

  private close(): void {
    this.closed = true;
    this.client.deliverEnd();
  }

  private reset(detail: string): void {
    this.closed = true;
    this.idle?.cancel();
    this.client.deliverReset(detail);
  }
}
