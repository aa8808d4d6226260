/**
 * One HTTP exchange on its way: the request over the link, the service's answer, and back, its body
 * in pieces. It owns the timers and tries of that exchange, and what has arrived of it.
 *
 * H1  Every try carries the same key.
 * H2  The first response whose head arrives is the result; others are ignored.
 * H3  An exchange always ends: with a response, or with a failure once the program's timeout is
 *     over, unless its outcome waits for a person's answer.
 * H4  Pieces of a body arrive in the order in which they were sent.
 */
import type { UnknownOutcomePolicy } from '../config/config.ts';
import type { HttpFailed, HttpHeaders, HttpRequestArgs, HttpResult } from '../effects/http.ts';
import { isSafeMethod } from '../effects/http.ts';
import type { EffectSite } from '../faults/injector.ts';
import type { Entry } from '../journal/entry.ts';
import type { TraceKind } from '../journal/records.ts';
import type { QueuedEvent } from '../kernel/event-queue.ts';
import { CALL_TRIES_MAX, INBOX_BYTES_MAX } from '../kernel/limits.ts';
import { after, NANOS_PER_SECOND, type VirtualNanos } from '../kernel/time.ts';
import {
  type Service,
  ServiceError,
  type ServiceRequest,
  type ServiceResponse,
} from '../world/service.ts';
import type { Happening } from './agenda.ts';
import type { Attempt } from './attempt.ts';
import { Inbox } from './inbox.ts';
import { arriveReal } from './real-exchange.ts';

/** How long the engine waits for the response to its first try; each further try waits twice. */
const FIRST_TRY_NANOS = 5n * NANOS_PER_SECOND;

/** A person's answer to what became of a call. */
export type OutcomeAnswer = 'retry' | 'fail';

/** What the program was told of this exchange before a crash. */
export interface SeenResponse {
  readonly status: number;
  readonly body: Uint8Array;
}

export interface ResponseHead {
  readonly status: number;
  readonly headers: HttpHeaders;
}

export class HttpExchange {
  head: ResponseHead | undefined;
  /** Why no response came, or why it broke off. */
  failure: HttpFailed | undefined;
  /** What has arrived of the body. */
  readonly body: Inbox;
  /** How much of the body the program has taken. */
  taken = 0;
  private readonly args: HttpRequestArgs;
  private readonly site: EffectSite;
  private readonly policy: UnknownOutcomePolicy;
  private deadline: VirtualNanos;
  private tries = 0;
  /** The try whose response is the result. */
  private answered: number | undefined;
  private over = false;
  private timer: QueuedEvent<Happening> | undefined;
  private seen: SeenResponse | undefined;
  /** An earlier attempt may have sent it. */
  private wasSentBefore = false;

  /** @param onArrival called after every change of what has arrived */
  constructor(
    private readonly attempt: Attempt,
    private readonly entry: Entry,
    private readonly onArrival: () => void,
  ) {
    this.args = entry.args as HttpRequestArgs;
    this.site = { execution: attempt.execution.id, seq: entry.seq, effect: entry.operation.name };
    this.policy = this.choosePolicy();
    this.deadline = this.newDeadline();
    this.body = new Inbox(`the response to ${this.args.method} ${this.args.url}`);
  }

  /** Nothing more will arrive. */
  get ended(): boolean {
    return this.body.ended || this.failure !== undefined;
  }

  start(): void {
    const host = hostOf(this.args.url);
    const service = host === undefined ? undefined : this.attempt.engine.serviceFor(host);
    if (service === undefined) {
      const detail =
        host === undefined ? `${this.args.url} is not an http URL` : `no service ${host}`;
      this.fail({ failure: 'unknown-host', detail });
      return;
    }
    this.send(service);
  }

  /**
   * An earlier attempt may have sent it: goes by the policy of its route.
   *
   * @param seen what the program has been told already, which the new response must agree with
   */
  takeUp(seen?: SeenResponse): void {
    this.wasSentBefore = true;
    this.seen = seen;
    this.taken = seen?.body.length ?? 0;
    if (this.policy === 'retry') {
      this.trace('call.retried', { why: 'the outcome was lost with the attempt' });
      this.start();
    } else if (this.policy === 'fail') {
      this.failUnknown();
    } else {
      this.ask();
    }
  }

  /** Stops its timers and ignores what is still on its way. */
  abandon(): void {
    this.over = true;
    this.timer?.cancel();
  }

  private choosePolicy(): UnknownOutcomePolicy {
    // Repeating a safe request changes nothing, so nobody need be asked.
    if (isSafeMethod(this.args.method)) return 'retry';
    return this.attempt.engine.outcomePolicy(this.attempt.execution, this.args);
  }

  private newDeadline(): VirtualNanos {
    return after(this.attempt.engine.agenda.now, BigInt(this.args.timeoutNanos));
  }

  private send(service: Service): void {
    const { engine, node } = this.attempt;
    this.tries++;
    const number = this.tries;
    this.trace('request.sent', { service: service.name, try: number });
    this.armTimer(service);
    if (engine.faults.loses('lose-request', this.site)) {
      this.trace('request.lost', { service: service.name });
      return;
    }
    const request = this.request();
    engine.agenda.in(engine.network.delayNanos(node.name, service.name), () =>
      this.arrive(service, request, number),
    );
  }

  private armTimer(service: Service): void {
    const { agenda } = this.attempt.engine;
    const tryEnds = after(agenda.now, tryNanos(service, this.tries));
    const mayRetry = this.policy !== 'fail' && this.tries < CALL_TRIES_MAX;
    const instant = mayRetry && tryEnds < this.deadline ? tryEnds : this.deadline;
    this.timer = agenda.at(instant, () => this.onNode(() => this.timeOut(service)));
  }

  private request(): ServiceRequest {
    const { method, url, headers, body } = this.args;
    const { key } = this.entry;
    const hasKey = key === undefined || headers.some(([name]) => name === 'idempotency-key');
    return {
      method,
      url,
      body,
      headers: hasKey ? headers : [...headers, ['idempotency-key', key]],
    };
  }

  /** The request has reached the service, whatever has become of the node since. */
  private arrive(service: Service, request: ServiceRequest, number: number): void {
    const { engine } = this.attempt;
    if (service.real !== undefined) {
      arriveReal(engine, service, request, {
        site: this.site,
        trace: (kind, data) => this.trace(kind, { service: service.name, ...data }),
        onResponse: (response) => this.sendBack(service, response, number),
        onLoss: (failure) => this.overLink(service, () => this.loseReal(service, failure, number)),
      });
      return;
    }
    this.trace('request.arrived', { service: service.name });
    let response: ServiceResponse;
    try {
      response = engine.callService(service, request, this.site);
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      this.trace('service.failed', { service: service.name, message: error.message });
      engine.noteProblem(error);
      const failure = { failure: 'service-failed', detail: error.message } as const;
      this.overLink(service, () => this.fail(failure));
      return;
    }
    engine.agenda.in(response.delayNanos, () => {
      this.trace('response.sent', { service: service.name, status: response.status });
      this.sendBack(service, response, number);
    });
  }

  /** No response came from a real host, and the node knows it. */
  private loseReal(service: Service, failure: HttpFailed, number: number): void {
    if (this.answered !== undefined || number !== this.tries) return;
    const wasNotSent = failure.failure === 'refused' || failure.failure === 'unknown-host';
    if (wasNotSent && this.tries === 1 && !this.wasSentBefore) {
      this.fail(failure);
      return;
    }
    const { agenda } = this.attempt.engine;
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

  /** Lets something come to the node from a service. */
  private overLink(service: Service, step: () => void): void {
    const { engine, node } = this.attempt;
    engine.agenda.in(engine.network.delayNanos(service.name, node.name), () => this.onNode(step));
  }

  /** The service answers: its head with the first piece, then the other pieces. */
  private sendBack(
    service: Service,
    response: Omit<ServiceResponse, 'note'>,
    number: number,
  ): void {
    const { engine } = this.attempt;
    if (engine.faults.loses('lose-response', this.site)) {
      this.trace('response.lost', { service: service.name });
      return;
    }
    const { status, headers, pieces } = response;
    let sentAt = engine.agenda.now;
    let arrivesAt = sentAt;
    const [first, ...others] = pieces;
    const arrival = (step: () => void): void => {
      const delay = engine.network.delayNanos(service.name, this.attempt.node.name);
      const instant = after(sentAt, delay);
      // On one connection, no piece overtakes another (H4).
      if (instant > arrivesAt) arrivesAt = instant;
      engine.agenda.at(arrivesAt, () => this.onNode(step));
    };
    sentAt = after(sentAt, first?.delayNanos ?? 0n);
    arrival(() => {
      this.trace('response.arrived', { service: service.name });
      this.receiveHead({ status, headers }, number);
      this.receive(number, first?.bytes, others.length === 0);
    });
    others.forEach(({ bytes, delayNanos }, index) => {
      sentAt = after(sentAt, delayNanos);
      arrival(() => this.receive(number, bytes, index === others.length - 1));
    });
  }

  private receiveHead(head: ResponseHead, number: number): void {
    if (this.answered !== undefined) return;
    this.answered = number;
    this.attempt.engine.questions.withdraw(this.attempt, this.entry.seq);
    this.timer?.cancel();
    if (this.seen !== undefined && this.seen.status !== head.status) {
      this.fail(differs(`status ${head.status} instead of ${this.seen.status}`));
      return;
    }
    this.head = head;
    if (this.args.stream !== true) this.armBodyTimer();
  }

  /** A program that takes only whole responses waits for the whole no longer than it said. */
  private armBodyTimer(): void {
    const { agenda } = this.attempt.engine;
    this.timer = agenda.at(this.deadline, () =>
      this.onNode(() => {
        const detail = `the rest of the response did not come in time (${this.body.length} bytes did)`;
        this.fail({ failure: 'timeout', detail });
      }),
    );
  }

  private receive(number: number, bytes: Uint8Array | undefined, isLast: boolean): void {
    if (this.answered !== number || this.failure !== undefined) return;
    if (bytes !== undefined) {
      const from = this.body.length;
      if (from + bytes.length > INBOX_BYTES_MAX) {
        const detail = `the response is longer than ${INBOX_BYTES_MAX} bytes`;
        this.fail({ failure: 'reset', detail });
        return;
      }
      this.body.append(bytes);
      if (!this.agreesWithSeen(from, bytes)) {
        this.fail(differs('another body'));
        return;
      }
    }
    if (isLast && this.body.length < this.taken) {
      this.fail(differs(`a body of ${this.body.length} bytes`));
      return;
    }
    if (isLast) {
      this.body.ended = true;
      this.timer?.cancel();
    }
    this.onArrival();
  }

  private agreesWithSeen(from: number, bytes: Uint8Array): boolean {
    const seen = this.seen?.body;
    if (seen === undefined) return true;
    const end = Math.min(seen.length, from + bytes.length);
    for (let at = from; at < end; at++) if (seen[at] !== bytes[at - from]) return false;
    return true;
  }

  private timeOut(service: Service): void {
    const { agenda } = this.attempt.engine;
    if (agenda.now >= this.deadline || this.tries >= CALL_TRIES_MAX) {
      const detail = `no response from ${service.name} after ${this.tries} tries`;
      if (this.policy === 'ask') this.ask();
      else this.fail({ failure: 'timeout', detail });
      return;
    }
    if (this.policy === 'ask') {
      this.ask();
      return;
    }
    this.trace('call.retried', { why: 'no response in time', try: this.tries + 1 });
    this.send(service);
  }

  private ask(): void {
    this.timer?.cancel();
    this.attempt.engine.questions.ask(this.attempt, this.entry.seq, (answer) =>
      this.onNode(() => this.followAnswer(answer)),
    );
  }

  private followAnswer(answer: OutcomeAnswer): void {
    if (answer === 'fail') {
      this.failUnknown();
      return;
    }
    this.deadline = this.newDeadline();
    this.tries = 0;
    this.trace('call.retried', { why: 'answered by a person' });
    this.start();
  }

  private failUnknown(): void {
    const detail = 'it was sent, and what became of it is not known';
    this.fail({ failure: 'outcome-unknown', detail });
  }

  private fail(failure: HttpFailed): void {
    if (this.ended) return;
    this.abandon();
    this.attempt.engine.questions.withdraw(this.attempt, this.entry.seq);
    this.failure = failure;
    this.onArrival();
  }

  private onNode(step: () => void): void {
    this.attempt.node.deliver(this.attempt.incarnation, () => {
      if (!this.over) step();
    });
  }

  private trace(kind: TraceKind, data: Record<string, string | number | boolean>): void {
    const { service, ...rest } = data;
    this.attempt.engine.trace({
      kind,
      node: this.attempt.node.name,
      execution: this.site.execution,
      seq: this.site.seq,
      ...(typeof service === 'string' ? { service } : {}),
      ...(Object.keys(rest).length > 0 ? { data: rest } : {}),
    });
  }
}

/** What has arrived of a response, whose head is there, or why there is none. */
export function takeResponse(exchange: HttpExchange, seq: number): HttpResult {
  const { head, failure, body } = exchange;
  if (head === undefined || (failure !== undefined && body.length <= exchange.taken)) {
    return failure ?? { failure: 'reset', detail: 'the response has no head' };
  }
  const part = body.read(exchange.taken, body.length);
  exchange.taken += part.length;
  const { status, headers } = head;
  return body.ended ? { status, headers, body: part } : { status, headers, more: seq, body: part };
}

/** How long a try waits for its response. Nobody is asked again while a real host may answer. */
function tryNanos({ real }: Service, tries: number): bigint {
  return real === undefined ? backoffNanos(tries) : real.timeoutNanos + FIRST_TRY_NANOS;
}

function backoffNanos(tries: number): bigint {
  return FIRST_TRY_NANOS * 2n ** BigInt(tries - 1);
}

function differs(how: string): HttpFailed {
  const detail = `the response was sent again after a crash, with ${how}`;
  return { failure: 'reset', detail };
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
