/**
 * One HTTP exchange of a program, seen from its node: it owns the timers and tries of the exchange,
 * and the request as far as it is written.
 *
 * H1  Every try carries the same key, and the same pieces of the request's body.
 * H2  The first response whose head arrives is the result; others are ignored. It may arrive before
 *     the request is written to its end.
 * H3  An exchange always ends: with a response, or with a failure once the program's timeout is
 *     over, counted from the latest piece that it wrote, unless its outcome waits for a person.
 * H4  A request is tried again only when all of it is written.
 */
import type { UnknownOutcomePolicy } from '../config/config.ts';
import type { HttpFailed, HttpRequestArgs } from '../effects/http.ts';
import { isSafeMethod } from '../effects/http.ts';
import type { EffectSite } from '../faults/injector.ts';
import type { Entry } from '../journal/entry.ts';
import type { TraceKind } from '../journal/records.ts';
import type { QueuedEvent } from '../kernel/event-queue.ts';
import { CALL_TRIES_MAX, HTTP_BODY_BYTES_MAX } from '../kernel/limits.ts';
import { after, NANOS_PER_SECOND, type VirtualNanos } from '../kernel/time.ts';
import type { Service, ServiceRequest } from '../world/service.ts';
import type { Happening } from './agenda.ts';
import { ArrivingResponse, type SeenResponse } from './arriving-response.ts';
import type { Attempt } from './attempt.ts';
import type { Engine } from './engine.ts';
import {
  HttpTry,
  type ResponseHead,
  type ResponseRun,
  type TraceData,
  type TryOwner,
} from './http-try.ts';
import type { Sender } from './traffic.ts';
import { Upload, type UploadPiece } from './upload.ts';

/** How long the engine waits for the response to its first try; each further try waits twice. */
const FIRST_TRY_NANOS = 5n * NANOS_PER_SECOND;

/** A person's answer to what became of a call. */
export type OutcomeAnswer = 'retry' | 'fail';

/** What earlier attempts have left of an exchange. */
export interface EarlierExchange {
  /** The `http.write`s of the request's body. */
  readonly writes: readonly Entry[];
  /** What the program has been told already, which the new response must agree with. */
  readonly seen: SeenResponse | undefined;
}

export class HttpExchange implements TryOwner {
  readonly engine: Engine;
  readonly site: EffectSite;
  readonly response: ArrivingResponse;
  private readonly args: HttpRequestArgs;
  private readonly policy: UnknownOutcomePolicy;
  private readonly upload: Upload;
  private deadline: VirtualNanos;
  private readonly sent: HttpTry[] = [];
  /** How often it was sent since a person was asked last. */
  private tries = 0;
  private service: Service | undefined;
  /** The try whose response is the result. */
  private answered: number | undefined;
  private isAsking = false;
  private over = false;
  private timer: QueuedEvent<Happening> | undefined;
  /** An earlier attempt may have sent it. */
  private wasSentBefore = false;

  /** @param onArrival called after every change of what has arrived */
  constructor(
    private readonly attempt: Attempt,
    private readonly entry: Entry,
    { writes, seen }: EarlierExchange,
    private readonly onArrival: () => void,
  ) {
    this.engine = attempt.engine;
    this.args = entry.args as HttpRequestArgs;
    this.site = { execution: attempt.execution.id, seq: entry.seq, effect: entry.operation.name };
    this.upload = new Upload(attempt.execution.id, entry);
    for (const write of writes) this.upload.add(write);
    this.response = new ArrivingResponse(
      `the response to ${this.args.method} ${this.args.url}`,
      seen,
    );
    this.policy = this.choosePolicy();
    this.deadline = this.newDeadline();
  }

  get nodeName(): string {
    return this.attempt.node.name;
  }

  get sender(): Sender {
    return this.attempt;
  }

  /** The program takes the response as a whole, or none. */
  get takesWhole(): boolean {
    return this.args.stream !== true;
  }

  /** Whether a program that waits for its response need not wait any longer. */
  get isAnswered(): boolean {
    const { head, failure } = this.response;
    if (failure !== undefined) return true;
    return this.takesWhole ? this.response.ended : head !== undefined;
  }

  start(): void {
    const host = hostOf(this.args.url);
    this.service = host === undefined ? undefined : this.engine.serviceFor(host);
    if (this.service === undefined) {
      const detail =
        host === undefined ? `${this.args.url} is not an http URL` : `no service ${host}`;
      this.fail({ failure: 'unknown-host', detail });
      return;
    }
    this.send(this.service);
  }

  /** An earlier attempt may have sent it: goes by the policy of its route. */
  takeUp(): void {
    this.wasSentBefore = true;
    if (this.policy === 'retry') {
      this.trace('call.retried', { why: 'the outcome was lost with the attempt' });
      this.start();
    } else if (this.policy === 'fail') {
      this.failUnknown();
    } else {
      this.ask();
    }
  }

  /** Sends more of the request's body; its effect is durable. */
  write(entry: Entry): void {
    if (this.over || this.response.ended) return;
    const piece = this.upload.add(entry);
    if (this.upload.size > HTTP_BODY_BYTES_MAX) {
      const detail = `the request is longer than ${HTTP_BODY_BYTES_MAX} bytes`;
      this.fail({ failure: 'reset', detail });
      return;
    }
    this.deadline = this.newDeadline();
    const latest = this.sent.at(-1);
    if (this.service === undefined || latest === undefined) return;
    if (this.answered === undefined && !this.isAsking) this.armTimer(this.service);
    this.sendPiece(latest, this.service, piece);
  }

  /** Stops its timers and ignores what is still on its way. */
  abandon(): void {
    this.over = true;
    this.timer?.cancel();
    this.breakOff();
  }

  private breakOff(): void {
    for (const each of this.sent) each.breakOff(this.upload.ended);
  }

  private choosePolicy(): UnknownOutcomePolicy {
    // Repeating a safe request changes nothing, so nobody need be asked.
    if (isSafeMethod(this.args.method)) return 'retry';
    return this.engine.outcomePolicy(this.attempt.execution, this.args);
  }

  private newDeadline(): VirtualNanos {
    return after(this.engine.agenda.now, BigInt(this.args.timeoutNanos));
  }

  private send(service: Service): void {
    this.tries++;
    const next = new HttpTry(this, service, this.head(), this.sent.length + 1);
    this.sent.push(next);
    this.armTimer(service);
    if (!next.connects()) return;
    const [first, ...others] = this.upload.pieces;
    this.trace('request.sent', { service: service.name, try: this.tries }, first?.site);
    if (first !== undefined) next.send(first);
    for (const piece of others) this.sendPiece(next, service, piece);
  }

  private sendPiece(to: HttpTry, service: Service, piece: UploadPiece): void {
    this.trace('request.sent', { service: service.name }, piece.site);
    to.send(piece);
  }

  private armTimer(service: Service): void {
    const { agenda } = this.engine;
    this.timer?.cancel();
    const tryEnds = after(agenda.now, tryNanos(service, this.tries));
    const mayRetry = this.upload.ended && this.policy !== 'fail' && this.tries < CALL_TRIES_MAX;
    const instant = mayRetry && tryEnds < this.deadline ? tryEnds : this.deadline;
    this.timer = agenda.at(instant, () => this.onNode(() => this.timeOut(service)));
  }

  /** The request without its body. */
  private head(): ServiceRequest {
    const { method, url, headers } = this.args;
    const { key } = this.entry;
    const hasKey = key === undefined || headers.some(([name]) => name === 'idempotency-key');
    return {
      method,
      url,
      body: new Uint8Array(0),
      headers: hasKey ? headers : [...headers, ['idempotency-key', key]],
    };
  }

  // What a try tells.

  lose(failure: HttpFailed, number: number): void {
    if (this.answered === undefined) {
      if (number === this.sent.length) this.retryOrFail(failure);
    } else if (this.answered === number) this.breakOffResponse(failure);
  }

  /** Its program has not seen a response that it takes only whole, so that another may come. */
  private breakOffResponse(failure: HttpFailed): void {
    if (this.response.ended) return;
    if (this.args.stream === true) {
      this.fail(failure);
      return;
    }
    this.answered = undefined;
    this.response.forget();
    this.retryOrFail(failure);
  }

  private retryOrFail(failure: HttpFailed): void {
    const { service } = this;
    if (service === undefined) return;
    const wasNotSent = failure.failure === 'refused' || failure.failure === 'unknown-host';
    if (wasNotSent && this.tries === 1 && !this.wasSentBefore) {
      this.fail(failure);
      return;
    }
    const { agenda } = this.engine;
    const next = after(agenda.now, backoffNanos(this.tries));
    if (this.policy === 'ask') this.ask();
    else if (this.policy === 'fail' || this.tries >= CALL_TRIES_MAX || next >= this.deadline) {
      // That this try was not sent says nothing about those before it.
      this.fail(wasNotSent ? { ...failure, failure: 'timeout' } : failure);
    } else {
      this.timer?.cancel();
      this.timer = agenda.at(next, () => this.onNode(() => this.timeOut(service)));
    }
  }

  receiveHead(head: ResponseHead, number: number): void {
    if (this.answered !== undefined) return;
    this.answered = number;
    this.withdrawQuestion();
    this.timer?.cancel();
    const problem = this.response.receiveHead(head);
    if (problem !== undefined) this.fail(problem);
    else if (this.takesWhole) this.armBodyTimer();
  }

  receive(run: ResponseRun, number: number): void {
    if (this.answered !== number || this.response.failure !== undefined) return;
    const problem = this.response.receive(run);
    if (problem !== undefined) {
      this.fail(problem);
      return;
    }
    if (run.isLast) {
      this.timer?.cancel();
      this.breakOff();
    }
    this.onArrival();
  }

  fail(failure: HttpFailed): void {
    if (this.response.ended) return;
    this.abandon();
    this.withdrawQuestion();
    this.response.failure = failure;
    this.onArrival();
  }

  onNode(step: () => void): void {
    this.attempt.node.deliver(this.attempt.incarnation, () => {
      if (!this.over) step();
    });
  }

  /** @param site the effect that it is about, where that is not the one that began the exchange */
  trace(kind: TraceKind, { service, ...data }: TraceData, site: EffectSite = this.site): void {
    this.engine.trace({
      kind,
      node: this.nodeName,
      execution: site.execution,
      seq: site.seq,
      ...(typeof service === 'string' ? { service } : {}),
      ...(Object.keys(data).length > 0 ? { data } : {}),
    });
  }

  // Time and people.

  /** A program that takes only whole responses waits for the whole no longer than it said. */
  private armBodyTimer(): void {
    this.timer = this.engine.agenda.at(this.deadline, () =>
      this.onNode(() => {
        const { length } = this.response.body;
        const detail = `the rest of the response did not come in time (${length} bytes did)`;
        this.fail({ failure: 'timeout', detail });
      }),
    );
  }

  private timeOut(service: Service): void {
    const isOver = this.engine.agenda.now >= this.deadline || this.tries >= CALL_TRIES_MAX;
    if (this.policy === 'ask') {
      this.ask();
    } else if (isOver) {
      const what = this.upload.ended ? `after ${this.tries} tries` : 'to an unfinished request';
      this.fail({ failure: 'timeout', detail: `no response from ${service.name} ${what}` });
    } else {
      this.trace('call.retried', { why: 'no response in time', try: this.tries + 1 });
      this.send(service);
    }
  }

  private ask(): void {
    this.timer?.cancel();
    this.isAsking = true;
    this.engine.questions.ask(this.attempt, this.entry.seq, (answer) =>
      this.onNode(() => this.followAnswer(answer)),
    );
  }

  private followAnswer(answer: OutcomeAnswer): void {
    this.isAsking = false;
    if (answer === 'fail') {
      this.failUnknown();
      return;
    }
    this.deadline = this.newDeadline();
    this.tries = 0;
    this.trace('call.retried', { why: 'answered by a person' });
    this.start();
  }

  private withdrawQuestion(): void {
    this.isAsking = false;
    this.engine.questions.withdraw(this.attempt, this.entry.seq);
  }

  private failUnknown(): void {
    const detail = 'it was sent, and what became of it is not known';
    this.fail({ failure: 'outcome-unknown', detail });
  }
}

/** How long a try waits for its response. Nobody is asked again while a real host may answer. */
function tryNanos({ real }: Service, tries: number): bigint {
  return real === undefined ? backoffNanos(tries) : real.timeoutNanos + FIRST_TRY_NANOS;
}

function backoffNanos(tries: number): bigint {
  return FIRST_TRY_NANOS * 2n ** BigInt(tries - 1);
}

/** The host of an http or https URL, in lower case and with its port when it is not the usual. */
export function hostOf(url: string): string | undefined {
  try {
    const parsed = new URL(url);
    return /^https?:$/.test(parsed.protocol) ? parsed.host : undefined;
  } catch {
    // Not a URL at all.
    return undefined;
  }
}
