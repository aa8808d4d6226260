/**
 * One HTTP call on its way: request over the link, the service's answer, and back. It owns the
 * timers and tries of that call.
 *
 * H1  Every try carries the same key.
 * H2  The first response to arrive is the result; later ones are ignored.
 * H3  A call always lands: with a response, or with a failure once the program's timeout is over,
 *     unless its outcome waits for a person's answer.
 */
import type { UnknownOutcomePolicy } from '../config/config.ts';
import type { HttpRequestArgs, HttpResult } from '../effects/http.ts';
import { isSafeMethod } from '../effects/http.ts';
import type { EffectSite } from '../faults/injector.ts';
import type { Entry } from '../journal/entry.ts';
import type { TraceKind } from '../journal/records.ts';
import type { QueuedEvent } from '../kernel/event-queue.ts';
import { CALL_TRIES_MAX } from '../kernel/limits.ts';
import { after, NANOS_PER_SECOND, type VirtualNanos } from '../kernel/time.ts';
import {
  type Service,
  ServiceError,
  type ServiceRequest,
  type ServiceResponse,
} from '../world/service.ts';
import type { Happening } from './agenda.ts';
import type { Attempt } from './attempt.ts';
import type { Flight } from './flights.ts';

/** How long the engine waits for the response to its first try; each further try waits twice. */
const FIRST_TRY_NANOS = 5n * NANOS_PER_SECOND;

/** A person's answer to what became of a call. */
export type OutcomeAnswer = 'retry' | 'fail';

export class HttpFlight implements Flight {
  private readonly args: HttpRequestArgs;
  private readonly site: EffectSite;
  private readonly policy: UnknownOutcomePolicy;
  private deadline: VirtualNanos;
  private tries = 0;
  private over = false;
  private timer: QueuedEvent<Happening> | undefined;

  constructor(
    private readonly attempt: Attempt,
    private readonly entry: Entry,
  ) {
    this.args = entry.args as HttpRequestArgs;
    this.site = { execution: attempt.execution.id, seq: entry.seq, effect: entry.operation.name };
    this.policy = this.choosePolicy();
    this.deadline = this.newDeadline();
  }

  start(): void {
    const host = hostOf(this.args.url);
    const service = host === undefined ? undefined : this.attempt.engine.serviceFor(host);
    if (service === undefined) {
      const detail =
        host === undefined ? `${this.args.url} is not an http URL` : `no service ${host}`;
      this.land({ failure: 'unknown-host', detail });
      return;
    }
    this.send(service);
  }

  /** An earlier attempt may have sent it: goes by the policy of its route. */
  takeUp(): void {
    if (this.policy === 'retry') {
      this.trace('call.retried', { why: 'the outcome was lost with the attempt' });
      this.start();
    } else if (this.policy === 'fail') {
      this.failUnknown();
    } else {
      this.ask();
    }
  }

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
    this.trace('request.sent', { service: service.name, try: this.tries });
    this.armTimer(service);
    if (engine.faults.loses('lose-request', this.site)) {
      this.trace('request.lost', { service: service.name });
      return;
    }
    const request = this.request();
    engine.agenda.in(engine.network.delayNanos(node.name, service.name), () =>
      this.arrive(service, request),
    );
  }

  private armTimer(service: Service): void {
    const { agenda } = this.attempt.engine;
    const tryEnds = after(agenda.now, FIRST_TRY_NANOS * 2n ** BigInt(this.tries - 1));
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
  private arrive(service: Service, request: ServiceRequest): void {
    const { engine } = this.attempt;
    this.trace('request.arrived', { service: service.name });
    let response: ServiceResponse;
    try {
      response = engine.callService(service, request, this.site);
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      this.trace('service.failed', { service: service.name, message: error.message });
      engine.noteProblem(error);
      const failure = { failure: 'service-failed', detail: error.message } as const;
      this.comeBack(service, failure);
      return;
    }
    engine.agenda.in(response.delayNanos, () => {
      this.trace('response.sent', { service: service.name, status: response.status });
      if (engine.faults.loses('lose-response', this.site)) {
        this.trace('response.lost', { service: service.name });
        return;
      }
      const { status, headers, body } = response;
      this.comeBack(service, { status, headers, body });
    });
  }

  private comeBack(service: Service, result: HttpResult): void {
    const { engine, node } = this.attempt;
    engine.agenda.in(engine.network.delayNanos(service.name, node.name), () =>
      this.onNode(() => {
        this.trace('response.arrived', { service: service.name });
        this.land(result);
      }),
    );
  }

  private timeOut(service: Service): void {
    const { agenda } = this.attempt.engine;
    if (agenda.now >= this.deadline || this.tries >= CALL_TRIES_MAX) {
      const detail = `no response from ${service.name} after ${this.tries} tries`;
      if (this.policy === 'ask') this.ask();
      else this.land({ failure: 'timeout', detail });
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
    this.attempt.engine.ask(this.attempt, this.entry, (answer) =>
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
    this.land({ failure: 'outcome-unknown', detail });
  }

  private land(result: HttpResult): void {
    this.abandon();
    this.attempt.engine.withdrawQuestion(this.attempt);
    this.attempt.land(this.entry, result);
  }

  private onNode(step: () => void): void {
    this.attempt.node.deliver(this.attempt.incarnation, () => {
      if (!this.over) step();
    });
  }

  private trace(kind: TraceKind, data: Record<string, string | number>): void {
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
