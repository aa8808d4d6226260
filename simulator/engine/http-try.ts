/**
 * One try of an HTTP exchange: the request on its way to the service, in the pieces in which its
 * program writes it, and the response on its way back.
 *
 * R1  In each direction pieces arrive in the order in which they were sent.
 * R2  After a piece that was lost, nothing more arrives in that direction.
 * R3  A service that takes requests whole is asked once, when the last piece has arrived, whatever
 *     has become of the node since. One that takes them as they come has a ledger row in any case,
 *     and gives up a request of which nothing more comes for IDLE_NANOS.
 */
import type { HttpFailed, HttpHeaders } from '../effects/http.ts';
import type { EffectSite } from '../faults/injector.ts';
import type { TraceKind } from '../journal/records.ts';
import type { QueuedEvent } from '../kernel/event-queue.ts';
import { after, later, VIRTUAL_START } from '../kernel/time.ts';
import type { OpenRequest } from '../world/open-request.ts';
import {
  type RequestPiece,
  type Service,
  ServiceError,
  type ServiceRequest,
  type StreamStep,
} from '../world/service.ts';
import type { Happening } from './agenda.ts';
import { corrupt } from './corrupt.ts';
import { disturb } from './disturb.ts';
import { statusOnly } from './disturbed-answer.ts';
import type { Engine } from './engine.ts';
import { arriveReal } from './real-exchange.ts';
import { ResponseWay } from './response-way.ts';
import { IDLE_NANOS } from './service-end.ts';
import { Lane, type Sender } from './traffic.ts';
import { type UploadPiece, wholePiece } from './upload.ts';

export interface ResponseHead {
  readonly status: number;
  readonly headers: HttpHeaders;
}

/** A run of a response's body. */
export interface ResponseRun {
  readonly bytes: Uint8Array;
  /** Nothing comes after it. */
  readonly isLast: boolean;
  /** Present and not empty when it is the last and trailers follow it. */
  readonly trailers?: HttpHeaders;
}

/** The exchange that a try belongs to; it hears what arrives at its node. */
export interface TryOwner {
  readonly engine: Engine;
  readonly nodeName: string;
  readonly sender: Sender;
  /** The effect that began the exchange. */
  readonly site: EffectSite;
  /** Runs a step on the node, unless nobody there wants to know any more. */
  onNode(step: () => void): void;
  trace(kind: TraceKind, data: TraceData, site?: EffectSite): void;
  receiveHead(head: ResponseHead, number: number): void;
  receive(run: ResponseRun, number: number): void;
  fail(failure: HttpFailed): void;
  /** No response comes of this try, or no more of one; and the node knows it. */
  lose(failure: HttpFailed, number: number): void;
}

export type TraceData = Readonly<Record<string, string | number | boolean>>;

export class HttpTry {
  private readonly received: RequestPiece[] = [];
  /** Set once the service takes the body as it comes. */
  private open: OpenRequest | undefined;
  /** When the latest piece arrives there, and is answered. */
  private arrivesThere = VIRTUAL_START;
  private answersAt = VIRTUAL_START;
  private readonly lane = new Lane();
  private readonly way: ResponseWay;
  /** Nothing more of it leaves. */
  private isRequestLost = false;
  private isBrokenOff = false;
  private idle: QueuedEvent<Happening> | undefined;

  /**
   * @param request without its body, and with its key
   * @param number of this try, from 1
   */
  constructor(
    private readonly owner: TryOwner,
    private readonly service: Service,
    private readonly request: ServiceRequest,
    private readonly number: number,
  ) {
    this.way = new ResponseWay(owner, service, number);
  }

  /** Whether there is a connection to send the request over; where not, the exchange hears why. */
  connects(): boolean {
    const { engine, site, nodeName } = this.owner;
    if (!engine.faults.watchesEffects) return true;
    const { name } = this.service;
    if (disturb(engine, 'dns-failure', site, nodeName) !== undefined) {
      const detail = `the name of ${name} does not resolve`;
      this.endSoon({ failure: 'unknown-host', detail }, 0n);
    } else if (disturb(engine, 'refuse', site, nodeName) !== undefined) {
      const detail = `${name} refused the connection`;
      this.endSoon({ failure: 'refused', detail }, this.roundTripNanos());
    }
    return !this.isRequestLost;
  }

  /** Sends the next piece; the first goes with the head. */
  send(piece: UploadPiece): void {
    const { owner, service } = this;
    const { engine } = owner;
    if (this.isRequestLost) return;
    if (engine.faults.take('lose-request', piece.site) !== undefined) {
      this.isRequestLost = true;
      owner.trace('request.lost', { service: service.name }, piece.site);
      return;
    }
    const sent = this.disturbPiece(piece);
    if (sent === undefined) return;
    const [from, to, bytes] = [owner.nodeName, service.name, sent.bytes.length];
    const { traffic, agenda } = engine;
    const late = disturb(engine, 'delay-request', piece.site, from);
    this.arrivesThere = traffic.arrival({
      ...{ from, to, bytes, earliest: this.arrivesThere },
      lateNanos: late?.byNanos ?? 0n,
    });
    traffic.carry(this.arrivesThere, {
      ...{ from, to, sender: owner.sender, lane: this.lane, sentAt: agenda.now },
      ...{ care: 'stream', isCounted: false },
      arrive: () => this.arrive(sent),
      onDelay: () => owner.trace('request.held', { service: service.name }, piece.site),
      onLoss: () => owner.trace('request.lost', { service: service.name }, piece.site),
    });
  }

  /** What faults make of a piece; undefined when the connection breaks with it. */
  private disturbPiece(piece: UploadPiece): UploadPiece | undefined {
    const { owner, service } = this;
    const { engine, nodeName } = owner;
    if (!engine.faults.watchesEffects) return piece;
    const isFirst = ({ when }: { readonly when: string }): boolean => when === 'before';
    if (disturb(engine, 'reset', piece.site, nodeName, isFirst) !== undefined) {
      this.reset(`${service.name} reset the connection`);
      return undefined;
    }
    // What a real host gets is what the program has sent.
    if (service.real !== undefined) return piece;
    const fault = disturb(engine, 'corrupt-request', piece.site, nodeName);
    if (fault === undefined) return piece;
    if (piece.bytes.length === 0) {
      this.reset(`${service.name} could not make out the request`);
      return undefined;
    }
    const bytes = corrupt(engine.choices, fault.kind, piece.bytes, fault.bytes);
    return { ...piece, bytes };
  }

  private reset(detail: string): void {
    this.breakOff(false);
    this.endSoon({ failure: 'reset', detail }, this.roundTripNanos());
  }

  /** Nothing more of the request leaves, and the node knows why after a while. */
  private endSoon(failure: HttpFailed, inNanos: bigint): void {
    const { owner, number } = this;
    this.isRequestLost = true;
    owner.engine.agenda.in(inNanos, () => owner.onNode(() => owner.lose(failure, number)));
  }

  private roundTripNanos(): bigint {
    const { engine, nodeName } = this.owner;
    const { name } = this.service;
    return engine.network.delayNanos(nodeName, name) + engine.network.delayNanos(name, nodeName);
  }

  /** The node wants no more of it, and sends no more. What has left whole still arrives. */
  breakOff(hasLeftWhole: boolean): void {
    if (this.open === undefined && hasLeftWhole) return;
    this.isBrokenOff = true;
    this.idle?.cancel();
    this.open?.breakOff();
  }

  // At the service, whatever has become of the node since.

  private arrive(piece: UploadPiece): void {
    if (this.isBrokenOff) return;
    const { owner, service } = this;
    const isFirst = this.received.length === 0;
    this.received.push(piece);
    if (isFirst && this.isTurnedAway()) return;
    if (service.real !== undefined) {
      if (piece.ended) this.arriveReal();
      return;
    }
    owner.trace('request.arrived', { service: service.name }, piece.site);
    try {
      if (isFirst && !piece.ended) this.begin();
      if (this.open !== undefined) this.proceed(this.open, piece);
      else if (piece.ended) this.handle();
      if (this.open !== undefined && piece.ended) this.arriveTwice();
    } catch (error) {
      const detail = this.noteFailure(error);
      const failure = { failure: 'service-failed', detail } as const;
      this.way.tell(() => owner.fail(failure));
    }
  }

  /** Writes down that the service's program failed, and gives its message. */
  private noteFailure(error: unknown): string {
    if (!(error instanceof ServiceError)) throw error;
    const { owner, service } = this;
    owner.trace('service.failed', { service: service.name, message: error.message });
    owner.engine.noteProblem(error);
    return error.message;
  }

  /** A proxy answers in place of the service. */
  private isTurnedAway(): boolean {
    const { engine, site, nodeName } = this.owner;
    const fault = disturb(engine, 'status', site, nodeName, ({ when }) => when === 'before');
    if (fault === undefined) return false;
    this.isBrokenOff = true;
    this.traceSent(fault.status);
    this.way.send(statusOnly(fault.status));
    return true;
  }

  private begin(): void {
    const { owner, service, request } = this;
    this.open = service.open(owner.engine.agenda.now, request, owner.site);
  }

  /** The service takes the piece at once, and may answer to it. */
  private proceed(open: OpenRequest, piece: RequestPiece): void {
    const { agenda } = this.owner.engine;
    this.idle?.cancel();
    const step = open.receive(piece, this.owner.engine.wallNanosAt(agenda.now));
    if (step === undefined) return;
    if (!piece.ended && !step.ended) this.armIdle(open);
    this.answersAt = later(this.answersAt, after(agenda.now, step.delayNanos));
    if (step.head === undefined && step.pieces.length === 0 && !step.ended) return;
    agenda.at(this.answersAt, () => this.sendStep(step));
  }

  private armIdle(open: OpenRequest): void {
    this.idle = this.owner.engine.agenda.in(IDLE_NANOS, () => {
      open.breakOff();
      const detail = `${this.service.name} waited for the rest of the request in vain`;
      this.way.tell(() => this.owner.fail({ failure: 'reset', detail }));
    });
  }

  private sendStep(step: StreamStep): void {
    if (step.head !== undefined) this.traceSent(step.head.status);
    this.way.send(step);
  }

  private handle(): void {
    const { owner, service } = this;
    this.arriveTwice();
    const response = owner.engine.callService(service, this.wholeRequest(), owner.site);
    owner.engine.agenda.in(response.delayNanos, () => {
      this.traceSent(response.status);
      this.way.send({ ...response, head: response, ended: true });
    });
  }

  /** A copy of the request comes after it; nobody waits for what is answered to that. */
  private arriveTwice(): void {
    const { owner, service } = this;
    const { engine, site, nodeName } = owner;
    const fault = disturb(engine, 'duplicate-request', site, nodeName);
    if (fault === undefined) return;
    engine.agenda.in(fault.byNanos, () => {
      owner.trace('request.arrived', { service: service.name, again: true });
      try {
        const { status, delayNanos } = engine.callService(service, this.wholeRequest(), site);
        engine.agenda.in(delayNanos, () => {
          this.traceSent(status);
          this.way.arriveAgain();
        });
      } catch (error) {
        this.noteFailure(error);
      }
    });
  }

  private arriveReal(): void {
    const { owner, service, number } = this;
    arriveReal(owner.engine, service, this.wholeRequest(), {
      site: owner.site,
      trace: (kind, data) => owner.trace(kind, { service: service.name, ...data }),
      onResponse: (response) => this.way.send({ ...response, head: response, ended: true }),
      onLoss: (failure) => this.way.tell(() => owner.lose(failure, number)),
    });
  }

  private wholeRequest(): ServiceRequest {
    const { bytes, trailers } = wholePiece(this.received);
    const whole = { ...this.request, body: bytes };
    return trailers === undefined ? whole : { ...whole, trailers };
  }

  private traceSent(status: number): void {
    this.owner.trace('response.sent', { service: this.service.name, status });
  }
}
