/**
 * Requests to real hosts. What they answer comes in from outside, as inputs do; here is what is
 * awaited, and what an earlier run was answered, which is used before anybody real is asked.
 *
 * Q1  Virtual time never passes an answer: while one is awaited, nothing happens that is later than
 *     the request and the real time that it is known to have taken so far.
 * Q2  Whether a guest is put aside does not depend on how long an answer takes: while one is
 *     awaited, a guest never lets time go on from inside its call.
 * Q3  An answer of an earlier run is given to an equal request - the same service, method, URL, key
 *     and body - and to one only.
 */
import type { HttpFailure, HttpHeaders } from '../effects/http.ts';
import type { JsonObject } from '../effects/operation.ts';
import { contentHash } from '../guest/content-hash.ts';
import type { InputRow } from '../journal/records.ts';
import { after, type VirtualNanos } from '../kernel/time.ts';
import { headerValue, type Service, type ServiceRequest } from '../world/service.ts';
import type { Agenda } from './agenda.ts';

/** Why a real host gave no answer. After `reset` and `timeout` nobody knows what it did. */
export type RealFailure = Extract<HttpFailure, 'unknown-host' | 'refused' | 'reset' | 'timeout'>;

export type RealAnswer =
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly headers: HttpHeaders;
      readonly body: Uint8Array;
      /** Real time from the sending to the end of the response. */
      readonly realNanos: bigint;
    }
  | {
      readonly kind: 'failed';
      readonly failure: RealFailure;
      readonly detail: string;
      readonly realNanos: bigint;
    };

/** A request that is to be sent to a real host. */
export interface RealRequest {
  /** Counts from 1. */
  readonly number: number;
  readonly service: string;
  readonly request: ServiceRequest;
  readonly timeoutNanos: bigint;
  /** Requests a real second to this service at most. */
  readonly rateLimit: number | undefined;
}

interface Awaited {
  readonly identity: JsonObject;
  readonly askedAt: VirtualNanos;
  /** The answer of the earlier run that it will get. */
  readonly given: InputRow | undefined;
  /** How long it is known to take at least. */
  realNanos: bigint;
  readonly onAnswer: (answer: RealAnswer) => void;
}

export interface RealRequestsSetup {
  readonly agenda: Agenda;
  /** Inputs of kind `upstream` of an earlier run. */
  readonly given: readonly InputRow[];
  /** A request is to be sent, as soon as all that came before it is durable. */
  send(request: RealRequest): void;
}

export class RealRequests {
  private readonly awaited = new Map<number, Awaited>();
  private readonly given: InputRow[];
  private asked = 0;

  constructor(private readonly setup: RealRequestsSetup) {
    this.given = [...setup.given];
  }

  /** How many answers are awaited. */
  get count(): number {
    return this.awaited.size;
  }

  /** @param onAnswer called when the answer is known, at an instant before it arrives */
  ask(service: Service, request: ServiceRequest, onAnswer: Awaited['onAnswer']): void {
    const { agenda } = this.setup;
    const number = ++this.asked;
    const identity = identityOf(service.name, request);
    const given = this.takeGiven(number, identity);
    const realNanos = given === undefined ? 0n : BigInt(String(given.data.realNanos));
    this.awaited.set(number, { identity, askedAt: agenda.now, given, realNanos, onAnswer });
    this.hold();
    if (given !== undefined || service.real === undefined) return;
    const { timeoutNanos, rateLimit } = service.real;
    this.setup.send({ number, service: service.name, request, timeoutNanos, rateLimit });
  }

  isAwaited(number: number): boolean {
    return this.awaited.has(number);
  }

  /** Lets virtual time go on as far as real time has. */
  noteElapsed(number: number, realNanos: bigint): void {
    const awaited = this.awaited.get(number);
    if (awaited === undefined || awaited.given !== undefined) return;
    if (realNanos > awaited.realNanos) awaited.realNanos = realNanos;
    this.hold();
  }

  /** The answer as the data of an input; its body is the input's. */
  describe(number: number, answer: RealAnswer): JsonObject {
    const awaited = this.awaited.get(number);
    // It took at least as long as time was let go on for it.
    const floor = awaited?.realNanos ?? 0n;
    const realNanos = (answer.realNanos > floor ? answer.realNanos : floor).toString();
    const what =
      answer.kind === 'answered'
        ? { status: answer.status, headers: answer.headers }
        : { failure: answer.failure, detail: answer.detail };
    return { request: number, ...awaited?.identity, ...what, realNanos };
  }

  /** Takes an input that `describe` made; the request is awaited no longer. */
  answer({ data, body }: Pick<InputRow, 'data' | 'body'>): void {
    const number = Number(data.request);
    const awaited = this.awaited.get(number);
    if (awaited === undefined) return;
    this.awaited.delete(number);
    this.hold();
    awaited.onAnswer(answerIn(data, body));
  }

  /**
   * The next input of the earlier run that is due at this step, as it is to be taken in here.
   *
   * @param steps undefined for the next one whose request is awaited, whatever its step
   */
  nextGiven(steps: number | undefined): InputRow | undefined {
    let next: InputRow | undefined;
    for (const [request, { given }] of this.awaited) {
      if (given === undefined || (steps !== undefined && given.step > steps)) continue;
      const row = { ...given, data: { ...given.data, request } };
      if (next === undefined || given.number < next.number) next = row;
    }
    return next;
  }

  /** Whether the earlier run has answers that come at a later step. */
  hasLaterThan(steps: number): boolean {
    return (
      this.given.some(({ step }) => step > steps) ||
      [...this.awaited.values()].some(({ given }) => given !== undefined && given.step > steps)
    );
  }

  private takeGiven(number: number, identity: JsonObject): InputRow | undefined {
    const text = JSON.stringify(identity);
    const equal = this.given.filter(({ data }) => JSON.stringify(identityIn(data)) === text);
    const chosen = equal.find(({ data }) => data.request === number) ?? equal[0];
    if (chosen !== undefined) this.given.splice(this.given.indexOf(chosen), 1);
    return chosen;
  }

  private hold(): void {
    let until: VirtualNanos | undefined;
    for (const { askedAt, realNanos } of this.awaited.values()) {
      const instant = after(askedAt, realNanos);
      if (until === undefined || instant < until) until = instant;
    }
    this.setup.agenda.heldAt = until;
  }
}

function identityOf(service: string, request: ServiceRequest): JsonObject {
  const { method, url, body, headers } = request;
  const key = headerValue(headers, 'idempotency-key') ?? null;
  return { service, method, url, key, hash: contentHash(body) };
}

function identityIn({ service, method, url, key, hash }: JsonObject): JsonObject {
  return { service, method, url, key, hash } as JsonObject;
}

function answerIn(data: JsonObject, body: Uint8Array | undefined): RealAnswer {
  const realNanos = BigInt(String(data.realNanos));
  if (data.failure !== undefined) {
    const failure = String(data.failure) as RealFailure;
    return { kind: 'failed', failure, detail: String(data.detail ?? ''), realNanos };
  }
  return {
    kind: 'answered',
    status: Number(data.status),
    headers: (data.headers ?? []) as unknown as HttpHeaders,
    body: body ?? new Uint8Array(0),
    realNanos,
  };
}
