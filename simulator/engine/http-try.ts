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
import { after, VIRTUAL_START, type VirtualNanos } from '../kernel/time.ts';
import type { OpenRequest } from '../world/open-request.ts';
import {
  type RequestPiece,
  type ResponsePiece,
  type Service,
  ServiceError,
  type ServiceRequest,
  type StreamStep,
} from '../world/service.ts';
import type { Happening } from './agenda.ts';
import type { Engine } from './engine.ts';
import { arriveReal } from './real-exchange.ts';
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

/** What is sent back at one time. */
interface Answer {
  readonly head?: ResponseHead | undefined;
  readonly pieces: readonly ResponsePiece[];
  readonly ended: boolean;
  readonly trailers?: HttpHeaders | undefined;
}

export class HttpTry {
  private readonly received: RequestPiece[] = [];
  /** Set once the service takes the body as it comes. */
  private open: OpenRequest | undefined;
  /** When the latest piece arrives there, is answered, is sent back, and arrives here. */
  private arrivesThere = VIRTUAL_START;
  private answersAt = VIRTUAL_START;
  private sentBackAt = VIRTUAL_START;
  private arrivesHere = VIRTUAL_START;
  private readonly laneThere = new Lane();
  private readonly laneBack = new Lane();
  private isRequestLost = false;
  private isResponseLost = false;
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
  ) {}

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
    const [from, to, bytes] = [owner.nodeName, service.name, piece.bytes.length];
    const { traffic, agenda } = engine;
    this.arrivesThere = traffic.arrival({ from, to, bytes, earliest: this.arrivesThere });
    traffic.carry(this.arrivesThere, {
      ...{ from, to, sender: owner.sender, lane: this.laneThere, sentAt: agenda.now },
      ...{ care: 'stream', isCounted: false },
      arrive: () => this.arrive(piece),
      onDelay: () => owner.trace('request.held', { service: service.name }, piece.site),
      onLoss: () => owner.trace('request.lost', { service: service.name }, piece.site),
    });
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
    if (service.real !== undefined) {
      if (piece.ended) this.arriveReal();
      return;
    }
    owner.trace('request.arrived', { service: service.name }, piece.site);
    try {
      if (isFirst && !piece.ended) this.begin();
      if (this.open !== undefined) this.proceed(this.open, piece);
      else if (piece.ended) this.handle();
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      owner.trace('service.failed', { service: service.name, message: error.message });
      owner.engine.noteProblem(error);
      const failure = { failure: 'service-failed', detail: error.message } as const;
      this.overLink(() => owner.fail(failure));
    }
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
      this.overLink(() => this.owner.fail({ failure: 'reset', detail }));
    });
  }

  private sendStep(step: StreamStep): void {
    if (step.head !== undefined) this.traceSent(step.head.status);
    this.sendBack(step);
  }

  private handle(): void {
    const { owner, service } = this;
    const response = owner.engine.callService(service, this.wholeRequest(), owner.site);
    owner.engine.agenda.in(response.delayNanos, () => {
      this.traceSent(response.status);
      this.sendBack({ ...response, head: response, ended: true });
    });
  }

  private arriveReal(): void {
    const { owner, service, number } = this;
    arriveReal(owner.engine, service, this.wholeRequest(), {
      site: owner.site,
      trace: (kind, data) => owner.trace(kind, { service: service.name, ...data }),
      onResponse: (response) => this.sendBack({ ...response, head: response, ended: true }),
      onLoss: (failure) => this.overLink(() => owner.lose(failure, number)),
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

  /** Lets something come to the node. */
  private overLink(step: () => void): void {
    const { engine, nodeName } = this.owner;
    engine.traffic.post(
      { from: this.service.name, to: nodeName },
      { care: 'stream', sender: undefined, arrive: () => this.owner.onNode(step) },
    );
  }

  /** The head goes with the first piece. */
  private sendBack({ head, pieces, ended, trailers }: Answer): void {
    const { owner, service, number } = this;
    const { agenda, faults } = owner.engine;
    if (head !== undefined && faults.take('lose-response', owner.site) !== undefined) {
      this.isResponseLost = true;
      owner.trace('response.lost', { service: service.name });
    }
    if (this.isResponseLost) return;
    const runs = pieces.length > 0 ? pieces : [{ bytes: new Uint8Array(0), delayNanos: 0n }];
    let sentAt = later(this.sentBackAt, agenda.now);
    runs.forEach(({ bytes, delayNanos }, index) => {
      sentAt = after(sentAt, delayNanos);
      const isLast = ended && index === runs.length - 1;
      this.arriveBack(sentAt, bytes.length, () => {
        if (index === 0 && head !== undefined) {
          owner.trace('response.arrived', { service: service.name });
          owner.receiveHead({ status: head.status, headers: head.headers }, number);
        }
        owner.receive(isLast && trailers ? { bytes, isLast, trailers } : { bytes, isLast }, number);
      });
    });
    this.sentBackAt = sentAt;
  }

  private arriveBack(sentAt: VirtualNanos, bytes: number, step: () => void): void {
    const { owner, service, number } = this;
    const { network, traffic } = owner.engine;
    const [from, to] = [service.name, owner.nodeName];
    const delay = network.delayNanos(from, to, { at: sentAt, bytes });
    this.arrivesHere = later(this.arrivesHere, after(sentAt, delay));
    traffic.carry(this.arrivesHere, {
      ...{ from, to, sentAt, lane: this.laneBack, care: 'stream', isCounted: false },
      arrive: () => owner.onNode(step),
      onDelay: () => owner.trace('response.held', { service: service.name }),
      onLoss: () => {
        owner.trace('response.lost', { service: service.name });
        const detail = `the rest of the response did not come through from ${service.name}`;
        owner.onNode(() => owner.lose({ failure: 'reset', detail }, number));
      },
    });
  }
}

function later(one: VirtualNanos, other: VirtualNanos): VirtualNanos {
  return one > other ? one : other;
}
