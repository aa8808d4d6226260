/**
 * The effects of a component that answers one request as a service. Nothing of them leaves it: its
 * clocks are virtual time, its random numbers come from the service's stream, and there is no other
 * host to be reached.
 *
 * U1  The same request at the same time with the same random numbers has the same answer.
 * U2  Waiting takes virtual time and no real time.
 */
import { type ClockResult, clockRead } from '../effects/clock.ts';
import { type ConnectionFailed, connectionOpen } from '../effects/connection.ts';
import { type DnsResult, dnsLookup } from '../effects/dns.ts';
import {
  type ExchangeArgs,
  type HttpFailed,
  type HttpHeaders,
  httpBody,
  httpCancel,
  httpRequest,
  httpResponse,
  httpSend,
  httpWrite,
} from '../effects/http.ts';
import {
  type EffectPort,
  type EffectValue,
  type Operation,
  Unwind,
  withoutStack,
} from '../effects/operation.ts';
import { type RandomArgs, randomRead } from '../effects/random.ts';
import {
  type ReceivedRequest,
  type ResponseBodyArgs,
  type ResponseSendArgs,
  requestBody,
  requestReceive,
  responseBody,
  responseInform,
  responseSend,
} from '../effects/request.ts';
import { type OutputArgs, stderrWrite, stdinRead, stdoutWrite } from '../effects/stdio.ts';
import { type Deadline, type PollArgs, type PollResult, waitPoll } from '../effects/wait.ts';
import { RandomStream } from '../kernel/random-stream.ts';
import type { ResponsePiece, ServiceContext, ServiceRequest } from '../world/service.ts';

/** Effects of one answer at most; a component that needs more is looping. */
export const SERVICE_EFFECTS_MAX = 100_000;

/** How long an effect takes, so that time passes in a loop of clock reads. */
const EFFECT_NANOS = 1_000n;

const NOTHING = new Uint8Array(0);
const ALONE = 'a component that is a service reaches no other host';

/** A component does what a service cannot; its message says what. */
export class ServiceUnwind extends Unwind {}

/** What a component has answered so far. */
export interface UpstreamResponse {
  readonly head: ResponseSendArgs;
  readonly pieces: readonly ResponsePiece[];
  readonly trailers: HttpHeaders;
  /** How long after the request its head was sent, in virtual nanoseconds. */
  readonly delayNanos: bigint;
  readonly ended: boolean;
}

type Performer = (port: UpstreamPort, args: EffectValue) => EffectValue;

const PERFORMERS: Readonly<Record<string, Performer>> = {
  [clockRead.name]: (port): ClockResult => ({ nanos: port.latestWallNanos.toString() }),
  [randomRead.name]: (port, args) => port.readRandom(args as RandomArgs),
  [dnsLookup.name]: (): DnsResult => ({ addresses: [] }),
  [connectionOpen.name]: (): ConnectionFailed => ({ failure: 'unreachable', detail: ALONE }),
  [waitPoll.name]: (port, args) => port.poll(args as PollArgs),
  [stdinRead.name]: () => ({ body: NOTHING }),
  [stdoutWrite.name]: (port, args) => port.print(args as OutputArgs),
  [stderrWrite.name]: (port, args) => port.print(args as OutputArgs),
  [requestReceive.name]: (port) => port.received,
  [requestBody.name]: () => ({ ended: true, body: NOTHING }),
  // The world's requests are answered once.
  [responseInform.name]: () => ({}),
  [responseSend.name]: (port, args) => port.sendHead(args as ResponseSendArgs),
  [responseBody.name]: (port, args) => port.sendMore(args as ResponseBodyArgs),
  [httpRequest.name]: unreachableHost,
  [httpResponse.name]: unreachableHost,
  [httpBody.name]: unreachableHost,
  // What it began is answered when it is asked for.
  [httpSend.name]: (): ExchangeArgs => ({ exchange: 0 }),
  [httpWrite.name]: () => ({ closed: true }),
  [httpCancel.name]: () => ({}),
};

export class UpstreamPort implements EffectPort {
  readonly received: ReceivedRequest;
  private readonly pieces: ResponsePiece[] = [];
  private trailers: HttpHeaders = [];
  private head: ResponseSendArgs | undefined;
  private headAt = 0n;
  private lastAt = 0n;
  private ended = false;
  private effects = 0;
  /** Since the request came. */
  private elapsed = 0n;
  private over: ServiceUnwind | undefined;

  constructor(
    { method, url, headers, trailers, body }: ServiceRequest,
    private readonly context: Pick<ServiceContext, 'wallNanos' | 'random'>,
    private readonly onPrint: (bytes: Uint8Array) => void,
  ) {
    const head = { method, url, headers };
    this.received = trailers === undefined ? { ...head, body } : { ...head, trailers, body };
  }

  get latestWallNanos(): bigint {
    return this.context.wallNanos + this.elapsed;
  }

  /** Undefined when it has not begun to answer. */
  get response(): UpstreamResponse | undefined {
    const { head, pieces, trailers, ended, headAt: delayNanos } = this;
    return head === undefined ? undefined : { head, pieces, trailers, ended, delayNanos };
  }

  effect<A extends EffectValue, R extends EffectValue>(operation: Operation<A, R>, args: A): R {
    if (this.over !== undefined) throw this.over;
    if (++this.effects > SERVICE_EFFECTS_MAX) {
      this.giveUp(`it made more than ${SERVICE_EFFECTS_MAX} effects for one request`);
    }
    const perform = PERFORMERS[operation.name];
    if (perform === undefined) {
      this.giveUp(`it asked for ${operation.name}, which a service cannot have`);
    }
    this.elapsed += EFFECT_NANOS;
    return perform(this, args) as R;
  }

  readRandom({ length }: RandomArgs): EffectValue {
    const seed = Math.floor(this.context.random() * Number.MAX_SAFE_INTEGER);
    const body = new Uint8Array(length);
    new RandomStream(seed, 'service').fill(body);
    return { body };
  }

  /** Every inbox is at its end at once; otherwise the earliest deadline ends the wait. */
  poll({ deadlines, inboxes }: PollArgs): PollResult {
    const ends = deadlines.map((deadline) => this.endOf(deadline));
    if (inboxes.length === 0) {
      const [first] = [...ends].sort(ascending);
      if (first === undefined) this.giveUp('it waits for something that never comes');
      if (first > this.latestWallNanos) this.elapsed = first - this.context.wallNanos;
    }
    const now = this.latestWallNanos;
    return {
      passed: ends.flatMap((end, index) => (end <= now ? [index] : [])),
      readable: inboxes.map((_, inbox) => ({ inbox, available: 0, ended: true })),
    };
  }

  print({ body }: OutputArgs): EffectValue {
    this.onPrint(body);
    return {};
  }

  sendHead(head: ResponseSendArgs): EffectValue {
    this.head = head;
    this.headAt = this.elapsed;
    this.lastAt = this.elapsed;
    return this.sendMore(head);
  }

  sendMore({ body, ended, trailers = [] }: ResponseBodyArgs): EffectValue {
    if (body.length > 0) {
      this.pieces.push({ bytes: body, delayNanos: this.elapsed - this.lastAt });
      this.lastAt = this.elapsed;
    }
    this.ended ||= ended;
    this.trailers = trailers;
    return {};
  }

  /** As an instant of virtual time, which both of its clocks show. */
  private endOf({ nanos, absolute }: Deadline): bigint {
    return absolute ? BigInt(nanos) : this.latestWallNanos + BigInt(nanos);
  }

  private giveUp(why: string): never {
    const over = withoutStack(() => new ServiceUnwind(why));
    this.over = over;
    throw over;
  }
}

function unreachableHost(): HttpFailed {
  return { failure: 'unknown-host', detail: ALONE };
}

function ascending(left: bigint, right: bigint): number {
  return left < right ? -1 : Number(left > right);
}
